import { type Binary, binary, onesLike } from '@tapegrad/core';
import { div, neg } from './arithmetic.js';
import { trunc } from './rounding.js';
import { numbers } from './support/dtypes.js';

/**
 * The remainder of `x / y` truncated, which has the sign of `x`, element by element. Shapes broadcast, dtypes promote. A divisor of 0 gives
 * NaN for floats, 0 for integers. Throws `DtypeError` for bools.
 *
 * @formula z = x − y·trunc(x/y)
 * @derivative ∂z/∂x = 1, ∂z/∂y = −trunc(x/y)
 * @example
 * const phase = fmod(time, period); // -1 and 0.7 give -0.3
 */
export const fmod: Binary = binary('fmod', {
  cost: 8,
  dtype: numbers('fmod'),
  partials: [(z) => onesLike(z), (_z, x, y) => neg(trunc(div(x!, y!)))],
  lower: (x, y) => x.rem(y),
});
