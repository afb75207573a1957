import { bufferOf, kernelByProcedure } from '../fusion/alone.js';
import { overThreads } from '../fusion/split.js';
import type { Node } from '../graph/node.js';
import { textOf } from '../loops/inspect.js';
import type { Kernel } from '../loops/statement.js';
import { place } from '../placement/place.js';
import { bytesOf } from '../tensor/dtype.js';
import { countOf } from '../tensor/shape.js';
import { operationsOf } from './operations.js';
import type { Step, Value } from './step.js';
import { routineOf, type Support } from './support.js';
import type { Instruction, Slot } from './tape.js';
import { copyOp, type Update } from './updates.js';

interface Placed {
  readonly kernel: Kernel;
  readonly flops: number;
}

/** Makes instructions of steps. Equal loops are placed once. */
export class Assembler {
  readonly #slots: ReadonlyMap<Value, Slot>;
  readonly #support: Support;
  readonly #placed = new Map<string, Placed>();

  constructor(slots: ReadonlyMap<Value, Slot>, support: Support) {
    this.#slots = slots;
    this.#support = support;
  }

  instruction(step: Step): Instruction {
    const [node] = step.unit.roots as [Node];
    switch (step.unit.kind) {
      case 'loop':
        return this.#loop(step);
      case 'procedure':
        return this.#procedure(step);
      case 'routine':
        return { ...this.#alone(step), kind: 'routine', run: routineOf(node, this.#support)!, node };
      case 'op': {
        const cost = this.#alone(step);
        return node.op === copyOp ? { ...cost, kind: 'copy' } : { ...cost, kind: 'op', node };
      }
    }
  }

  /** Takes over the new value of a state. */
  commit({ state, value }: Update, first: ReadonlyMap<Node, Value>): Instruction {
    const reads = [this.#slot(value, first)];
    const writes = [this.#slot(state, first)];
    return { kind: 'copy', nodes: [], reads, writes, bytes: bytesMoved(reads, writes), flops: 0 };
  }

  #loop({ unit, values, again }: Step): Instruction {
    const nest = this.#support.target.limits?.stores === 1 ? overThreads(unit.nest!) : unit.nest!;
    const roots = new Set(unit.roots);
    const filled = new Set(nest.fill.map(({ buffer }) => buffer));
    const buffers = unit.buffers.map((node, i) =>
      bufferOf(node, !roots.has(node) ? 'read' : filled.has(i) || unit.reread.has(node) ? 'readwrite' : 'write'),
    );
    const key = textOf(nest, buffers);
    let placed = this.#placed.get(key);
    if (!placed) {
      const kernel = place(nest, buffers, this.#support.target);
      placed = { kernel, flops: operationsOf(nest) };
      this.#placed.set(key, placed);
    }
    const reads = unit.buffers.filter((node) => !roots.has(node)).map((node) => this.#slot(node, values));
    const writes = unit.roots.map((node) => this.#slot(node, values));
    const slots = unit.buffers.map((node) => this.#slot(node, values));
    return {
      kind: 'kernel',
      ...placed,
      slots,
      nodes: unit.computed,
      reads,
      writes,
      bytes: bytesMoved(reads, writes),
      ...(again && { again }),
    };
  }

  #procedure(step: Step): Instruction {
    const cost = this.#alone(step);
    return { ...cost, kind: 'kernel', kernel: kernelByProcedure(step.unit.roots[0]!), slots: [...cost.reads, ...cost.writes] };
  }

  #alone({ unit, values, again }: Step): Omit<Instruction, 'kind'> {
    const [node] = unit.roots as [Node];
    const reads = node.inputs.map((x) => this.#slot(x, values));
    const writes = [this.#slot(node, values)];
    const flops = node.op.cost * countOf(node.shape);
    return { nodes: unit.computed, reads, writes, bytes: bytesMoved(reads, writes), flops, ...(again && { again }) };
  }

  #slot(node: Node, values: ReadonlyMap<Node, Value>): Slot {
    const slot = this.#slots.get(values.get(node)!);
    if (!slot) throw new Error(`${node.op.name} %${node.id} has no memory`);
    return slot;
  }
}

function bytesMoved(reads: readonly Slot[], writes: readonly Slot[]): number {
  return [...reads, ...writes].reduce((total, { length, dtype }) => total + length * bytesOf(dtype), 0);
}
