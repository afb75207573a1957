import { type Binary, binary, mul, type Unary, unary } from '@tapegrad/core';
import { div, square } from './arithmetic.js';
import { floats } from './support/dtypes.js';

/**
 * Square root of each element. Same shape out; NaN below 0, and the derivative at 0 is Infinity. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = √x
 * @derivative 1/(2y)
 * @example
 * const distance = sqrt(sum(square(x)));
 */
export const sqrt: Unary = unary('sqrt', { cost: 4, dtype: floats('sqrt'), partial: (y) => div(0.5, y), lower: (x) => x.sqrt() });

/**
 * 1 / √x of each element. Same shape out; 0 gives Infinity, below it NaN. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = 1/√x
 * @derivative −½·y³
 * @example
 * const normalised = mul(x, rsqrt(add(variance(x), 1e-5)));
 */
export const rsqrt: Unary = unary('rsqrt', {
  cost: 8,
  dtype: floats('rsqrt'),
  partial: (y) => mul(-0.5, mul(y, square(y))),
  lower: (x) => x.constant(1).div(x.sqrt()),
});

/**
 * √(x² + y²), element by element, without overflow of the squares. Shapes broadcast, dtypes promote; the derivative at the origin is NaN.
 * Throws `DtypeError` unless they are floats.
 *
 * @formula z = √(x² + y²)
 * @derivative ∂z/∂x = x/z, ∂z/∂y = y/z
 * @example
 * const radius = hypot(x, y);
 */
export const hypot: Binary = binary('hypot', {
  cost: 10,
  dtype: floats('hypot'),
  partials: [(z, x) => div(x!, z), (z, _x, y) => div(y!, z)],
  lower: (x, y) => x.apply('hypot', y),
});
