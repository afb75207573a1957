import { type Unary, unary } from '@tapegrad/core';
import { numbers } from './support/dtypes.js';

/**
 * The magnitude of each element. Same shape and dtype out; its derivative is 0 at 0 and at NaN, as in PyTorch. Throws `DtypeError` for bools.
 *
 * @formula y = |x|
 * @derivative sign(x)
 * @example
 * const l1 = sum(abs(w));
 */
export const abs: Unary = unary('abs', { dtype: numbers('abs'), partial: (_y, x) => sign(x), lower: (x) => x.abs() });

/**
 * -1, 0 or 1 by the sign of each element, 0 for NaN as in PyTorch. Same shape and dtype out; its derivative is 0. Throws `DtypeError` for bools.
 *
 * @formula y = −1 for x < 0, 0 for x = 0, 1 for x > 0
 * @derivative 0
 * @example
 * const step = mul(rate, sign(gradient));
 */
export const sign: Unary = unary('sign', {
  dtype: numbers('sign'),
  partial: null,
  lower: (x) => {
    const zero = x.constant(0);
    return x.gt(zero).select(x.constant(1), x.lt(zero).select(x.constant(1).neg(), zero));
  },
});
