import { graphOf, nodeOf, type Operand, type Unary, withOp } from '@tapegrad/core';
import { le } from './compare.js';
import { numbers } from './support/dtypes.js';
import { gated } from './support/gated.js';

const reluOp = gated<undefined>('relu', {
  dtype: numbers('relu'),
  stops: (y) => le(y, 0),
  lower: (k) => k.load(0, k.at).max(k.constant(0)),
});

/**
 * Each element, or 0 where it is less; NaN stays. Same shape and dtype out. Its derivative is 0 at 0, and 1 at NaN. Throws `DtypeError` for
 * bools.
 *
 * @formula y = max(x, 0)
 * @derivative 0 for x ≤ 0, else 1
 * @example
 * const hidden = relu(linear(x, w, b));
 */
export const relu: Unary = withOp(reluOp, (x: Operand) => {
  const graph = graphOf('relu', [x]);
  return graph.append(reluOp, [nodeOf(x, graph)], undefined);
});
