import { add, type Binary, binary, type Unary, unary } from '@tapegrad/core';
import { div, neg, reciprocal, square, sub } from './arithmetic.js';
import { rsqrt } from './root.js';
import { floats } from './support/dtypes.js';

/**
 * Sine of each element, in radians. Same shape out. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = sin x
 * @derivative cos x
 * @example
 * const wave = sin(mul(2 * Math.PI, phase));
 */
export const sin: Unary = unary('sin', { cost: 15, dtype: floats('sin'), partial: (_y, x) => cos(x), lower: (x) => x.sin() });

/**
 * Cosine of each element, in radians. Same shape out. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = cos x
 * @derivative −sin x
 * @example
 * const wave = cos(mul(2 * Math.PI, phase));
 */
export const cos: Unary = unary('cos', {
  cost: 15,
  dtype: floats('cos'),
  partial: (_y, x) => neg(sin(x)),
  lower: (x) => x.cos(),
});

/**
 * Tangent of each element, in radians. Same shape out. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = tan x
 * @derivative 1 + y²
 * @example
 * const slope = tan(angle);
 */
export const tan: Unary = unary('tan', {
  cost: 20,
  dtype: floats('tan'),
  partial: (y) => add(1, square(y)),
  lower: (x) => x.apply('tan'),
});

/**
 * Arc sine of each element, in radians. Same shape out; NaN outside −1 … 1, with an infinite derivative at both ends. Throws `DtypeError`
 * unless `x` is a float.
 *
 * @formula y = arcsin x
 * @derivative 1/√(1 − x²)
 * @example
 * const angle = asin(ratio);
 */
export const asin: Unary = unary('asin', {
  cost: 20,
  dtype: floats('asin'),
  partial: (_y, x) => rsqrt(sub(1, square(x))),
  lower: (x) => x.apply('asin'),
});

/**
 * Arc cosine of each element, in radians. Same shape out; NaN outside −1 … 1. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = arccos x
 * @derivative −1/√(1 − x²)
 * @example
 * const angle = acos(cosine);
 */
export const acos: Unary = unary('acos', {
  cost: 20,
  dtype: floats('acos'),
  partial: (_y, x) => neg(rsqrt(sub(1, square(x)))),
  lower: (x) => x.apply('acos'),
});

/**
 * Arc tangent of each element, in radians. Same shape out. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = arctan x
 * @derivative 1/(1 + x²)
 * @example
 * const angle = atan(slope);
 */
export const atan: Unary = unary('atan', {
  cost: 20,
  dtype: floats('atan'),
  partial: (_y, x) => reciprocal(add(1, square(x))),
  lower: (x) => x.apply('atan'),
});

/**
 * The angle of the point with ordinate `y` and abscissa `x`, in radians, −π … π, element by element. Shapes broadcast, dtypes promote. Throws
 * `DtypeError` unless they are floats.
 *
 * @formula z = the angle of the point (x, y), written atan2(y, x)
 * @derivative ∂z/∂y = x/(x² + y²), ∂z/∂x = −y/(x² + y²)
 * @example
 * const angle = atan2(y, x);
 */
export const atan2: Binary = binary('atan2', {
  cost: 25,
  dtype: floats('atan2'),
  partials: [(_angle, y, x) => div(x!, add(square(x!), square(y!))), (_angle, y, x) => neg(div(y!, add(square(x!), square(y!))))],
  lower: (y, x) => y.apply('atan2', x),
});
