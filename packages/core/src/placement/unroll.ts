import { childrenOf } from '../loops/dependencies.js';
import { type Expr, TRANSCENDENTAL } from '../loops/expression.js';
import type { Axis } from '../loops/indices.js';
import { LANES } from '../loops/statement.js';
import type { DType } from '../tensor/dtype.js';

const LONG: ReadonlySet<string> = new Set([...TRANSCENDENTAL, 'pow']);
/** With more functions than this there is enough that does not wait for one another. */
const MOST = 4;
/** On axes shorter than this the code is not worth while. */
const SHORTEST = 32;

/**
 * How many neighbours along the axis of the lanes are computed together. The steps of a function wait for one another, and so do those of a sum;
 * those of two vectors do not, so that they take little more time than those of one; float64 has two vectors of lanes anyway. What is summed
 * lies a row apart, and so does what is done in order, as by a scan of columns or a scatter of rows: four vectors are a cache line, of
 * float64 two.
 */
export function neighboursTogether(values: readonly Expr[], { key, extent }: Axis, inOrder: boolean): number {
  const isWide = values.some(({ dtype }) => dtype === 'float64');
  if (inOrder) return LANES * (isWide ? STRANDS / 2 : STRANDS);
  const functions = extent < SHORTEST ? 0 : functionsAlong(values, key);
  if (functions > 0) return functions <= MOST && !isWide ? 2 * LANES : LANES;
  const sums = countAlong(values, key, ({ is }) => is.kind === 'reduce', PARTIAL) * (isWide ? 2 : 1);
  return sums > 0 ? LANES * Math.max(1, Math.min(STRANDS, Math.floor(PARTIAL / sums))) : LANES;
}

/** A vector is combined with what came of the one before in four cycles; of vectors that do not wait for one another, two begin in each. */
const STRANDS = 4;
/** A function takes so long that one more beside it is enough, and is so much code that more would be too many. */
const STRANDS_OF_FUNCTIONS = 2;
/** The most vectors of partial results: there are 16 registers. */
const PARTIAL = 16;
/** More reductions than these, as the cells of a tile are, hardly wait for one another, and leave no registers to what they are combined of. */
const PAIR = 2;

/**
 * In how many partial results neighbours along the innermost axis of some reductions are combined, each of its own vectors: fewer where there are
 * several reductions, and where the axis is too short to be worth it.
 */
export function strandsTogether(
  reductions: readonly { readonly body: Expr; readonly type: DType }[],
  { key, extent }: Axis,
): number {
  const vectors = reductions.reduce((sum, { type }) => sum + (type === 'float64' ? 2 : 1), 0);
  const bodies = reductions.map(({ body }) => body);
  const most = functionsAlong(bodies, key) > 0 ? STRANDS_OF_FUNCTIONS : STRANDS;
  if (reductions.length > PAIR) return 1;
  let strands = 1;
  while (2 * strands <= most && 2 * strands * vectors <= PARTIAL && 4 * strands * LANES <= extent) strands *= 2;
  return strands;
}

/** How many functions vary along an axis; it stops counting at one too many. */
function functionsAlong(values: readonly Expr[], key: string): number {
  return countAlong(values, key, ({ is }) => is.kind === 'scalar' && LONG.has(is.op), MOST);
}

/** How many expressions of a kind vary along an axis; it stops counting at one more than `most`. */
function countAlong(values: readonly Expr[], key: string, counts: (expr: Expr) => boolean, most: number): number {
  const seen = new Set<Expr>();
  const stack = [...values];
  let count = 0;
  for (let expr = stack.pop(); expr && count <= most; expr = stack.pop()) {
    if (seen.has(expr) || !expr.axes.has(key)) continue;
    seen.add(expr);
    if (counts(expr)) count++;
    stack.push(...childrenOf(expr));
  }
  return count;
}
