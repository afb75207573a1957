import { mul, type Unary, unary } from '@tapegrad/core';
import { neg, square } from './arithmetic.js';
import { exp } from './exponential.js';
import { floats } from './support/dtypes.js';

const SLOPE = 2 / Math.sqrt(Math.PI);

/**
 * The error function 2/√π ∫₀ˣ e^−t² dt of each element. Same shape out. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = 2/√π · ∫₀ˣ e^(−t²) dt
 * @derivative 2/√π · e^(−x²)
 * @example
 * const normalCdf = mul(0.5, add(1, erf(div(x, Math.SQRT2))));
 */
export const erf: Unary = unary('erf', {
  cost: 25,
  dtype: floats('erf'),
  partial: (_y, x) => mul(SLOPE, exp(neg(square(x)))),
  lower: (x) => x.apply('erf'),
});

/**
 * 1 − erf(x) of each element, accurate where erf is nearly 1. Same shape out. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = 1 − erf(x)
 * @derivative −2/√π · e^(−x²)
 * @example
 * const tail = mul(0.5, erfc(div(x, Math.SQRT2)));
 */
export const erfc: Unary = unary('erfc', {
  cost: 25,
  dtype: floats('erfc'),
  partial: (_y, x) => mul(-SLOPE, exp(neg(square(x)))),
  lower: (x) => x.apply('erfc'),
});
