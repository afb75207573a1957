import { productOf } from '../loops/contraction.js';
import { type Axis, Index } from '../loops/indices.js';
import type { Loop } from '../loops/loop.js';
import { LANES, PANEL_BYTES } from '../loops/statement.js';
import { bytesOfCopy, withDenseCopy } from '../placement/dense.js';
import { stepAlong } from '../placement/lanes.js';
import { NEAR_BYTES } from '../placement/packing.js';
import { type PaddedCopy, paddedCopiesOf } from '../placement/padded.js';
import { bytesOf } from '../tensor/dtype.js';
import type { OnlyReduction } from './only-reduction.js';

const NONE: ReadonlySet<string> = new Set();

/**
 * Into how many blocks to cut which axis of a sum of products, so that what one factor reads in one of them can be copied, and what the
 * other reads is near: the images of a batch, in the gradient of a convolution by its kernels. Null where all can be copied at once, nothing
 * need be, or no blocks are small enough.
 */
export function blocksForCopies({
  extents,
  axes,
  value,
}: OnlyReduction): { readonly axis: number; readonly blocks: number } | null {
  if (value.is.kind !== 'reduce') return null;
  const stores: Loop['stores'] = () => [{ buffer: 0, address: Index.of(0), value, accumulate: false }];
  const loop: Loop = { axes, order: axes.map((_, i) => i), ordered: NONE, tile: new Map(), stores };
  const [copy] = paddedCopiesOf(loop, 0, NONE);
  if (!copy) return null;
  const summed = value.is.axes;
  const outermost = copy.coordinates[0]!.index.key;
  const along = summed.find((axis) => Index.axis(axis).key === outermost);
  if (!along) return null;
  const other = productOf(loop).factors[1 - copy.factor]!;
  const read = [...axes, ...summed].reduce(
    (bytes, { key, extent }) => (other.axes.has(key) ? bytes * extent : bytes),
    bytesOf(other.dtype),
  );
  const divisors = Array.from({ length: along.extent }, (_, i) => i + 1).filter((n) => along.extent % n === 0);
  const isNear = (n: number): boolean => read <= n * NEAR_BYTES || !other.axes.has(along.key);
  const counts = bytesOfCopies(loop, copy, summed).map((bytes) => divisors.find((n) => bytes <= n * PANEL_BYTES && isNear(n)));
  const blocks = counts.find((count) => count !== undefined) ?? 1;
  const long = extents.flatMap((extent, i) => (extent === 1 ? [] : [i]));
  return blocks === 1 ? null : { axis: long[summed.indexOf(along)]!, blocks };
}

/** Of a dense copy, where it helps, and of the padded one. */
function bytesOfCopies(loop: Loop, copy: PaddedCopy, summed: readonly Axis[]): number[] {
  const { index } = copy.coordinates.at(-1)!;
  const along = summed.find(({ key }) => index.axes.has(key));
  const isPlain = !along || (along.extent % LANES === 0 && stepAlong(index, along.key) === 1);
  const dense = isPlain ? null : withDenseCopy(loop, copy, [...loop.axes, ...summed], along, 1);
  return [...(dense ? [bytesOfCopy(dense.copy)] : []), bytesOfCopy(copy)];
}
