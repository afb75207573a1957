import type { Procedure, Value } from '@tapegrad/core';
import { type FunctionOf, polynomialInPairs } from '../tools.js';
import { literal } from './tools.js';

/** Of (atan t − t)/t³ by powers of t², for |t| ≤ tan(π/8): the error is below 2^-59. */
const ATAN = [
  -1.7907340333865596e-2, 3.8064950780213866e-2, -5.039330623712583e-2, 5.847897336863241e-2, -6.663105446829773e-2,
  7.692060360928663e-2, -9.090897767030277e-2, 1.1111110783812987e-1, -1.4285714280204007e-1, 1.9999999999953663e-1,
  -3.33333333333332e-1,
];
/** π/4 in two parts, of which the first has 33 digits, so that its multiples are exact. */
const QUARTER_PI_HIGH = 0.7853981633670628;
const QUARTER_PI_LOW = 3.038550253253096e-11;

/** A fraction with a numerator and a denominator from 0 on, and whether its angle is to be taken from π. */
interface Direction {
  readonly above: Value;
  readonly below: Value;
  readonly isBehind?: Value;
}

/** The angle of a direction: beyond tan(3π/8) by −1/t, beyond tan(π/8) by (t − 1)/(t + 1). */
function angleOf(p: Procedure, { above, below, isBehind }: Direction): Value {
  const isLarge = above.gt(below.mul(2.414213562373095));
  const isMiddle = above.gt(below.mul(0.4142135623730951));
  const minus = below.apply('neg');
  const numerator = isLarge.select(minus, isMiddle.select(above.sub(below), above));
  const denominator = isLarge.select(above, isMiddle.select(above.add(below), below));
  const t = numerator.div(denominator);
  const ahead = isLarge.select(literal(p, 2), isMiddle.select(literal(p, 1), 0));
  const quarters = isBehind ? isBehind.select(literal(p, 4).sub(ahead), ahead) : ahead;
  const turned = isBehind ? isBehind.select(t.apply('neg'), t) : t;
  const square = t.mul(t);
  const rest = polynomialInPairs(square, square.mul(square), ATAN).mul(square).mul(turned);
  return rest.add(quarters.mul(QUARTER_PI_LOW)).add(turned).add(quarters.mul(QUARTER_PI_HIGH));
}

/** Within 2 ulp. −0 stays. */
export const atan: FunctionOf = (p, x) => angleOf(p, { above: x.apply('abs'), below: literal(p, 1) }).apply('copySign', x);

/** Sizes beyond which a sum of two might overflow. */
const GREAT = 2 ** 1020;

/** Within 2 ulp; zeros and infinities have a sign and a direction. */
export const atan2: FunctionOf = (p, y, x) => {
  const [height, width] = [y.apply('abs'), x.apply('abs')];
  const isGreat = height.gt(GREAT).or(width.gt(GREAT));
  const scale = isGreat.select(literal(p, 2 ** -4), 1);
  const areInfinite = height.eq(Infinity).and(width.eq(Infinity));
  const areZero = height.eq(0).and(width.eq(0));
  const above = areInfinite.select(literal(p, 1), height.mul(scale));
  const below = areInfinite.or(areZero).select(literal(p, 1), width.mul(scale));
  const isBehind = p.highWord(x).lt(0);
  return angleOf(p, { above, below, isBehind }).apply('copySign', y);
};
