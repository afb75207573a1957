import { composite, mul, type Node, where } from '@tapegrad/core';
import { le } from './compare.js';
import { expm1 } from './exponential.js';
import { floats } from './support/dtypes.js';

/** Options of {@link elu}. */
export interface EluOptions {
  /** Minus the value that far negative elements approach; 1 unless said. */
  readonly alpha?: number;
}

/**
 * Each element, or α(eˣ − 1) where it is not above 0. Same shape out; its derivative at 0 is α. Throws `DtypeError` unless `x` is a float.
 * After Clevert, Unterthiner & Hochreiter, "Fast and accurate deep network learning by exponential linear units", 2015.
 *
 * @formula y = x for x > 0, else α·(eˣ − 1)
 * @derivative 1 for x > 0, else α·eˣ
 * @example
 * const hidden = elu(x);
 */
export const elu = composite<readonly [Node], EluOptions>('elu', {
  defaults: { alpha: 1 },
  define: (x, { alpha = 1 }) => {
    floats('elu')([x]);
    const curved = le(x, 0);
    // The exponential of a large x, though not chosen, would overflow in the derivative.
    return where(curved, mul(alpha, expm1(where(curved, x, 0))), x);
  },
});
