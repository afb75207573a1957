import { add, mul, type Unary, unary } from '@tapegrad/core';
import { reciprocal } from './arithmetic.js';
import { floats } from './support/dtypes.js';

/**
 * e to the power of each element. Same shape out; overflows to Infinity above 88.72 in float32, 709.78 in float64. Throws `DtypeError` unless
 * `x` is a float.
 *
 * @example
 * const growth = exp(mul(rate, time));
 */
export const exp: Unary = unary('exp', { cost: 12, dtype: floats('exp'), partial: (y) => y, lower: (x) => x.exp() });

/**
 * eˣ − 1 of each element, accurate near 0. Same shape out. Throws `DtypeError` unless `x` is a float.
 *
 * @example
 * const elu = where(gt(x, 0), x, expm1(x));
 */
export const expm1: Unary = unary('expm1', {
  cost: 14,
  dtype: floats('expm1'),
  partial: (y) => add(y, 1),
  lower: (x) => x.expm1(),
});

/**
 * 2 to the power of each element. Same shape out. Throws `DtypeError` unless `x` is a float.
 *
 * @example
 * const gain = exp2(octaves);
 */
export const exp2: Unary = unary('exp2', {
  cost: 12,
  dtype: floats('exp2'),
  partial: (y) => mul(y, Math.LN2),
  lower: (x) => x.apply('exp2'),
});

/**
 * Natural logarithm of each element. Same shape out; 0 gives -Infinity, below it NaN. Throws `DtypeError` unless `x` is a float.
 *
 * @example
 * const entropy = neg(sum(mul(p, log(p))));
 */
export const log: Unary = unary('log', {
  cost: 12,
  dtype: floats('log'),
  partial: (_y, x) => reciprocal(x),
  lower: (x) => x.log(),
});

/**
 * log(1 + x) of each element, accurate near 0. Same shape out; -1 gives -Infinity, below it NaN. Throws `DtypeError` unless `x` is a float.
 *
 * @example
 * const compressed = log1p(counts);
 */
export const log1p: Unary = unary('log1p', {
  cost: 14,
  dtype: floats('log1p'),
  partial: (_y, x) => reciprocal(add(x, 1)),
  lower: (x) => x.log1p(),
});

/**
 * Logarithm to base 2 of each element. Same shape out. Throws `DtypeError` unless `x` is a float.
 *
 * @example
 * const bits = neg(log2(p));
 */
export const log2: Unary = unary('log2', {
  cost: 12,
  dtype: floats('log2'),
  partial: (_y, x) => reciprocal(mul(x, Math.LN2)),
  lower: (x) => x.apply('log2'),
});

/**
 * Logarithm to base 10 of each element. Same shape out. Throws `DtypeError` unless `x` is a float.
 *
 * @example
 * const decibel = mul(10, log10(power));
 */
export const log10: Unary = unary('log10', {
  cost: 12,
  dtype: floats('log10'),
  partial: (_y, x) => reciprocal(mul(x, Math.LN10)),
  lower: (x) => x.apply('log10'),
});
