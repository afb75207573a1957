import { type Expr, TRANSCENDENTAL } from './expression.js';
import type { Axis } from './indices.js';
import { expressionsOf } from './inspect.js';
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
  const functions = expressionsOf(values).filter(
    ({ is, axes }) => is.kind === 'scalar' && LONG.has(is.op) && axes.has(key),
  ).length;
  return functions > 0 && functions <= MOST && extent >= SHORTEST ? 2 * LANES : LANES;
}
