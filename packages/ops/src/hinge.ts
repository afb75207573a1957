import { composite, mul, type Node } from '@tapegrad/core';
import { sub } from './arithmetic.js';
import { relu } from './relu.js';
import { floats } from './support/dtypes.js';
import { asNumbers, checkPaired, type LossOptions, reduced } from './support/loss.js';

/**
 * Hinge loss of scores against labels of -1 and 1, which may be integers: max(0, 1 − score · label), its mean unless said. Equal shapes. The
 * derivative is 0 where score · label is 1. Throws `ShapeError` where shapes differ, `DtypeError` unless the scores are floats.
 *
 * @formula loss = max(0, 1 − t·x)
 * @derivative −t where t·x < 1, else 0
 * @example
 * const loss = hinge(scores, signs);
 */
export const hinge = composite<readonly [Node, Node], LossOptions>('hinge', {
  defaults: { reduction: 'mean' },
  define: (scores, labels, { reduction }) => {
    floats('hinge')([scores]);
    checkPaired('hinge', scores, labels);
    return reduced(relu(sub(1, mul(scores, asNumbers(labels, scores)))), reduction);
  },
});
