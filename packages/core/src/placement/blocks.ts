import type { Axis } from '../loops/indices.js';

/** Sums of fewer numbers are added up as one. */
const LONG = 1024;
/** How many numbers go into one partial result, and how many of these into the next: few, as what is added is often nearly equal, and rounded alike. */
const BLOCK = 64;
const BLOCKS = 16;
/** What would be fewer blocks is one. */
const FEWEST = 4;

/**
 * One level of the loops of a reduction, from the outermost in: a loop of at most `size` iterations over what is left of `extent` positions,
 * or the start of a partial result.
 */
export type Level =
  | { readonly kind: 'loop'; readonly axis: Axis; readonly size: number; readonly extent: number }
  | { readonly kind: 'partial' };

/**
 * The loops that reduce over `axes`. Where `blocked`, numbers are added up in blocks of about 64 for each of the partial results that go `side` by
 * side along the last axis, these sums in blocks of about 16, and so on, so that the error grows with the logarithm of their number, about.
 * The order of additions follows from the extents alone.
 */
export function levelsOf(axes: readonly Axis[], blocked: boolean, side = 1): Level[] {
  const inwardsOut: Level[] = [];
  let run = 1;
  let block = BLOCK * side;
  let long = Math.max(LONG, FEWEST * block);
  for (const axis of axes.toReversed()) {
    let { extent } = axis;
    while (blocked && run * extent >= long) {
      const size = Math.floor(block / run);
      if (size > 1) {
        inwardsOut.push({ kind: 'loop', axis, size, extent });
        extent = Math.ceil(extent / size);
      }
      inwardsOut.push({ kind: 'partial' });
      run = 1;
      block = BLOCKS;
      long = FEWEST * BLOCKS;
    }
    if (extent > 1) inwardsOut.push({ kind: 'loop', axis, size: extent, extent });
    run *= extent;
  }
  return inwardsOut.reverse();
}
