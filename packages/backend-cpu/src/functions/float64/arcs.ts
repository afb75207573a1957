import type { Procedure, Value } from '@tapegrad/core';
import { type FunctionOf, polynomialInPairs } from '../tools.js';
import { literal } from './tools.js';

/** Of (asin x − x)/x³ by powers of x², up to ½: the error is below 2^-59. */
const ASIN = [
  3.272772615399767e-2, -2.1156671173218747e-2, 2.181821071380931e-2, 3.6611371216344634e-3, 1.079216980692233e-2,
  1.1396798824971662e-2, 1.3981077161771438e-2, 1.7351590764702364e-2, 2.2372216160420733e-2, 3.038194266658893e-2,
  4.464285717545961e-2, 7.499999999969925e-2, 1.6666666666666763e-1,
];

/** What π/2 and π are more than their floats. */
const HALF_PI_LOW = 6.123233995736766e-17;
const PI_LOW = 2 * HALF_PI_LOW;

/** asin of the size as root + rest, and whether that was above ½: then it is half the distance from π/2. */
function arcsine(p: Procedure, x: Value): { readonly root: Value; readonly rest: Value; readonly isLarge: Value } {
  const size = x.apply('abs');
  const isLarge = size.gt(0.5);
  const square = isLarge.select(literal(p, 0.5).sub(size.mul(0.5)), size.mul(size));
  const root = isLarge.select(square.sqrt(), size);
  return { root, rest: polynomialInPairs(square, square.mul(square), ASIN).mul(square).mul(root), isLarge };
}

/** Within 2 ulp. NaN beyond ±1. */
export const asin: FunctionOf = (p, x) => {
  const { root, rest, isLarge } = arcsine(p, x);
  const large = literal(p, Math.PI / 2)
    .sub(root.mul(2))
    .add(literal(p, HALF_PI_LOW).sub(rest.mul(2)));
  return isLarge.select(large, root.add(rest)).apply('copySign', x);
};

/** Within 2 ulp. NaN beyond ±1. */
export const acos: FunctionOf = (p, x) => {
  const { root, rest, isLarge } = arcsine(p, x);
  const isNegative = x.lt(0);
  const twice = root.add(rest).mul(2);
  const large = isNegative.select(literal(p, PI_LOW).sub(twice).add(Math.PI), twice);
  const signed = rest.apply('copySign', x);
  const small = literal(p, HALF_PI_LOW)
    .sub(signed)
    .sub(root.apply('copySign', x))
    .add(Math.PI / 2);
  return isLarge.select(large, small);
};
