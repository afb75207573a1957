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
 * A kernel before placement: parallel axes and what is stored at one index of them. `stores` is a function of the index, so a tile is
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
  /** Buffers that are set to a value before the loops run. */
  readonly fill: readonly { readonly buffer: number; readonly value: number }[];
}
