import type { Expr } from './expression.js';
import type { Index } from './indices.js';

/** The values that an index is computed from. */
export function valuesOf(index: Index): Expr[] {
  return index.terms.flatMap(({ atom }) => {
    if (atom.kind === 'axis') return [];
    return atom.kind === 'value' ? [atom.value as Expr] : valuesOf(atom.of);
  });
}

/** What an expression reads outright; the body of a reduction or a guard, which is computed elsewhere or only at times, is apart. */
function immediate({ is }: Expr): readonly Expr[] {
  switch (is.kind) {
    case 'constant':
    case 'reduce':
      return [];
    case 'index':
      return valuesOf(is.index);
    case 'load':
      return valuesOf(is.address);
    case 'scalar':
      return is.args;
    case 'recurrence':
      return [is.factor, is.addend];
    case 'guard':
      return is.conditions.flatMap(([index]) => valuesOf(index));
  }
}

function inner({ is }: Expr): Expr | null {
  return is.kind === 'reduce' || is.kind === 'guard' ? is.body : null;
}

/** The expressions that one is made of, those inside its indices too. */
export function childrenOf(expr: Expr): readonly Expr[] {
  const body = inner(expr);
  return body ? [body, ...immediate(expr)] : immediate(expr);
}

/** The reductions that these values need whatever happens: none that a guard or another reduction may spare. */
export function reductionsOf(values: readonly Expr[]): Expr[] {
  const seen = new Set<Expr>();
  const found: Expr[] = [];
  const visit = (expr: Expr): void => {
    if (seen.has(expr)) return;
    seen.add(expr);
    if (expr.is.kind === 'reduce') found.push(expr);
    for (const child of immediate(expr)) visit(child);
  };
  for (const value of values) visit(value);
  return found;
}

/** Tells how many reductions an expression must wait for, one after the other: of two with equal rank neither needs the other. */
export function ranking(): (expr: Expr) => number {
  const known = new Map<Expr, number>();
  const rank = (expr: Expr): number => {
    let most = known.get(expr);
    if (most !== undefined) return most;
    most = 0;
    for (const child of immediate(expr)) most = Math.max(most, rank(child));
    const body = inner(expr);
    if (body) most = Math.max(most, rank(body));
    if (expr.is.kind === 'reduce') most += 1;
    known.set(expr, most);
    return most;
  };
  return rank;
}
