import { freeAxes } from '../loops/atoms.js';
import { childrenOf, valuesOf } from '../loops/dependencies.js';
import type { Expr } from '../loops/expression.js';
import { type Axis, Index } from '../loops/indices.js';
import type { Loop, Store } from '../loops/loop.js';
import { LANES } from '../loops/statement.js';

/** Lanes that lie further apart are gathered one by one. */
const NEAR = 8;

/** How far an index moves from one neighbour along an axis to the next: 0 where it does not, null where that is not always the same. */
export function stepAlong(index: Index, axis: string): number | null {
  const moving = index.terms.filter((term) => freeAxes([term]).has(axis));
  if (moving.length === 0) return 0;
  return moving.length === 1 && moving[0]!.atom.kind === 'axis' ? moving[0]!.coefficient : null;
}

/** Are the neighbours along an axis near one another in memory, at distances that are the same wherever four of them begin? */
function isNear(index: Index, axis: string): boolean {
  if (valuesOf(index).some((value) => value.axes.has(axis))) return false;
  const lane = { key: `${axis}l`, extent: LANES };
  const four = index.terms
    .filter((term) => freeAxes([term]).has(axis))
    .reduce((sum, term) => sum.plus(new Index([term], 0)), Index.of(0))
    .substitute(
      new Map([
        [
          axis,
          Index.axis({ key: axis, extent: 2 ** 20 })
            .times(LANES)
            .plus(Index.axis(lane)),
        ],
      ]),
    );
  const moving = four.terms.filter((term) => freeAxes([term]).has(lane.key));
  if (moving.some((term) => freeAxes([term]).size > 1)) return false;
  const [least, most] = new Index(moving, 0).range;
  return most - least < NEAR;
}

/**
 * How values look to neighbours along an axis that are computed side by side: 'straight' where all that they read is a neighbour too, or
 * near, or the same; 'gathers' where something lies apart; 'parts' where a guard or a recurrence tells one of them from another, or where
 * a reduction would gather at every step.
 */
export function suitsLanes(values: readonly Expr[], axis: string): 'straight' | 'gathers' | 'parts' {
  const seen = new Set<Expr>();
  let gathers = false;
  const suits = (expr: Expr, inside: boolean): boolean => {
    if (!expr.axes.has(axis) || seen.has(expr)) return true;
    seen.add(expr);
    const { is } = expr;
    const step = is.kind === 'load' ? stepAlong(is.address, axis) : 0;
    if (is.kind === 'load' && step !== 0 && step !== 1 && !isNear(is.address, axis)) {
      if (inside) return false;
      gathers = true;
    }
    if (is.kind === 'guard' && is.conditions.some(([index]) => index.axes.has(axis))) return false;
    if (is.kind === 'recurrence' && is.axis.key === axis) return false;
    return childrenOf(expr).every((child) => suits(child, inside || is.kind === 'reduce'));
  };
  if (!values.every((value) => suits(value, false))) return 'parts';
  return gathers ? 'gathers' : 'straight';
}

/** Does every store move by one along an axis, which may run in any order? */
export function storesNeighbours(stores: readonly Store[], loop: Loop, axis: Axis): boolean {
  return storesAlong(stores, loop, axis, (step) => step === 1);
}

/** Does every store move along an axis, which may run in any order, by the same step each time? */
export function storesInSteps(stores: readonly Store[], loop: Loop, axis: Axis): boolean {
  return storesAlong(stores, loop, axis, (step) => step !== null && step !== 0);
}

function storesAlong(
  stores: readonly Store[],
  loop: Loop,
  { key, extent }: Axis,
  suits: (step: number | null) => boolean,
): boolean {
  return (
    extent >= LANES &&
    !loop.ordered.has(key) &&
    stores.every(({ address }) => suits(stepAlong(address, key)) && valuesOf(address).every((value) => !value.axes.has(key)))
  );
}
