import { type Node, nameOfNode } from '../graph/node.js';
import type { Lowering } from '../graph/op.js';
import type { DType } from '../tensor/dtype.js';
import { Builder, type Combine, type Condition, type Expr } from './expression.js';
import { type Axis, flatten, Index } from './indices.js';

/** The shape of a node whose names are bound: everything after `specialise`. */
export function sizesOf(node: Node): readonly number[] {
  return node.shape as readonly number[];
}

/** The sizes without those that are 1: the axes of a loop over a node. */
export function extentsOf(node: Node): number[] {
  return sizesOf(node).filter((size) => size !== 1);
}

/** The index of a node's element at one index of the loop over its extents. */
export function ownIndex(node: Node, at: readonly Index[]): Index[] {
  let axis = 0;
  return sizesOf(node).map((size) => (size === 1 ? Index.of(0) : at[axis++]!));
}

/** How elements of inputs come, and what a recurrence becomes: all that differs between one use of a lowering and another. */
export interface Surroundings {
  readonly builder: Builder;
  load(node: Node, at: readonly Index[]): Expr;
  recurrence(axis: Index, factor: Expr, addend: Expr): Expr;
}

/** What an op's `lower` sees of one element. */
export class Frame implements Lowering {
  readonly node: Node;
  readonly at: readonly Index[];
  readonly #around: Surroundings;
  /** The axes of the reductions that are being written around the present one. */
  #open: readonly Axis[] = [];

  constructor(node: Node, at: readonly Index[], around: Surroundings) {
    this.node = node;
    this.at = at;
    this.#around = around;
  }

  get attrs(): unknown {
    return this.node.attrs;
  }
  get shape(): readonly number[] {
    return sizesOf(this.node);
  }
  shapeOf(input: number): readonly number[] {
    return sizesOf(this.node.inputs[input]!);
  }
  load(input: number, at: readonly Index[]): Expr {
    return this.#around.load(this.node.inputs[input]!, at);
  }
  constant(value: number, dtype: DType = this.node.dtype): Expr {
    return this.#around.builder.constant(value, dtype);
  }
  index(index: Index, dtype?: DType): Expr {
    return this.#around.builder.index(index, dtype);
  }
  indexFrom(value: Expr, extent: number): Index {
    return Index.value(value, extent);
  }
  reduce(combine: Combine, extents: readonly number[], body: (...at: Index[]) => Expr): Expr {
    const { builder } = this.#around;
    const outer = this.#open;
    const used = new Set([...this.at.flatMap((index) => [...index.axes]), ...outer.map((axis) => axis.key)]);
    const axes = extents.map((extent) => builder.reductionAxis(extent, used));
    this.#open = [...outer, ...axes];
    const value = body(...axes.map(Index.axis));
    this.#open = outer;
    return builder.reduce(
      combine,
      axes.filter((axis) => axis.extent !== 1),
      value,
    );
  }
  recurrence(axis: number, factor: Expr, addend: Expr): Expr {
    return this.#around.recurrence(this.at[axis]!, factor, addend);
  }
  guard(conditions: readonly Condition[], body: () => Expr, otherwise: number): Expr {
    return this.#around.builder.guard(conditions, body(), otherwise);
  }
}

/** Thrown where a node cannot be computed in the kernel that is being tried; the message says why, after 'because'. */
export class Refused extends Error {}

/**
 * Writes the nodes of one kernel as expressions over its axes. A node that is in memory is loaded; any other is computed where it is
 * read, by its own lowering: that is all of fusion. Members of the kernel are read at their own index only, from a register.
 */
export class KernelWriter implements Surroundings {
  readonly builder = new Builder();
  readonly axes: readonly Axis[];
  /** The axes themselves as indices: the one cell that stands for all. */
  readonly plain: readonly Index[];
  readonly members = new Set<Node>();
  /** What it reads from memory, and at which addresses (keys of indices, over the plain cell). */
  readonly reads = new Map<Node, Set<string>>();
  /** Every node that it computes. */
  readonly computed = new Set<Node>();
  /** Nodes by number of buffer, in order of first use: equal kernels number alike. */
  readonly buffers: Node[] = [];
  /** The axis that recurrences run along. */
  recurrent: Axis | null = null;
  readonly #inMemory: (node: Node) => boolean;
  readonly #numbers = new Map<Node, number>();
  readonly #values = new Map<string, Expr>();
  #cell: readonly Index[];

  constructor(extents: readonly number[], inMemory: (node: Node) => boolean) {
    this.axes = extents.map((extent, i) => ({ key: `p${i}x${extent}`, extent }));
    this.plain = this.axes.map(Index.axis);
    this.#cell = this.plain;
    this.#inMemory = inMemory;
  }

