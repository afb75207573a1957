import { type Axis, Index } from '../loops/indices.js';
import type { Store } from '../loops/loop.js';
import { hasLanes, LANES, type Operand } from '../loops/statement.js';
import { stepAlong } from './lanes.js';
import type { Placement } from './placement.js';
import { type Local, literal, type Scope } from './scope.js';

/** Cells along an axis that are computed together: `cells` of them, each of `offsets` from the first on; with lanes, `LANES` of them each. */
export interface Step {
  readonly cells: number;
  readonly offsets: readonly number[];
  readonly lanes: boolean;
  /** How many of the last lanes, from the first on, were computed by those before. */
  readonly done: number;
}

/** What is computed together at one index of a kernel's axes. */
export interface Cell {
  readonly at: readonly Index[];
  /** How many of its lanes, from the first on, were stored before. */
  readonly done: number;
}

/** The lanes along an axis. */
export function laneOf(axis: Axis): Axis {
  return { key: `${axis.key}l`, extent: LANES };
}

/** The cells of a step along an axis, from `start` on, beside those along other axes. */
export function cellsAlong(
  cells: readonly Cell[],
  position: number,
  start: Index,
  { offsets, lanes, done }: Step,
  axis: Axis,
): Cell[] {
  return cells.flatMap((cell) =>
    offsets.map((offset, i) => ({
      at: cell.at.with(position, start.plus(offset).plus(lanes ? Index.axis(laneOf(axis)) : 0)),
      done: lanes && i === offsets.length - 1 ? done : cell.done,
    })),
  );
}

/** What is repeated along an axis: `count` times, each for the next `size` positions. */
export interface Repetition {
  readonly key: string;
  readonly count: number;
  readonly size: number;
  readonly parallel: boolean;
}

/** Writes a loop, with the number of the present repetition and its first position; what happens once needs none. */
export function repeat(
  placement: Placement,
  scope: Scope,
  { key, count, size, parallel }: Repetition,
  write: (inner: Scope, first: Index, number: Index) => void,
): void {
  if (count === 1) placement.apart(scope, (inner) => write(inner, Index.of(0), Index.of(0)));
  else if (count > 1) {
    placement.loop(scope, literal(count, 'int32'), parallel, (inner, counter: Local) => {
      inner.bind(key, counter);
      const number = Index.axis({ key, extent: count });
      write(inner, number.times(size), number);
    });
  }
}

/** Computes the values of all cells before it stores any; `lane` are the lanes, where there are any. */
export function writeStores(
  placement: Placement,
  stores: readonly (Store & Pick<Cell, 'done'>)[],
  lane: Axis | null,
  scope: Scope,
): void {
  placement.together(
    stores.map(({ value }) => value),
    () => {
      const values = stores.map(({ value }) => placement.value(value, scope));
      stores.forEach((store, i) => {
        writeStore(placement, store, values[i]!, lane, scope);
      });
    },
  );
}

function writeStore(
  placement: Placement,
  { buffer: name, address, accumulate, done }: Store & Pick<Cell, 'done'>,
  value: Operand,
  lane: Axis | null,
  scope: Scope,
): void {
  const buffer = placement.number(name);
  const step = lane ? stepAlong(address, lane.key) : 0;
  if (!lane || (done === 0 && (step === 0 || step === 1))) {
    scope.statements.push({ kind: 'store', buffer, ...placement.address(address, scope), value, accumulate });
    return;
  }
  for (let i = done; i < LANES; i++) {
    const at = placement.address(address.substitute(new Map([[lane.key, Index.of(i)]])), scope);
    const one = hasLanes(value) ? placement.emit(scope, 'lane', value.type, [value, literal(i, 'int32')]) : value;
    scope.statements.push({ kind: 'store', buffer, ...at, value: one, accumulate });
  }
}
