import { composite, type Node } from '@tapegrad/core';
import { abs } from './absolute.js';
import { sub } from './arithmetic.js';
import { checkPaired, type LossOptions, reduced } from './support/loss.js';

/**
 * Absolute error: the mean (or sum, or each) of |x − y|. Equal shapes, or a scalar on one side; the derivative is 0 where they are equal.
 * Throws `ShapeError` where shapes differ.
 *
 * @formula loss = |x − t|
 * @derivative sign(x − t)
 * @example
 * const loss = l1(prediction, target);
 */
export const l1 = composite<readonly [Node, Node], LossOptions>('l1', {
  defaults: { reduction: 'mean' },
  define: (x, y, { reduction }) => {
    checkPaired('l1', x, y);
    return reduced(abs(sub(x, y)), reduction);
  },
});
