import type { Procedure, Value } from '@tapegrad/core';
import { cosBy, sinBy, type Turned, type Turning, tanBy } from '../circular.js';
import { angleOfPoint, arctangent } from '../float64/angles.js';
import { type FunctionOf, polynomial } from '../tools.js';
import { ROUNDING } from './tools.js';

/** Of (sin r − r)/r³ and (cos r − 1 + r²/2)/r⁴ by powers of r², for |r| ≤ π/4: S. L. Moshier, Cephes, sinf and cosf. */
const SIN = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1];
const COS = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2];

/** π/2 in two parts. The first has 33 digits, so that its product with a whole number below 2^20 is exact. */
const HALF_PI_HIGH = 1.5707963267341256;
const HALF_PI_LOW = 6.077100506506192e-11;
/** Up to here the distance from the nearest multiple of π/2 is right to the last digit of float32. */
const LIMIT = 1e6;

function turned(p: Procedure, x: Value): Turned {
  const isHuge = x.apply('abs').gt(LIMIT);
  const wide = isHuge.select(p.literal(0, 'float32'), x).cast('float64');
  const n = wide.mul(2 / Math.PI).apply('round');
  const r = wide.sub(n.mul(HALF_PI_HIGH)).sub(n.mul(HALF_PI_LOW)).cast('float32');
  const square = r.mul(r);
  return {
    sin: polynomial(square, SIN).mul(square).mul(r).add(r),
    cos: polynomial(square, COS).mul(square).mul(square).sub(square.mul(0.5)).add(1),
    quadrant: p.bits(n.cast('float32').add(ROUNDING)).apply('bitAnd', 3),
    isHuge,
  };
}

const turning: Turning = { turned, exact: (op, x) => x.cast('float64').apply(op).cast('float32') };
/** Within 2 ulp. */
export const sin = sinBy(turning);
/** Within 2 ulp. */
export const cos = cosBy(turning);
/** Within 4 ulp. */
export const tan = tanBy(turning);

/** Of (asin x − x)/x³ by powers of x², up to ½: S. L. Moshier, Cephes, asinf. */
const ASIN = [4.2163199048e-2, 2.4181311049e-2, 4.5470025998e-2, 7.4953002686e-2, 1.6666752422e-1];

/** asin of the size in float64, and whether that was above ½: then it is half the distance from π/2. */
function arcsine(p: Procedure, x: Value): { readonly angle: Value; readonly isLarge: Value } {
  const size = x.apply('abs').cast('float64');
  const isLarge = size.gt(0.5);
  const square = isLarge.select(p.literal(0.5, 'float64').sub(size.mul(0.5)), size.mul(size));
  const root = isLarge.select(square.sqrt(), size);
  return { angle: polynomial(square, ASIN).mul(square).mul(root).add(root), isLarge };
}

/** Within 2 ulp. NaN beyond ±1. */
export const asin: FunctionOf = (p, x) => {
  const { angle, isLarge } = arcsine(p, x);
  const size = isLarge.select(p.literal(Math.PI / 2, 'float64').sub(angle.mul(2)), angle);
  return size.cast('float32').apply('copySign', x);
};

/** Within 2 ulp. NaN beyond ±1. */
export const acos: FunctionOf = (p, x) => {
  const { angle, isLarge } = arcsine(p, x);
  const isNegative = x.lt(0);
  const twice = angle.mul(2);
  const large = isNegative.select(p.literal(Math.PI, 'float64').sub(twice), twice);
  const small = p.literal(Math.PI / 2, 'float64').sub(isNegative.select(angle.apply('neg'), angle));
  return isLarge.select(large, small).cast('float32');
};

/** Of (atan t − t)/t³ by powers of t², for |t| ≤ tan(π/8): S. L. Moshier, Cephes, atanf. */
const ATAN = [8.05374449538e-2, -1.38776856032e-1, 1.99777106478e-1, -3.33329491539e-1];

/** Within 2 ulp. −0 stays. */
export const atan: FunctionOf = (p, x) => arctangent(p, x.cast('float64'), ATAN).cast('float32');

/** Within 2 ulp. */
export const atan2: FunctionOf = (p, y, x) => angleOfPoint(p, y.cast('float64'), x.cast('float64'), ATAN).cast('float32');

/** √(x² + y²), within 1 ulp: as float64, squares neither overflow nor vanish. ∞ where one is infinite, whatever the other. */
export const hypot: FunctionOf = (p, x, y) => {
  const square = (z: Value): Value => z.cast('float64').mul(z.cast('float64'));
  const length = square(x).add(square(y)).sqrt().cast('float32');
  const isInfinite = x.apply('abs').eq(Infinity).or(y.apply('abs').eq(Infinity));
  return isInfinite.select(p.literal(Infinity, 'float32'), length);
};
