import { type Unary, unary } from '@tapegrad/core';
import { floats } from './support/dtypes.js';

/**
 * The greatest whole number not above each element. Same shape and dtype out; its derivative is 0. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = ⌊x⌋
 * @derivative 0
 * @example
 * const cell = cast(floor(div(x, width)), 'int32');
 */
export const floor: Unary = unary('floor', { dtype: floats('floor'), partial: null, lower: (x) => x.floor() });

/**
 * The least whole number not below each element. Same shape and dtype out; its derivative is 0. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = ⌈x⌉
 * @derivative 0
 * @example
 * const pages = ceil(div(items, 10));
 */
export const ceil: Unary = unary('ceil', { dtype: floats('ceil'), partial: null, lower: (x) => x.ceil() });

/**
 * The nearest whole number, the even one of two equally near. Same shape and dtype out; its derivative is 0. Throws `DtypeError` unless `x` is
 * a float.
 *
 * @formula y = the integer nearest to x, the even one of two
 * @derivative 0
 * @example
 * const quantised = div(round(mul(x, 255)), 255); // 0.5 gives 0, 1.5 gives 2
 */
export const round: Unary = unary('round', { dtype: floats('round'), partial: null, lower: (x) => x.round() });

/**
 * Each element without its fraction. Same shape and dtype out; its derivative is 0. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = sign(x)·⌊|x|⌋
 * @derivative 0
 * @example
 * const whole = trunc(x); // -1.7 gives -1
 */
export const trunc: Unary = unary('trunc', { dtype: floats('trunc'), partial: null, lower: (x) => x.trunc() });
