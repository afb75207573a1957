import type { Builder, Expr } from './expression.js';
import { type Axis, Index } from './indices.js';
import { expressionsOf } from './inspect.js';
import type { Loop } from './loop.js';

/** A sum of products. */
export interface Product {
  readonly sum: Expr;
  readonly axes: readonly Axis[];
  readonly factors: readonly [Expr, Expr];
}

/** The first sum of products in a value, below epilogues. */
export function productIn(value: Expr | undefined): Product | null {
  const seen = new Set<Expr>();
  const stack = value ? [value] : [];
  for (let expr = stack.pop(); expr; expr = stack.pop()) {
    if (seen.has(expr)) continue;
    seen.add(expr);
    const { is } = expr;
    if (is.kind === 'reduce') {
      const factors = factorsOf(is.body);
      if (factors) return { sum: expr, axes: is.axes, factors };
      stack.push(is.body);
    } else if (is.kind === 'scalar') stack.push(...is.args);
    else if (is.kind === 'guard') stack.push(is.body);
  }
  return null;
}

/** The factors of a product, below guards and casts. */
export function factorsOf(body: Expr): readonly [Expr, Expr] | null {
  const { is } = body;
  if (is.kind === 'guard') return factorsOf(is.body);
  if (is.kind !== 'scalar') return null;
  if (is.op === 'cast') return factorsOf(is.args[0]!);
  return is.op === 'mul' ? (is.args as readonly Expr[] as readonly [Expr, Expr]) : null;
}

/** The sum of products that a contraction is, below epilogues. */
export function productOf(loop: Loop): Product {
  const [store] = loop.stores(loop.axes.map(Index.axis));
  return productIn(store!.value)!;
}

/** The same loop with another sum in the place of that of its products. */
export function withSum(loop: Loop, change: (product: Product) => Expr): Loop {
  return {
    ...loop,
    stores: (at) => {
      const stores = loop.stores(at);
      const product = productIn(stores[0]!.value)!;
      const sum = change(product);
      return stores.map((store) => ({ ...store, value: replaced(store.value, product.sum, sum) }));
    },
  };
}

/** The sum of a product with another value in the place of one factor. */
export function withFactor({ sum, axes, factors }: Product, which: 0 | 1, factor: Expr): Expr {
  const { combine, body } = sum.is as Extract<Expr['is'], { kind: 'reduce' }>;
  return sum.builder.reduce(combine, axes, replaced(body, factors[which], factor));
}

/** The sum of a product over its axes in another order. */
export function reordered({ sum }: Product, axes: readonly Axis[]): Expr {
  const { combine, body } = sum.is as Extract<Expr['is'], { kind: 'reduce' }>;
  return sum.builder.reduce(combine, axes, body);
}

/** A value with another in the place of `from`, wherever that is read outright. */
export function replaced(value: Expr, from: Expr, to: Expr): Expr {
  const known = new Map([[from, to]]);
  const visit = (expr: Expr): Expr => {
    let made = known.get(expr);
    if (!made) {
      made = rebuilt(expr, visit);
      known.set(expr, made);
    }
    return made;
  };
  return visit(value);
}

/** An expression of the same kind, of what `visit` gives for those that it is made of outright; indices stay as they are. */
export function rebuilt(expr: Expr, visit: (expr: Expr) => Expr, builder: Builder = expr.builder): Expr {
  const { is, dtype } = expr;
  switch (is.kind) {
    case 'constant':
    case 'index':
    case 'load':
      return expr;
    case 'scalar':
      return builder.scalar(is.op, is.args.map(visit), dtype);
    case 'guard':
      return builder.guard(is.conditions, visit(is.body), is.otherwise);
    case 'reduce':
      return builder.reduce(is.combine, is.axes, visit(is.body));
    case 'recurrence':
      return builder.recurrence(is.axis, visit(is.factor), visit(is.addend));
  }
}

/** How far apart in memory neighbours along an axis are, in what a value reads. */
export function strideOf(value: Expr, axis: Axis): number {
  const strides = expressionsOf([value]).map(({ is }) => {
    const term =
      is.kind === 'load' ? is.address.terms.find(({ atom }) => atom.kind === 'axis' && atom.key === axis.key) : undefined;
    return Math.abs(term?.coefficient ?? 0);
  });
  return Math.max(...strides);
}
