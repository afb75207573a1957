import { add, type Unary, unary } from '@tapegrad/core';
import { abs } from './absolute.js';
import { reciprocal, square } from './arithmetic.js';
import { floats } from './support/dtypes.js';

/**
 * x / (1 + |x|) of each element, between -1 and 1. Same shape out; NaN at both infinities. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = x/(1 + |x|)
 * @derivative 1/(1 + |x|)²
 * @example
 * const y = softsign(x);
 */
export const softsign: Unary = unary('softsign', {
  cost: 5,
  dtype: floats('softsign'),
  // Not (1 − |y|)², which cancels where |y| is nearly 1.
  partial: (_y, x) => square(reciprocal(add(1, abs(x)))),
  lower: (x) => x.div(x.abs().add(x.constant(1))),
});
