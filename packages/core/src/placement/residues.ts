import { freeAxes, type Term } from '../loops/atoms.js';
import { productIn, withSum } from '../loops/contraction.js';
import type { Condition, Expr } from '../loops/expression.js';
import { type Axis, Index } from '../loops/indices.js';
import { expressionsOf } from '../loops/inspect.js';
import type { Loop } from '../loops/loop.js';
import { substitute } from '../loops/substitute.js';

/** The most loops that one becomes: each has code of its own. */
const MOST = 9;

/**
 * A sum of products as several loops, one for each residue of an index that its factors divide by a number: every other element of the gradient
 * of a convolution with a stride of 2 meets other elements of the kernel. In each of them the division is gone, and what no element meets is
 * not summed. One loop where nothing is divided.
 */
export function residuesOf(loop: Loop): readonly Loop[] {
  const [store] = loop.stores(loop.axes.map(Index.axis));
  const product = loop.tile.size > 0 ? productIn(store?.value) : null;
  if (!product) return [loop];
  let loops: readonly Loop[] = [loop];
  for (const axis of loop.axes) {
    const by = loop.ordered.has(axis.key) ? 1 : divisorOf(product.factors, axis);
    if (by > 1 && loops.length * by <= MOST) loops = loops.flatMap((part) => apart(part, axis, by));
  }
  return loops.length > 1 ? loops.map(withoutUnmet) : loops;
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

/** The same loop, without the positions along summed axes at which both factors are guarded to be 0. */
function withoutUnmet(loop: Loop): Loop {
  const product = productIn(loop.stores(loop.axes.map(Index.axis))[0]!.value);
  // Where a guard around the sum holds for no element, there is none.
  if (!product) return loop;
  const { axes, factors } = product;
  if (factors.every(isZero)) return withSum(loop, ({ sum }) => sum.builder.constant(0, sum.dtype));
  const conditions = factors.map(zeroUnless);
  const inBoth = conditions[0]!.filter((condition) => conditions[1]!.some((other) => keyOf(other) === keyOf(condition)));
  const met = new Map(axes.map((axis) => [axis.key, rangeWithin(axis, inBoth)]));
  if (axes.every(({ key, extent }) => met.get(key)!.extent === extent)) return loop;
  return withSum(loop, ({ sum, axes }) => {
    const { body } = sum.is as Extract<Expr['is'], { kind: 'reduce' }>;
    const within = axes.map((axis) => ({ ...met.get(axis.key)!, of: axis.key }));
    if (within.some(({ extent }) => extent === 0)) return sum.builder.constant(0, sum.dtype);
    const moved = new Map(within.map((axis) => [axis.of, Index.axis(axis).plus(axis.first)]));
    return sum.builder.reduce(
      'sum',
      within.map(({ key, extent }) => ({ key, extent })),
      substitute(body, moved),
    );
  });
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
