import { childrenOf } from './dependencies.js';
import type { Expr } from './expression.js';
import { Index } from './indices.js';
import type { Loop, Nest, Store } from './loop.js';
import type { KernelBuffer } from './statement.js';

/** All expressions of some values, each once, those that it is made of first. */
export function expressionsOf(values: readonly Expr[]): Expr[] {
  const seen = new Set(values);
  const stack = [...seen];
  for (let expr = stack.pop(); expr; expr = stack.pop()) {
    for (const child of childrenOf(expr)) {
      if (seen.has(child)) continue;
      seen.add(child);
      stack.push(child);
    }
  }
  // A builder numbers expressions as it makes them.
  return [...seen].sort((a, b) => a.id - b.id);
}

/** A kernel before placement as text. Equal texts mean equal kernels. */
export function textOf({ shared, stages, rows, fill }: Nest, buffers: readonly KernelBuffer[]): string {
  const stores = stages.map(({ loop }) => plainStores(loop));
  const values = [...stages.flatMap((stage) => stage.values), ...stores.flat().map((store) => store.value)];
  const lines = [
    buffers.map(({ dtype, length, access }) => `${dtype} ${length} ${access}`).join(', '),
    rows.map(({ dtype, length }) => `${dtype} ${length}`).join(', '),
    fill.map(({ buffer, value }) => `${buffer}=${value}`).join(' '),
    shared.map(({ key }) => key).join(' '),
    ...expressionsOf(values).map(textOfExpression),
    ...stages.flatMap((stage, i) => [stage.values.map(({ id }) => id).join(' '), ...textOfLoop(stage.loop, stores[i]!)]),
  ];
  return lines.join('\n');
}

function textOfLoop({ axes, order, ordered, tile }: Loop, stores: readonly Store[]): string[] {
  return [
    order.map((i) => `${axes[i]!.key}${ordered.has(axes[i]!.key) ? '!' : ''}`).join(' '),
    [...tile].map(([key, size]) => `${key}:${size}`).join(' '),
    ...stores.map(({ buffer, address, value, accumulate }) => `[${buffer}@${address}] ${accumulate ? '+=' : '='} ${value.id}`),
  ];
}

function textOfExpression(expr: Expr): string {
  return `${expr.id} ${expr.dtype} ${bodyText(expr)}`;
}

function bodyText({ is }: Expr): string {
  switch (is.kind) {
    case 'constant':
      return Object.is(is.value, -0) ? '-0' : `${is.value}`;
    case 'index':
      return `(${is.index})`;
    case 'load':
      return `[${is.buffer}@${is.address}]`;
    case 'scalar':
      return `${is.op} ${is.args.map((arg) => arg.id).join(' ')}`;
    case 'reduce':
      return `${is.combine} ${is.axes.map((axis) => axis.key).join(' ')} of ${is.body.id}`;
    case 'recurrence':
      return `recurrence ${is.axis.key} ${is.factor.id} ${is.addend.id}`;
    case 'guard':
      return `${is.conditions.map(([index, low, high]) => `${low}<=${index}<${high}`).join()} ? ${is.body.id} : ${is.otherwise}`;
  }
}

export function plainStores(loop: Loop): readonly Store[] {
  return loop.stores(loop.axes.map(Index.axis));
}
