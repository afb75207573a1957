import type { Node } from '../graph/node.js';
import { bufferOf, kernelByProcedure } from '../loops/alone.js';
import { operationsOf, textOf } from '../loops/inspect.js';
import { place } from '../loops/place.js';
import { overThreads } from '../loops/split.js';
import type { Kernel } from '../loops/statement.js';
import type { Unit } from '../loops/unit.js';
import { bytesOf } from '../tensor/dtype.js';
import { countOf } from '../tensor/shape.js';
import { routineOf, type Support } from './support.js';
import type { Instruction, Slot } from './tape.js';
import { copyOp, type Update } from './updates.js';

interface Placed {
  readonly kernel: Kernel;
  readonly flops: number;
}

/** Makes instructions of units. Equal loops are placed once. */
export class Assembler {
  readonly #slots: ReadonlyMap<Node, Slot>;
  readonly #support: Support;
  readonly #placed = new Map<string, Placed>();

  constructor(slots: ReadonlyMap<Node, Slot>, support: Support) {
    this.#slots = slots;
    this.#support = support;
  }

  instruction(unit: Unit): Instruction {
    switch (unit.kind) {
      case 'loop':
        return this.#loop(unit);
      case 'procedure':
        return this.#procedure(unit);
      case 'routine':
        return {
          ...this.#alone(unit),
          kind: 'routine',
          run: routineOf(unit.roots[0]!, this.#support)!,
          node: unit.roots[0]!,
        };
      case 'op': {
        const cost = this.#alone(unit);
        const node = unit.roots[0]!;
        return node.op === copyOp ? { ...cost, kind: 'copy' } : { ...cost, kind: 'op', node };
      }
    }
  }

  /** Takes over the new value of a state. */
  commit({ state, value }: Update): Instruction {
    const reads = [this.#slot(value)];
    const writes = [this.#slot(state)];
    return { kind: 'copy', nodes: [], reads, writes, bytes: bytesMoved(reads, writes), flops: 0 };
  }

  #loop(unit: Unit): Instruction {
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
    const reads = unit.buffers.filter((node) => !roots.has(node)).map((node) => this.#slot(node));
    const writes = unit.roots.map((node) => this.#slot(node));
    const slots = unit.buffers.map((node) => this.#slot(node));
    return { kind: 'kernel', ...placed, slots, nodes: unit.computed, reads, writes, bytes: bytesMoved(reads, writes) };
  }

  #procedure(unit: Unit): Instruction {
    const node = unit.roots[0]!;
    const cost = this.#alone(unit);
    return { ...cost, kind: 'kernel', kernel: kernelByProcedure(node), slots: [...cost.reads, ...cost.writes] };
  }

  #alone(unit: Unit): Pick<Instruction, 'nodes' | 'reads' | 'writes' | 'bytes' | 'flops'> {
    const node = unit.roots[0]!;
    const reads = node.inputs.map((x) => this.#slot(x));
    const writes = [this.#slot(node)];
    return { nodes: unit.computed, reads, writes, bytes: bytesMoved(reads, writes), flops: node.op.cost * countOf(node.shape) };
  }

  #slot(node: Node): Slot {
    const slot = this.#slots.get(node);
    if (!slot) throw new Error(`${node.op.name} %${node.id} has no memory`);
    return slot;
  }
}

function bytesMoved(reads: readonly Slot[], writes: readonly Slot[]): number {
  return [...reads, ...writes].reduce((total, { length, dtype }) => total + length * bytesOf(dtype), 0);
}
