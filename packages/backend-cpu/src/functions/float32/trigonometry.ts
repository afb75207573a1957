import type { Procedure, Value } from '@tapegrad/core';
import { cosBy, sinBy, type Turned, type Turning, tanBy } from '../circular.js';
import { polynomial } from '../tools.js';
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