  /** How many expressions have been written. */
  get expressions(): number {
    return this.builder.size;
  }

  /** Everything that follows is asked for at this index of the loop. */
  enter(cell: readonly Index[]): void {
    this.#cell = cell.every((index, i) => index.key === this.plain[i]!.key) ? this.plain : cell;
  }

  /** The number of the buffer that holds a node. */
  bufferOf(node: Node): number {
    let number = this.#numbers.get(node);
    if (number === undefined) {
      number = this.buffers.length;
      this.#numbers.set(node, number);
      this.buffers.push(node);
    }
    return number;
  }

  /** The value of a member at the present cell. */
  member(node: Node): Expr {
    return this.load(node, ownIndex(node, this.#cell));
  }

  load(node: Node, asked: readonly Index[]): Expr {
    const shape = sizesOf(node);
    const at = shape.includes(1) ? asked.map((index, d) => (shape[d] === 1 ? Index.of(0) : index)) : asked;
    if (this.#inMemory(node) && !this.members.has(node)) return this.#read(node, at, shape);
    const key = keyOf(node, at);
    let value = this.#values.get(key);
    if (!value) {
      if (this.members.has(node)) this.#checkOwn(node, key);
      this.computed.add(node);
      value = this.lower(node, at);
      this.#values.set(key, value);
    }
    return value;
  }

  /** The value of a node by its lowering, whatever is known of it. */
  lower(node: Node, at: readonly Index[]): Expr {
    if (!node.op.lower) throw new Error(`${node.op.name}: a node without lowering was asked for inside a kernel`);
    return node.op.lower(new Frame(node, at, this));
  }

  recurrence(index: Index, factor: Expr, addend: Expr): Expr {
    const axis = onlyAxis(index);
    // One element: the formula itself, so that its bits do not depend on the length.
    if (!axis) return factor.mul(factor.constant(0)).add(addend);
    if (this.recurrent && this.recurrent.key !== axis.key) throw new Refused('its recurrence runs along another axis');
    this.recurrent = axis;
    return this.builder.recurrence(axis, factor, addend);
  }

  #read(node: Node, at: readonly Index[], shape: readonly number[]): Expr {
    const address = flatten(at, shape);
    if (this.#cell === this.plain) {
      const addresses = this.reads.get(node);
      if (addresses) addresses.add(address.key);
      else this.reads.set(node, new Set([address.key]));
    }
    return this.builder.load(this.bufferOf(node), node.dtype, address);
  }

  /** Over the plain cell, where the grouping is tried; at the cells of a tile the answer is the same, or a recomputation. */
  #checkOwn(node: Node, key: string): void {
    if (this.#cell !== this.plain || key === keyOf(node, ownIndex(node, this.plain))) return;
    throw new Refused(`it reads ${nameOfNode(node)} at another index than its own`);
  }
}

function keyOf(node: Node, at: readonly Index[]): string {
  let key = `${node.id}`;
  for (const index of at) key += `|${index.key}`;
  return key;
}

function onlyAxis(index: Index): Axis | null {
  if (index.constant !== null) return null;
  const [term, ...more] = index.terms;
  if (term?.atom.kind === 'axis' && term.coefficient === 1 && index.offset === 0 && more.length === 0) return term.atom.axis;
  throw new Error(`recurrence: the index ${index.key} is no axis of its own`);
}

/** At how many points a node reads each of its inputs: what an input would cost where it is computed at each of them. */
export function pointsRead(node: Node): number[] {
  const builder = new Builder();
  const axes = extentsOf(node).map((extent, i) => ({ key: `p${i}x${extent}`, extent }));
  const seen = node.inputs.map(() => new Set<string>());
  const points = node.inputs.map(() => 0);
  const load = (x: Node, at: readonly Index[]): Expr => {
    const input = node.inputs.indexOf(x);
    const address = flatten(at, sizesOf(x));
    if (!seen[input]!.has(address.key)) points[input]! += sizeOfAxes(address.axes);
    seen[input]!.add(address.key);
    return builder.load(input, x.dtype, address);
  };
  const around: Surroundings = { builder, load, recurrence: (_axis, factor, addend) => factor.mul(addend) };
  node.op.lower?.(new Frame(node, ownIndex(node, axes.map(Index.axis)), around));
  return points;
}

/** How many points axes span together; their keys end in their extents. */
export function sizeOfAxes(keys: Iterable<string>): number {
  let size = 1;
  for (const key of keys) size *= Number(key.slice(key.indexOf('x') + 1));
  return size;
}
