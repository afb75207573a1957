import type { Node } from '../graph/node.js';
import { Builder, type Expr } from '../loops/expression.js';
import { Index } from '../loops/indices.js';
import { scalarFunction } from '../loops/scalar.js';
import { Frame, type Surroundings, sizesOf } from './frame.js';

/** The value of an expression of constants and scalar ops, as a kernel would compute it; null where it depends on anything else. */
export function foldExpression(expr: Expr): number | null {
  const { is } = expr;
  if (is.kind === 'constant') return is.value;
  if (is.kind !== 'scalar') return null;
  const values = is.args.map(foldExpression);
  if (values.includes(null)) return null;
  const argTypes = is.args.map((arg) => arg.dtype);
  return scalarFunction(is.op, expr.dtype, argTypes)(...(values as number[]));
}

/**
 * The value that a pointwise node has at every index if each of its inputs has one value, `values[i]`; null where the value depends on the
 * index too.
 */
export function foldPointwise(node: Node, values: readonly number[]): number | null {
  const builder = new Builder();
  const around: Surroundings = {
    builder,
    load: (input) => builder.constant(values[node.inputs.indexOf(input)]!, input.dtype),
    recurrence: () => {
      throw new TypeError(`${node.op.name}: a pointwise op has no recurrence`);
    },
  };
  const at = sizesOf(node).map((extent, i) => Index.axis({ key: `p${i}x${extent}`, extent }));
  const value = node.op.lower?.(new Frame(node, at, around));
  return value ? foldExpression(value) : null;
}
