import { bytesOf } from '../tensor/dtype.js';
import { copyRow } from './copy-row.js';
import { type Axis, flatten, Index } from './indices.js';
import type { Loop } from './loop.js';
import { type Copied, type PaddedCopy, readingCopy, writePaddedCopy } from './padded.js';
import type { Placement } from './placement.js';
import { literal, type Scope } from './scope.js';

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
  const others = from.coordinates.slice(0, -1);
  const shape = [shift.extent, ...others.map(({ size }) => size), along.extent];
  const length = shape.reduce((product, size) => product * size, 1);
  const { factor, dtype, outer, builder } = from;
  const copy = { factor, panel, dtype, outer, length, builder, from, shift, along };
  const address = flatten([Index.axis(shift), ...others.map(({ index, least }) => index.minus(least)), Index.axis(along)], shape);
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
  const { panel, builder, dtype, from, shift, along, length } = copy;
  const { index, least, size } = from.coordinates.at(-1)!;
  const rows = { key: `c${panel}r`, extent: length / (shift.extent * along.extent) };
  const [place, neighbour] = [
    { key: `c${panel}s`, extent: shift.extent },
    { key: `c${panel}a`, extent: along.extent },
  ];
  placement.loop(scope, literal(place.extent, 'int32'), false, (outside, counter) => {
    outside.bind(place.key, counter);
    placement.loop(outside, literal(rows.extent, 'int32'), false, (inside, row) => {
      inside.bind(rows.key, row);
      copyRow(placement, inside, neighbour, true, (within, position) => {
        const moved = new Map([
          [shift.key, Index.axis(place)],
          [along.key, position],
        ]);
        const at = flatten([Index.axis(rows), index.minus(least).substitute(moved)], [rows.extent, size]);
        const to = flatten([Index.axis(place), Index.axis(rows), position], [place.extent, rows.extent, along.extent]);
        const value = placement.value(builder.load(from.panel, dtype, at, from.outer), within);
        within.statements.push({ kind: 'store', buffer: panel, ...placement.address(to, within), value, accumulate: false });
      });
    });
  });
}
