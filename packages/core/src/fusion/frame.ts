import type { Node } from '../graph/node.js';
import type { Lowering } from '../graph/op.js';
import type { Builder, Combine, Condition, Expr } from '../loops/expression.js';
import { type Axis, Index } from '../loops/indices.js';
import type { DType } from '../tensor/dtype.js';

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

/** How many points axes span together; their keys end in their extents. */
export function sizeOfAxes(keys: Iterable<string>): number {
  let size = 1;
  for (const key of keys) size *= Number(key.slice(key.indexOf('x') + 1));
  return size;
}
