import { type Axis, Index } from '../loops/indices.js';
import { LANES } from '../loops/statement.js';
import type { Placement } from './placement.js';
import { literal, type Scope } from './scope.js';

/** A row of no more vectors than this has no loop, whose steps would take longer than they do. */
const FEW = 8;

/** Writes what `write` does at each position of an axis. With lanes it does so at four at a time; the last four may be in part those before. */
export function copyRow(
  placement: Placement,
  scope: Scope,
  axis: Axis,
  lanes: boolean,
  write: (within: Scope, position: Index) => void,
): void {
  if (!lanes || !placement.lanes || axis.extent < LANES) {
    placement.loop(scope, literal(axis.extent, 'int32'), false, (within, counter) => {
      within.bind(axis.key, counter);
      write(within, Index.axis(axis));
    });
    return;
  }
  const lane = { key: `${axis.key}l`, extent: LANES };
  const whole = Math.floor(axis.extent / LANES);
  const starts = whole > FEW ? [] : Array.from({ length: whole }, (_, i) => i * LANES);
  if (whole > FEW) {
    const outer = { key: `${axis.key}o`, extent: whole };
    placement.loop(scope, literal(whole, 'int32'), false, (within, counter) => {
      within.bind(outer.key, counter);
      within.bindLanes(lane.key, literal(0, 'int32'));
      write(within, Index.axis(outer).times(LANES).plus(Index.axis(lane)));
    });
  }
  if (axis.extent % LANES > 0) starts.push(axis.extent - LANES);
  placement.apart(scope, (within) => {
    within.bindLanes(lane.key, literal(0, 'int32'));
    for (const start of starts) write(within, Index.axis(lane).plus(start));
  });
}
