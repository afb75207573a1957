import { DtypeError } from '../errors.js';
import { isConstant } from '../graph/leaves.js';
import type { Node } from '../graph/node.js';
import type { Op } from '../graph/op.js';
import { graphOf, nodeOf, type Operand } from '../graph/operand.js';
import { broadcastShapes } from '../tensor/shape.js';
import { broadcastTo, general, sameDtype, zerosLike } from './forms.js';
import { promoted, withOp } from './rules.js';

const whereOp: Op<undefined> = general<undefined>('where', {
  dtype: (inputs) => promoted('where', inputs.slice(1)),
  shape: ([condition]) => condition!.shape,
  jvp: (node, [, a, b]) => (a || b ? where(node.inputs[0]!, a ?? zerosLike(node as Node), b ?? zerosLike(node as Node)) : null),
  vjp: (node, g, i) => {
    if (i === 0) return null;
    const condition = node.inputs[0]!;
    return i === 1 ? where(condition, g, zerosLike(g)) : where(condition, zerosLike(g), g);
  },
  simplify: ({ inputs: [condition, a, b] }) => (isConstant(condition!) ? (condition.attrs.value === 0 ? b! : a!) : null),
  lower: (k) => k.load(0, k.at).select(k.load(1, k.at), k.load(2, k.at)),
}).op;

/**
 * `a` where the condition holds, else `b`. All three broadcast; `a` and `b` promote; the condition is bool. Linear in `a` and `b`
 * together, so a NaN that is not chosen does not leak into the value or the derivative of the other.
 *
 * @formula y = a where the condition holds, else b
 * @derivative ∂y/∂a = 1 where the condition holds, else 0; ∂y/∂b = 1 − ∂y/∂a
 * @example
 * const y = where(gt(x, 0), x, mul(0.1, x));
 */
export const where = withOp(whereOp, (condition: Operand, a: Operand, b: Operand): Node => {
  const graph = graphOf('where', [condition, a, b]);
  const test = nodeOf(condition, graph);
  if (test.dtype !== 'bool') {
    throw new DtypeError(`where: the condition is ${test.dtype}; it must be bool. Compare it: where(ne(condition, 0), a, b).`, {
      op: 'where',
    });
  }
  const operands = [a, b].every((x) => typeof x === 'number') ? [graph.splat(Number(a), [], graph.dtype), b] : [a, b];
  const [x, y] = sameDtype('where', operands) as [Node, Node];
  const shape = [x, y].reduce((s, node) => broadcastShapes('where', s, node.shape), test.shape);
  const inputs = [test, x, y].map((node) => broadcastTo(node, shape));
  return graph.append(whereOp, inputs, undefined) as Node;
});
