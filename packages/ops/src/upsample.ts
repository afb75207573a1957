import { add, composite, mul, type Node, reshapeTo, ShapeError, showShape } from '@tapegrad/core';
import { take } from './gather.js';
import { floats } from './support/dtypes.js';
import { type PerAxis, spatialSizes } from './support/spatial.js';
import { repeat } from './tile.js';

/** How much larger the last two axes become. */
export interface UpsampleOptions {
  /** How many times larger the last two axes become: one number, or one for each. It need not be whole. */
  readonly scale: PerAxis;
}

/** The last two axes, with their sizes before and after. */
function resized(op: string, x: Node, scale: PerAxis): { axis: number; scale: number; size: number; places: number }[] {
  const scales = typeof scale === 'number' ? [scale, scale] : scale;
  if (scales.length !== 2 || !scales.every((s) => s > 0 && s < Infinity)) {
    throw new ShapeError(`${op}: scale is ${showShape(scales)}; it takes one number above 0, or two, one for each axis.`, { op });
  }
  if (x.shape.length < 2 || x.shape.slice(-2).includes(0)) {
    throw new ShapeError(`${op}: takes […, height, width] of at least one element each, not ${showShape(x.shape)}.`, { op });
  }
  const sizes = spatialSizes(op, x, 2);
  return sizes.map((size, i) => ({ axis: i - 2, scale: scales[i]!, size, places: Math.floor(size * scales[i]!) }));
}

function countUpTo(places: number): number[] {
  return Array.from({ length: places }, (_, place) => place);
}

function positions(x: Node, index: readonly number[]): Node {
  return x.graph.constant(index, 'int32');
}

/**
 * The last two axes made larger by repeating: place i is element ⌊i / scale⌋. `[…, height, width]` gives
 * `[…, ⌊scale·height⌋, ⌊scale·width⌋]`. The two axes need numbers, the others may be names. Throws `ShapeError` for a scale that is not above
 * 0, and where the axes are none or empty.
 *
 * @formula y[i, j] = x[⌊i/scale⌋, ⌊j/scale⌋]
 * @derivative x̄ = the sum of ȳ over the copies
 * @example
 * const y = upsampleNearest2d(x, { scale: 2 }); // [32, 16, 7, 7] gives [32, 16, 14, 14]
 */
export const upsampleNearest2d = composite<readonly [Node], UpsampleOptions>('upsampleNearest2d', {
  defaults: { scale: undefined },
  define: (x, options) =>
    resized('upsampleNearest2d', x, options.scale).reduce((y, { axis, scale, size, places }) => {
      if (Number.isInteger(scale)) return repeat(y, scale, { axis });
      const nearest = countUpTo(places).map((place) => Math.min(Math.floor(place / scale), size - 1));
      return take(y, positions(y, nearest), { axis });
    }, x),
});

/** Between the two nearest elements of an axis, by how near they are. */
function interpolated(x: Node, { axis, scale, size, places }: ReturnType<typeof resized>[number]): Node {
  const sources = countUpTo(places).map((place) => Math.min(Math.max((place + 0.5) / scale - 0.5, 0), size - 1));
  const low = sources.map(Math.floor);
  const high = low.map((position) => Math.min(position + 1, size - 1));
  const along = [...x.shape.map(() => 1).with(axis, places)];
  const weights = (part: (source: number, i: number) => number): Node =>
    reshapeTo(x.graph.constant(sources.map(part), x.dtype), along);
  return add(
    mul(
      take(x, positions(x, low), { axis }),
      weights((source, i) => 1 - (source - low[i]!)),
    ),
    mul(
      take(x, positions(x, high), { axis }),
      weights((source, i) => source - low[i]!),
    ),
  );
}

/**
 * The last two axes made larger by interpolating: element centres keep their places in the picture (align_corners false in PyTorch), and what
 * lies beyond the outermost ones repeats them. `[…, height, width]` gives `[…, ⌊scale·height⌋, ⌊scale·width⌋]`. The two axes need numbers,
 * the others may be names. Throws `ShapeError` as {@link upsampleNearest2d} does, `DtypeError` unless `x` is a float.
 *
 * @formula y = the four nearest elements of x, weighted by how near they are
 * @derivative x̄ = the sum of ȳ with the same weights
 * @example
 * const y = upsampleBilinear2d(x, { scale: 2 }); // [32, 16, 7, 7] gives [32, 16, 14, 14]
 */
export const upsampleBilinear2d = composite<readonly [Node], UpsampleOptions>('upsampleBilinear2d', {
  defaults: { scale: undefined },
  define: (x, options) => {
    floats('upsampleBilinear2d')([x]);
    return resized('upsampleBilinear2d', x, options.scale).reduce(interpolated, x);
  },
});
