import { type Axis, flatten, Index } from '../loops/indices.js';
import type { Loop } from '../loops/loop.js';
import { bytesOf } from '../tensor/dtype.js';
import { copyRow } from './copy-row.js';
import { type Copied, type PaddedCopy, placeIn, readingCopy, writePaddedCopy } from './padded.js';
import type { Placement } from './placement.js';
import type { Scope } from './scope.js';

/**
 * A copy of a padded copy, once for each place of the windows along its last coordinate: what the windows of neighbours read lies side by side
 * there, the next row directly after one. So rows that no lanes divide evenly can be joined.
 */
export interface DenseCopy extends Copied {
  readonly from: PaddedCopy;
  /** The place in a window, outermost in the copy, and the place of the window, innermost. */
  readonly shift: Axis;
  readonly along: Axis;
}

/** The loop with a dense copy, in panel `panel`, in the place of a padded one, whose rows run along `along`; null where they do not. */
export function withDenseCopy(
  loop: Loop,
  from: PaddedCopy,
  axes: readonly Axis[],
  along: Axis,
  panel: number,
): { readonly loop: Loop; readonly copy: DenseCopy } | null {
  const { index } = from.coordinates.at(-1)!;
  const shift = axes.find(({ key }) => key !== along.key && index.axes.has(key));
  if (!shift || !index.axes.has(along.key) || index.axes.size > 2) return null;
  const others = from.coordinates.slice(0, -1).map(({ index, least }) => index.minus(least));
  const shape = shapeOf({ from, shift, along });
  const length = shape.reduce((product, size) => product * size, 1);
  const { factor, dtype, outer, builder } = from;
  const copy = { factor, panel, dtype, outer, length, builder, from, shift, along };
  const address = flatten([Index.axis(shift), ...others, Index.axis(along)], shape);
  return { loop: readingCopy(loop, copy, address), copy };
}

/** A copy of either kind; one that is made of another is written after it. */
export type Copy = PaddedCopy | DenseCopy;

/** How many bytes of a panel it takes. */
export function bytesOfCopy({ length, dtype }: Copy): number {
  return length * bytesOf(dtype);
}

/** Writes the copy that is needed at one index of the outer axes. */
export function writeCopy(placement: Placement, copy: Copy, loop: Loop, at: readonly Index[], scope: Scope): void {
  if ('from' in copy) writeDenseCopy(placement, copy, scope);
  else writePaddedCopy(placement, copy, loop, at, scope);
}

function writeDenseCopy(placement: Placement, copy: DenseCopy, scope: Scope): void {
  const { panel, builder, dtype, from, shift, along } = copy;
  const { index, least } = from.coordinates.at(-1)!;
  const extents = shapeOf(copy);
  const axes = extents.map((extent, i) => ({ key: `c${panel}d${i}`, extent }));
  const descend = (inner: Scope, [axis, ...rest]: readonly Axis[], at: readonly Index[]): void => {
    if (axis) {
      copyRow(placement, inner, axis, rest.length === 0, (within, position) => descend(within, rest, [...at, position]));
      return;
    }
    const moved = new Map([
      [shift.key, at[0]!],
      [along.key, at.at(-1)!],
    ]);
    const source = placeIn(from, [...at.slice(1, -1), index.minus(least).substitute(moved)]);
    const value = placement.value(builder.load(from.panel, dtype, source, from.outer), inner);
    inner.statements.push({
      kind: 'store',
      buffer: panel,
      ...placement.address(flatten(at, extents), inner),
      value,
      accumulate: false,
    });
  };
  descend(scope, axes, []);
}

/** Outermost the places in a window, innermost the windows. */
function shapeOf({ from, shift, along }: Pick<DenseCopy, 'from' | 'shift' | 'along'>): number[] {
  return [shift.extent, ...from.coordinates.slice(0, -1).map(({ size }) => size), along.extent];
}
