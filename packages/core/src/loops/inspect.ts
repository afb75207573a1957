import { childrenOf } from './dependencies.js';
import type { Expr } from './expression.js';
import { sizeOfAxes } from './frame.js';
import { Index } from './indices.js';
import type { Loop } from './loop.js';
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

/** A loop nest as text. Equal texts mean equal kernels. */
export function textOf(loop: Loop, buffers: readonly KernelBuffer[]): string {
  const stores = loop.stores(plainCell(loop));
  const lines = [
    buffers.map(({ dtype, length, access }) => `${dtype} ${length} ${access}`).join(', '),
    loop.order.map((i) => `${loop.axes[i]!.key}${loop.ordered.has(loop.axes[i]!.key) ? '!' : ''}`).join(' '),
    [...loop.tile].map(([key, size]) => `${key}:${size}`).join(' '),
    loop.fill.map(({ buffer, value }) => `${buffer}=${value}`).join(' '),
    ...expressionsOf(stores.map((store) => store.value)).map(textOfExpression),
    ...stores.map(({ buffer, address, value, accumulate }) => `[${buffer}@${address}] ${accumulate ? '+=' : '='} ${value.id}`),
  ];
  return lines.join('\n');
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

/** The scalar operations of one run of a loop nest, each where its free axes put it. */
export function operationsOf(loop: Loop): number {
  let total = 0;
  for (const expr of expressionsOf(loop.stores(plainCell(loop)).map((store) => store.value))) {
    const { is } = expr;
    if (is.kind === 'scalar') total += sizeOfAxes(expr.axes);
    else if (is.kind === 'reduce') total += sizeOfAxes(new Set([...expr.axes, ...is.axes.map((axis) => axis.key)]));
    else if (is.kind === 'recurrence') total += 2 * sizeOfAxes(expr.axes);
  }
  return total;
}

function plainCell(loop: Loop): Index[] {
  return loop.axes.map(Index.axis);
}
