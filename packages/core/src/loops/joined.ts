import type { Product } from './contraction.js';
import type { Expr } from './expression.js';
import { type Axis, Index } from './indices.js';
import type { Loop } from './loop.js';
import { substitute } from './substitute.js';

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

/** The sum of a product with two of its axes as one, last. */
export function joinSummed({ sum, axes }: Product, outer: Axis, inner: Axis): Expr {
  const { combine, body } = sum.is as Extract<Expr['is'], { kind: 'reduce' }>;
  const axis = join(outer, inner);
  const index = Index.axis(axis);
  const parts = new Map([
    [outer.key, index.div(inner.extent)],
    [inner.key, index.mod(inner.extent)],
  ]);
  const others = axes.filter(({ key }) => !parts.has(key));
  return sum.builder.reduce(combine, [...others, axis], substitute(body, parts));
}
