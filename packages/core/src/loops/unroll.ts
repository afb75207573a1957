import { childrenOf } from './dependencies.js';
import { type Expr, TRANSCENDENTAL } from './expression.js';
import type { Axis } from './indices.js';
import { LANES } from './statement.js';

const LONG: ReadonlySet<string> = new Set([...TRANSCENDENTAL, 'pow']);
/** With more functions than this there is enough that does not wait for one another. */
const MOST = 4;
/** On axes shorter than this the code is not worth while. */
const SHORTEST = 32;

/**
 * How many neighbours along the axis of the lanes are computed together. The steps of a function wait for one another; those of two vectors
 * do not, so that they take little more time than those of one.
 */
export function neighboursTogether(values: readonly Expr[], { key, extent }: Axis): number {
  const functions = extent < SHORTEST ? 0 : functionsAlong(values, key);
  return functions > 0 && functions <= MOST ? 2 * LANES : LANES;
}

/** How many functions vary along an axis; it stops counting at one too many. */
function functionsAlong(values: readonly Expr[], key: string): number {
  const seen = new Set<Expr>();
  const stack = [...values];
  let count = 0;
  for (let expr = stack.pop(); expr && count <= MOST; expr = stack.pop()) {
    if (seen.has(expr) || !expr.axes.has(key)) continue;
    seen.add(expr);
    if (expr.is.kind === 'scalar' && LONG.has(expr.is.op)) count++;
    stack.push(...childrenOf(expr));
  }
  return count;
}
