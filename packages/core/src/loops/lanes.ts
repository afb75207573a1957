import { freeAxes } from './atoms.js';
import { childrenOf, valuesOf } from './dependencies.js';
import type { Expr } from './expression.js';
import { type Axis, Index } from './indices.js';
import type { Loop, Store } from './loop.js';
import { LANES } from './statement.js';

/** Lanes that lie further apart are gathered one by one. */
const NEAR = 8;

/** Does an index move by one along an axis? `null` where it does not move at all, false where it moves otherwise. */
function stepsByOne(index: Index, axis: string): boolean | null {
  const moving = index.terms.filter((term) => freeAxes([term]).has(axis));
  if (moving.length === 0) return null;
  return moving.length === 1 && moving[0]!.atom.kind === 'axis' && moving[0]!.coefficient === 1;
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
    if (is.kind === 'load' && stepsByOne(is.address, axis) === false && !isNear(is.address, axis)) {
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
export function storesNeighbours(stores: readonly Store[], loop: Loop, { key, extent }: Axis): boolean {
  return (
    extent >= LANES &&
    !loop.ordered.has(key) &&
    stores.every(({ address }) => stepsByOne(address, key) === true && valuesOf(address).every((value) => !value.axes.has(key)))
  );
}
