import type { Axis } from '../loops/indices.js';
import type { Loop } from '../loops/loop.js';
import { paddedCopiesOf } from './padded.js';

/** A loop with an axis in blocks, and the axis of the blocks. */
export interface Blocks {
  readonly loop: Loop;
  readonly fixed: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

/**
 * A loop whose copies would be too large, with one axis in blocks, such as some rows of images: in each size that divides the axis, the largest first,
 * as a copy for a block of positions is smaller.
 */
export function inBlocks(loop: Loop): Blocks[] {
  const rows = paddedCopiesOf(loop, 0, NONE).flatMap(({ coordinates }) => coordinates.slice(0, -1));
  return loop.axes.flatMap((axis, position) => {
    if (loop.ordered.has(axis.key) || !rows.some(({ index }) => index.axes.has(axis.key))) return [];
    return divisorsOf(axis.extent).map((size) => divided(loop, position, size));
  });
}

/** The divisors of a number below it, the largest first. */
function divisorsOf(extent: number): number[] {
  return Array.from({ length: extent - 1 }, (_, i) => extent - 1 - i).filter((size) => extent % size === 0);
}

/** The same loop with two axes in the place of one: the number of a block of `size` positions, and the position in it. */
function divided(loop: Loop, position: number, size: number): Blocks {
  const { key, extent } = loop.axes[position]!;
  const block: Axis = { key: `${key}b${size}`, extent: extent / size };
  const within: Axis = { key: `${key}i${size}`, extent: size };
  const moved = (p: number): number[] => (p === position ? [p, p + 1] : [p > position ? p + 1 : p]);
  return {
    loop: {
      ...loop,
      axes: loop.axes.toSpliced(position, 1, block, within),
      order: loop.order.flatMap(moved),
      stores: (at) => loop.stores(at.toSpliced(position, 2, at[position]!.times(size).plus(at[position + 1]!))),
    },
    fixed: new Set([block.key]),
  };
}
