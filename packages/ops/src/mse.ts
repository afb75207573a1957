import { composite, type Node } from '@tapegrad/core';
import { square, sub } from './arithmetic.js';
import { checkPaired, type LossOptions, reduced } from './support/loss.js';

/**
 * Squared error: the mean (or sum, or each) of (x − y)². Equal shapes, or a scalar on one side. Throws `ShapeError` where shapes differ.
 *
 * @formula loss = (x − t)², the mean of all
 * @derivative x̄ = 2·(x − t)/n, t̄ = −x̄
 * @example
 * const loss = mse(prediction, target);
 */
export const mse = composite<readonly [Node, Node], LossOptions>('mse', {
  defaults: { reduction: 'mean' },
  define: (x, y, { reduction }) => {
    checkPaired('mse', x, y);
    return reduced(square(sub(x, y)), reduction);
  },
});
