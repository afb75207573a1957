import { composite, mul, type Node, ShapeError, where } from '@tapegrad/core';
import { abs } from './absolute.js';
import { square, sub } from './arithmetic.js';
import { lt } from './compare.js';
import { floats } from './support/dtypes.js';
import { checkPaired, type LossOptions, reduced } from './support/loss.js';

/** Options of {@link huber}. */
export interface HuberOptions extends LossOptions {
  /** The error from which on the loss grows linearly; 1 unless said. */
  readonly delta?: number;
}

/**
 * Huber's loss: ½(x − y)² where |x − y| is less than δ, else δ(|x − y| − ½δ); the mean unless said. Equal shapes, or a scalar on one side.
 * Throws `ShapeError` where shapes differ and unless δ is above 0, `DtypeError` unless both are floats. After Huber, "Robust estimation of a
 * location parameter", 1964.
 *
 * @formula loss = ½·d² for |d| ≤ δ, else δ·(|d| − ½·δ), d = x − t
 * @derivative clamp(d, −δ, δ)
 * @example
 * const loss = huber(prediction, target, { delta: 0.5 });
 */
export const huber = composite<readonly [Node, Node], HuberOptions>('huber', {
  defaults: { delta: 1, reduction: 'mean' },
  define: (x, y, { delta = 1, reduction }) => {
    floats('huber')([x, y]);
    checkPaired('huber', x, y);
    if (!(delta > 0)) throw new ShapeError(`huber: delta is ${delta}; it must be above 0.`, { op: 'huber' });
    const error = sub(x, y);
    const size = abs(error);
    const losses = where(lt(size, delta), mul(0.5, square(error)), mul(delta, sub(size, 0.5 * delta)));
    return reduced(losses, reduction);
  },
});
