import { composite, mul, type Node } from '@tapegrad/core';
import { sigmoid } from './sigmoid.js';
import { floats } from './support/dtypes.js';

/**
 * x · sigmoid(x) of each element, also called swish. Same shape out; NaN at -Infinity. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = x·σ(x)
 * @derivative σ(x)·(1 + x·(1 − σ(x)))
 * @example
 * const hidden = silu(x);
 */
export const silu = composite<readonly [Node]>('silu', {
  define: (x) => {
    floats('silu')([x]);
    return mul(x, sigmoid(x));
  },
});
