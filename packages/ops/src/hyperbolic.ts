import { add, type Unary, unary } from '@tapegrad/core';
import { reciprocal, square, sub } from './arithmetic.js';
import { rsqrt } from './root.js';
import { floats } from './support/dtypes.js';

/**
 * Hyperbolic tangent of each element. Same shape out, between −1 and 1. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ)
 * @derivative 1 − y²
 * @example
 * const hidden = tanh(linear(x, w, b));
 */
export const tanh: Unary = unary('tanh', {
  cost: 20,
  dtype: floats('tanh'),
  partial: (y) => sub(1, square(y)),
  lower: (x) => x.tanh(),
});

/**
 * Hyperbolic sine of each element. Same shape out. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = (eˣ − e⁻ˣ)/2
 * @derivative cosh x
 * @example
 * const y = sinh(x);
 */
export const sinh: Unary = unary('sinh', {
  cost: 20,
  dtype: floats('sinh'),
  partial: (_y, x) => cosh(x),
  lower: (x) => x.apply('sinh'),
});

/**
 * Hyperbolic cosine of each element. Same shape out. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = (eˣ + e⁻ˣ)/2
 * @derivative sinh x
 * @example
 * const y = cosh(x);
 */
export const cosh: Unary = unary('cosh', {
  cost: 20,
  dtype: floats('cosh'),
  partial: (_y, x) => sinh(x),
  lower: (x) => x.apply('cosh'),
});

/**
 * Inverse hyperbolic sine of each element. Same shape out. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = log(x + √(x² + 1))
 * @derivative 1/√(x² + 1)
 * @example
 * const compressed = asinh(x);
 */
export const asinh: Unary = unary('asinh', {
  cost: 20,
  dtype: floats('asinh'),
  partial: (_y, x) => rsqrt(add(square(x), 1)),
  lower: (x) => x.apply('asinh'),
});

/**
 * Inverse hyperbolic cosine of each element. Same shape out; NaN below 1. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = log(x + √(x² − 1))
 * @derivative 1/√(x² − 1)
 * @example
 * const y = acosh(x);
 */
export const acosh: Unary = unary('acosh', {
  cost: 20,
  dtype: floats('acosh'),
  partial: (_y, x) => rsqrt(sub(square(x), 1)),
  lower: (x) => x.apply('acosh'),
});

/**
 * Inverse hyperbolic tangent of each element. Same shape out; infinite at −1 and 1, NaN outside. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = ½·log((1 + x)/(1 − x))
 * @derivative 1/(1 − x²)
 * @example
 * const y = atanh(x);
 */
export const atanh: Unary = unary('atanh', {
  cost: 20,
  dtype: floats('atanh'),
  partial: (_y, x) => reciprocal(sub(1, square(x))),
  lower: (x) => x.apply('atanh'),
});
