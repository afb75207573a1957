import { childrenOf, valuesOf } from '../loops/dependencies.js';
import type { Expr } from '../loops/expression.js';
import type { Axis, Index } from '../loops/indices.js';
import type { Nest, Store } from '../loops/loop.js';
import type { Access } from './unit.js';

/** Every load of a kernel that stores this in its stages, by phase: for each stage what its values read, and then what its stores read and these do not know. */
export function* accessesOf(
  { shared, stages }: Nest,
  stores: readonly (readonly Store[])[],
): Generator<{ readonly buffer: number; readonly access: Access }> {
  const known = new Set<Expr>();
  for (const [i, { values }] of stages.entries()) {
    yield* loadsIn(values, known, 2 * i, shared);
    for (const value of values) known.add(value);
    const wanted = stores[i]!.flatMap(({ value, address }) => [value, ...valuesOf(address)]);
    yield* loadsIn(wanted, known, 2 * i + 1, shared);
  }
}

function* loadsIn(
  values: readonly Expr[],
  known: ReadonlySet<Expr>,
  phase: number,
  shared: readonly Axis[],
): Generator<{ readonly buffer: number; readonly access: Access }> {
  const seen = new Set<Expr>();
  const stack = [...values];
  for (let expr = stack.pop(); expr; expr = stack.pop()) {
    if (seen.has(expr) || known.has(expr)) continue;
    seen.add(expr);
    const { is } = expr;
    if (is.kind === 'load')
      yield { buffer: is.buffer, access: { phase, address: is.address.key, row: rowKey(is.address, shared) } };
    stack.push(...childrenOf(expr));
  }
}

/**
 * How an address tells the index of each shared axis, by division and remainder; null where one does not follow from it. Without shared
 * axes all is one row.
 */
export function rowKey(address: Index, shared: readonly Axis[]): string | null {
  const steps = shared.map(({ key, extent }) => {
    const term = address.terms.find(({ atom }) => atom.kind === 'axis' && atom.key === key);
    const step = term?.coefficient ?? 0;
    return step > 0 && address.range[0] >= 0 && address.div(step).mod(extent).key === key ? step : null;
  });
  return steps.includes(null) ? null : steps.join();
}
