import type { Expr } from '../loops/expression.js';
import { type Axis, Index } from '../loops/indices.js';
import { expressionsOf, plainStores } from '../loops/inspect.js';
import type { Loop } from '../loops/loop.js';
import { substitute } from '../loops/substitute.js';

/** Longer axes lose little where lanes do not divide them, and to what a loop costs. */
const SHORT = 64;

/** Two axes as one, of which `inner` moves faster. */
function join(outer: Axis, inner: Axis): Axis {
  return { key: `${outer.key}j${inner.key}`, extent: outer.extent * inner.extent };
}

/** The same loop with two neighbouring parallel axes as one; null where one of them is ordered. */
export function joinAxes(loop: Loop, position: number): Loop | null {
  const { axes, order, ordered, stores } = loop;
  const [outer, inner] = [axes[position - 1]!, axes[position]!];
  if (ordered.has(outer.key) || ordered.has(inner.key)) return null;
  return {
    ...loop,
    axes: axes.toSpliced(position - 1, 2, join(outer, inner)),
    order: order.filter((p) => p !== position).map((p) => (p > position ? p - 1 : p)),
    stores: (at) => {
      const index = at[position - 1]!;
      return stores(at.toSpliced(position - 1, 1, index.div(inner.extent), index.mod(inner.extent)));
    },
  };
}

/** A reduction with two of its axes as one, last. */
export function joinSummed(sum: Expr, outer: Axis, inner: Axis): Expr {
  const { combine, axes, body } = sum.is as Extract<Expr['is'], { kind: 'reduce' }>;
  const axis = join(outer, inner);
  const index = Index.axis(axis);
  const parts = new Map([
    [outer.key, index.div(inner.extent)],
    [inner.key, index.mod(inner.extent)],
  ]);
  const others = axes.filter(({ key }) => !parts.has(key));
  return sum.builder.reduce(combine, [...others, axis], substitute(body, parts));
}

/** The same loop with its last axis joined with those before, while it is short and what is read and written lies in one row along both. */
export function joinShortAxes(loop: Loop): Loop {
  const last = loop.axes.length - 1;
  if (last < 1 || loop.axes[last]!.extent >= SHORT || loop.ordered.size > 0 || loop.tile.size > 0) return loop;
  const joined = joinAxes(loop, last)!;
  const { key } = joined.axes.at(-1)!;
  const stores = plainStores(joined);
  const isRow =
    stores.every(({ address }) => movesPlainly(address, key)) &&
    readsPlainly(
      stores.map(({ value }) => value),
      key,
    );
  return isRow ? joinShortAxes(joined) : loop;
}

/** The same of reductions over the same axes. */
export function joinShortSums(sums: readonly Expr[]): readonly Expr[] {
  const { axes } = sums[0]!.is as Extract<Expr['is'], { kind: 'reduce' }>;
  const [outer, inner] = axes.slice(-2);
  if (!outer || !inner || inner.extent >= SHORT) return sums;
  const joined = sums.map((sum) => joinSummed(sum, outer, inner));
  return readsPlainly(joined, join(outer, inner).key) ? joinShortSums(joined) : sums;
}

function readsPlainly(values: readonly Expr[], axis: string): boolean {
  return expressionsOf(values).every(({ is }) => {
    if (is.kind === 'load') return movesPlainly(is.address, axis);
    if (is.kind === 'index') return movesPlainly(is.index, axis);
    return is.kind !== 'guard' || is.conditions.every(([index]) => movesPlainly(index, axis));
  });
}

/** Is an axis in no division? */
function movesPlainly({ terms }: Index, axis: string): boolean {
  return terms.every(({ atom }) => (atom.kind !== 'div' && atom.kind !== 'mod') || !atom.of.axes.has(axis));
}
