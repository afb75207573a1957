import type { Procedure, Value } from '@tapegrad/core';
import { cosBy, sinBy, type Turned, type Turning, tanBy } from '../circular.js';
import { polynomial } from '../tools.js';
import { ROUNDING } from './tools.js';

/** Of (sin r − r)/r³ and (cos r − 1 + r²/2)/r⁴ by powers of r², for |r| ≤ π/4: the errors are below 2^-58 and 2^-64. */
const SIN = [
  1.589650507469765e-10, -2.5050753266643994e-8, 2.755731366207039e-6, -1.984126982972524e-4, 8.333333333322316e-3,
  -1.6666666666666632e-1,
];
const COS = [
  -1.1359448766538562e-11, 2.0875719560319175e-9, -2.755731432604221e-7, 2.4801587289394964e-5, -1.388888888887399e-3,
  4.16666666666666e-2,
];

/** π/2 in four parts, the first three of 33 digits, so that their products with a whole number below 2^20 are exact: FreeBSD, e_rem_pio2.c. */
const HALF_PI = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32] as const;
/** Up to here the nearest multiple of π/2 is such a number. */
const LIMIT = 2 ** 20;

/** A difference, and what is lost of it. */
function difference(a: Value, b: Value): { readonly value: Value; readonly lost: Value } {
  const value = a.sub(b);
  return { value, lost: a.sub(value).sub(b) };
}

/** The distance is high + low: however near x is to a multiple of π/2, no digit of `high` is lost. */
function turned(p: Procedure, x: Value): Turned {
  const shifted = x.mul(2 / Math.PI).add(ROUNDING);
  const n = shifted.sub(ROUNDING);
  const second = difference(x.sub(n.mul(HALF_PI[0])), n.mul(HALF_PI[1]));
  const third = difference(second.value, n.mul(HALF_PI[2]));
  const rest = second.lost.add(third.lost).sub(n.mul(HALF_PI[3]));
  const high = third.value.add(rest);
  const low = third.value.sub(high).add(rest);
  return { ...ofSum(p, high, low), quadrant: p.lowWord(shifted), isHuge: x.apply('abs').gt(LIMIT) };
}

/** sin and cos of high + low: FreeBSD, k_sin.c and k_cos.c. */
function ofSum(p: Procedure, high: Value, low: Value): { readonly sin: Value; readonly cos: Value } {
  const square = high.mul(high);
  const half = square.mul(0.5);
  const one = p.literal(1, 'float64');
  const sine = polynomial(square, SIN).mul(square).mul(high);
  const first = difference(one, half);
  const rest = polynomial(square, COS).mul(square).mul(square).sub(high.mul(low));
  return { sin: sine.add(low.sub(half.mul(low))).add(high), cos: first.lost.add(rest).add(first.value) };
}

const turning: Turning = { turned, exact: (op, x) => x.apply(op) };
/** Within 1 ulp. */
export const sin = sinBy(turning);
/** Within 1 ulp. */
export const cos = cosBy(turning);
/** Within 2 ulp. */
export const tan = tanBy(turning);
