import { composite, mul, type Node } from '@tapegrad/core';
import { tanh } from './hyperbolic.js';
import { softplus } from './sigmoid.js';
import { floats } from './support/dtypes.js';

/**
 * x · tanh(log(1 + eˣ)) of each element. Same shape out; NaN at -Infinity. Throws `DtypeError` unless `x` is a float. After Misra, "Mish: a
 * self regularized non-monotonic activation function", 2019.
 *
 * @formula y = x·tanh(log(1 + eˣ))
 * @derivative t + x·σ(x)·(1 − t²), t = tanh(log(1 + eˣ))
 * @example
 * const hidden = mish(x);
 */
export const mish = composite<readonly [Node]>('mish', {
  define: (x) => {
    floats('mish')([x]);
    return mul(x, tanh(softplus(x)));
  },
});
