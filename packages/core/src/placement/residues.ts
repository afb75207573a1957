import { freeAxes, type Term } from '../loops/atoms.js';
import { factorsOf, productIn, rebuilt } from '../loops/contraction.js';
import type { Condition, Expr } from '../loops/expression.js';
import { type Axis, Index } from '../loops/indices.js';
import { expressionsOf } from '../loops/inspect.js';
import type { Loop } from '../loops/loop.js';
import { substitute } from '../loops/substitute.js';

/** The most loops that one becomes: each has code of its own. */
const MOST = 9;

/**
 * A loop over sums as several loops, one for each residue of an index that the sums divide by a number: every other element of the gradient of a
 * convolution or a pool with a stride of 2 meets other elements of the kernel. In each of them the division is gone, and what no element meets
 * is not summed. One loop where nothing is divided.
 */
export function residuesOf(loop: Loop): readonly Loop[] {
  const values = loop.stores(loop.axes.map(Index.axis)).map(({ value }) => value);
  const product = loop.tile.size > 0 ? productIn(values[0]) : null;
  const divided = product ? product.factors : loop.tile.size === 0 ? sumsOfFew(values) : [];
  if (divided.length === 0) return [loop];
  let loops: readonly Loop[] = [loop];
  for (const axis of loop.axes) {
    const by = loop.ordered.has(axis.key) ? 1 : divisorOf(divided, axis);
    if (by > 1 && loops.length * by <= MOST) loops = loops.flatMap((part) => apart(part, axis, by));
  }
  return loops.length > 1 ? loops.map(withoutUnmet) : loops;
}

/** The sums that a guard on a division lets have few terms: neighbours differ, and lanes are out of the question anyway. */
function sumsOfFew(values: readonly Expr[]): Expr[] {
  const divides = ([index]: Condition): boolean => index.terms.some(({ atom }) => atom.kind === 'div' || atom.kind === 'mod');
  return expressionsOf(values).filter(
    ({ is }) => is.kind === 'reduce' && is.combine === 'sum' && zeroUnless(is.body).some(divides),
  );
}

/** What the indices in some values divide an axis by; 1 where they do not, or by several numbers. */
function divisorOf(values: readonly Expr[], { key }: Axis): number {
  const divisors = new Set<number>();
  const visit = (terms: readonly Term[]): void => {
    for (const { atom } of terms) {
      if (!('of' in atom) || !freeAxes(atom.of.terms).has(key)) continue;
      divisors.add(atom.by);
      visit(atom.of.terms);
    }
  };
  for (const { is } of expressionsOf(values)) {
    if (is.kind === 'load') visit(is.address.terms);
    if (is.kind === 'guard') for (const [index] of is.conditions) visit(index.terms);
  }
  const [divisor = 1, ...more] = divisors;
  return more.length > 0 ? 1 : divisor;
}

/** A loop for each residue of an axis. */
function apart(loop: Loop, { key, extent }: Axis, by: number): Loop[] {
  const position = loop.axes.findIndex((axis) => axis.key === key);
  return Array.from({ length: Math.min(by, extent) }, (_, residue) => ({
    ...loop,
    axes: loop.axes.with(position, { key: `${key}m${residue}`, extent: Math.ceil((extent - residue) / by) }),
    stores: (at) => loop.stores(at.with(position, at[position]!.times(by).plus(residue))),
  }));
}

/** The same loop, without the positions along summed axes at which what is summed is guarded to be 0. */
function withoutUnmet(loop: Loop): Loop {
  return {
    ...loop,
    stores: (at) => {
      const known = new Map<Expr, Expr>();
      const visit = (expr: Expr): Expr => {
        let made = known.get(expr);
        if (!made) {
          made = metOnly(rebuilt(expr, visit));
          known.set(expr, made);
        }
        return made;
      };
      return loop.stores(at).map((store) => ({ ...store, value: visit(store.value) }));
    },
  };
}

/** A sum over no more than the positions at which there is something to sum. */
function metOnly(expr: Expr): Expr {
  const { is, builder, dtype } = expr;
  if (is.kind !== 'reduce' || is.combine !== 'sum') return expr;
  const conditions = conditionsOf(is.body);
  if (!conditions) return builder.constant(0, dtype);
  const met = is.axes.map((axis) => ({ ...rangeWithin(axis, conditions), of: axis }));
  if (met.every(({ extent, of }) => extent === of.extent)) return expr;
  if (met.some(({ extent }) => extent === 0)) return builder.constant(0, dtype);
  const moved = new Map(met.map((axis) => [axis.of.key, Index.axis(axis).plus(axis.first)]));
  return builder.reduce(
    'sum',
    met.map(({ key, extent }) => ({ key, extent })),
    substitute(is.body, moved),
  );
}

/** The conditions without which a term is 0; null where it is 0 in any case. A product is, where both factors are: 0 times what is not finite is not 0. */
function conditionsOf(term: Expr): readonly Condition[] | null {
  const factors = factorsOf(term);
  if (isZero(term) || factors?.every(isZero)) return null;
  const own = zeroUnless(term);
  if (!factors) return own;
  const [first, second] = factors.map(zeroUnless) as [readonly Condition[], readonly Condition[]];
  return [...own, ...first.filter((condition) => second.some((other) => keyOf(other) === keyOf(condition)))];
}

function isZero({ is }: Expr): boolean {
  return is.kind === 'constant' && is.value === 0;
}

/** The conditions without which a value is 0. */
function zeroUnless({ is }: Expr): readonly Condition[] {
  return is.kind === 'guard' && is.otherwise === 0 ? is.conditions : [];
}

function keyOf([index, low, high]: Condition): string {
  return `${low}<=${index.key}<${high}`;
}

/** The positions along an axis from the first to the last at which conditions on nothing else hold. */
function rangeWithin({ key, extent }: Axis, conditions: readonly Condition[]): Axis & { readonly first: number } {
  const own = conditions.filter(([index]) => index.axes.size === 1 && index.axes.has(key));
  const holds = Array.from({ length: extent }, (_, i) => i).filter((i) =>
    own.every(([index, low, high]) => {
      const at = index.substitute(new Map([[key, Index.of(i)]])).constant;
      return at === null || (at >= low && at < high);
    }),
  );
  const first = holds[0] ?? 0;
  const size = holds.length > 0 ? holds.at(-1)! + 1 - first : 0;
  return { key: size === extent ? key : `${key}f${first}x${size}`, extent: size, first };
}
