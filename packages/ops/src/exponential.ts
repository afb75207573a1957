import { add, isConstant, mul, type Node, type Unary, unary } from '@tapegrad/core';
import { neg, sub } from './arithmetic.js';
import { floats } from './support/dtypes.js';

/**
 * e to the power of each element. Same shape out; overflows to Infinity above 88.72 in float32, 709.78 in float64. Throws `DtypeError` unless
 * `x` is a float.
 *
 * @formula y = eˣ
 * @derivative y
 * @example
 * const growth = exp(mul(rate, time));
 */
export const exp: Unary = unary('exp', {
  cost: 12,
  dtype: floats('exp'),
  partial: (y) => y,
  lower: (x) => x.exp(),
  stabiliseUse: (user, { inputs: [x] }) => (lessOne(user) ? expm1(x!) : oneLess(user) ? neg(expm1(x!)) : null),
});

/** Is this node its first operand less 1? */
function lessOne({ op, inputs: [a, b] }: Node): boolean {
  return (op === sub.op && isConstant(b!, 1)) || (op === add.op && (isConstant(a!, -1) || isConstant(b!, -1)));
}

/** Is this node 1 less its second operand? */
function oneLess({ op, inputs: [a] }: Node): boolean {
  return op === sub.op && isConstant(a!, 1);
}

/**
 * eˣ − 1 of each element, accurate near 0. Same shape out. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = eˣ − 1
 * @derivative y + 1
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
 * @formula y = 2ˣ
 * @derivative y · log 2
 * @example
 * const gain = exp2(octaves);
 */
export const exp2: Unary = unary('exp2', {
  cost: 12,
  dtype: floats('exp2'),
  partial: (y) => mul(y, Math.LN2),
  lower: (x) => x.apply('exp2'),
});
