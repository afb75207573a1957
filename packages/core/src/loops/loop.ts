import type { DType } from '../tensor/dtype.js';
import type { Expr } from './expression.js';
import type { Axis, Index } from './indices.js';

/** One value that a kernel writes: where, what, and whether it adds to what is there. */
export interface Store {
  readonly buffer: number;
  readonly address: Index;
  readonly value: Expr;
  readonly accumulate: boolean;
}

/**
 * Loops in one another before placement: axes and what is stored at one index of them. `stores` is a function of the index, so a tile is
 * a call for each of its cells, and hash-consing shares what they have in common.
 */
export interface Loop {
  readonly axes: readonly Axis[];
  /** Positions in `axes` from the outermost loop in: an axis that a recurrence runs along is the innermost. */
  readonly order: readonly number[];
  /** Keys of the axes that must run in order (a recurrence, an accumulating store); all others are parallel. */
  readonly ordered: ReadonlySet<string>;
  /** The stores at one index; `at[i]` is an index over (a part of) `axes[i]`. */
  stores(at: readonly Index[]): readonly Store[];
  /** How many cells of each axis, by key, are computed together. */
  readonly tile: ReadonlyMap<string, number>;
}

/** One step of a kernel at one index of its shared axes. */
export interface Stage {
  /** What is computed first, and is known from here on. */
  readonly values: readonly Expr[];
  readonly loop: Loop;
}

/** Memory of a kernel's own. */
export interface Row {
  readonly dtype: DType;
  readonly length: number;
}

/**
 * A kernel before placement: parallel axes, and inside them stages, one after another. A stage may load what an earlier one has stored at
 * the same index of the shared axes.
 */
export interface Nest {
  readonly shared: readonly Axis[];
  readonly stages: readonly Stage[];
  /** Memory that stages hand on at one index of the shared axes, written anew at each; row `i` is buffer `-1 - i`. */
  readonly rows: readonly Row[];
  /** Buffers that are set to a value before the loops run. */
  readonly fill: readonly { readonly buffer: number; readonly value: number }[];
}

/**
 * A kernel of one loop nest.
 *
 * @example
 * const b = new Builder();
 * const nest = nestOf({
 *   axes: [{ key: 'i', extent: 3 }],
 *   order: [0],
 *   ordered: new Set(),
 *   stores: ([i]) => [{ buffer: 1, address: i!, value: b.load(0, 'float32', i!).exp(), accumulate: false }],
 *   tile: new Map(),
 * });
 */
export function nestOf(loop: Loop, fill: Nest['fill'] = []): Nest {
  return { shared: [], stages: [{ values: [], loop }], rows: [], fill };
}
