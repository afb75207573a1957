import { add, composite, mul, type Node } from '@tapegrad/core';
import { erfc } from './error-function.js';
import { sigmoid } from './sigmoid.js';
import { floats } from './support/dtypes.js';

/** Options of {@link gelu}. */
export interface GeluOptions {
  /** 'none' is exact; 'tanh' is the usual approximation. 'none' unless said. */
  readonly approximate?: 'none' | 'tanh';
}

/** Twice the argument of tanh that makes it nearly erf(x/√2). */
function nearly(x: Node): Node {
  return mul(2 * Math.sqrt(2 / Math.PI), add(x, mul(0.044715, mul(x, mul(x, x)))));
}

/**
 * x · Φ(x) of each element, Φ the distribution of the standard normal. Same shape out. Throws `DtypeError` unless `x` is a float. After
 * Hendrycks & Gimpel, "Gaussian error linear units", 2016.
 *
 * @formula y = x·Φ(x), Φ(x) = ½·(1 + erf(x/√2))
 * @derivative Φ(x) + x·φ(x), φ(x) = e^(−x²/2)/√(2π)
 * @example
 * const hidden = gelu(x, { approximate: 'tanh' });
 */
export const gelu = composite<readonly [Node], GeluOptions>('gelu', {
  defaults: { approximate: 'none' },
  define: (x, { approximate }) => {
    floats('gelu')([x]);
    // Not 1 + tanh and 1 + erf, which cancel where x is far below 0: ½·(1 + tanh u) is the sigmoid of 2u.
    return approximate === 'tanh' ? mul(x, sigmoid(nearly(x))) : mul(mul(0.5, x), erfc(mul(-Math.SQRT1_2, x)));
  },
});
