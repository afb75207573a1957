import { rebuilt } from './contraction.js';
import type { Expr } from './expression.js';
import type { Index } from './indices.js';

/** A value with indices in the place of axes, all at once. */
export function substitute(value: Expr, axes: ReadonlyMap<string, Index>): Expr {
  const known = new Map<Expr, Expr>();
  const within = (index: Index): Index => index.substitute(axes, (inner) => visit(inner as Expr));
  const visit = (expr: Expr): Expr => {
    if (![...axes.keys()].some((key) => expr.axes.has(key))) return expr;
    let made = known.get(expr);
    if (!made) {
      made = substitutedIn(expr, within, visit);
      known.set(expr, made);
    }
    return made;
  };
  return visit(value);
}

function substitutedIn(expr: Expr, within: (index: Index) => Index, visit: (expr: Expr) => Expr): Expr {
  const { is, builder, dtype } = expr;
  if (is.kind === 'index') return builder.index(within(is.index), dtype);
  if (is.kind === 'load') {
    const rewritten = new Set([...expr.axes].filter((key) => !is.address.axes.has(key)));
    return builder.load(is.buffer, dtype, within(is.address), rewritten);
  }
  if (is.kind === 'guard') {
    const conditions = is.conditions.map(([index, low, high]) => [within(index), low, high] as const);
    return builder.guard(conditions, visit(is.body), is.otherwise);
  }
  return rebuilt(expr, visit);
}
