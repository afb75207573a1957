import type { Axis } from './indices.js';

/** Sums of fewer numbers than this are added up one by one. */
const LONG = 1024;
const BLOCK = 256;

/**
 * One level of the loops of a reduction, from the outermost in: a loop of at most `size` iterations over what is left of `extent` positions,
 * or the start of a partial result.
 */
export type Level =
  | { readonly kind: 'loop'; readonly axis: Axis; readonly size: number; readonly extent: number }
  | { readonly kind: 'partial' };

/**
 * The loops that reduce over `axes`. Where `blocked`, numbers are added up in blocks of about 256, these sums again in blocks, and so on,
 * so that the error grows with the logarithm of their number, about. The order of additions follows from the extents alone.
 */
export function levelsOf(axes: readonly Axis[], blocked: boolean): Level[] {
  const inwardsOut: Level[] = [];
  let run = 1;
  for (const axis of axes.toReversed()) {
    let { extent } = axis;
    while (blocked && run * extent >= LONG) {
      const size = Math.floor(BLOCK / run);
      if (size > 1) {
        inwardsOut.push({ kind: 'loop', axis, size, extent });
        extent = Math.ceil(extent / size);
      }
      inwardsOut.push({ kind: 'partial' });
      run = 1;
    }
    if (extent > 1) inwardsOut.push({ kind: 'loop', axis, size: extent, extent });
    run *= extent;
  }
  return inwardsOut.reverse();
}
