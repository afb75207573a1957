import type { Procedure, Value } from '@tapegrad/core';
import { coshBy, type Exponentials, sinhBy } from '../hyperbolic.js';
import { clamped, type FunctionOf, polynomialInPairs } from '../tools.js';
import { head, LN2, power, ROUNDING } from './tools.js';

/** Of (e^r − 1 − r)/r² for |r| ≤ ln(2)/2, the highest power first: the error in e^r − 1 is below 2^-61 of it. */
const EXPM1 = [
  2.0876329083387687e-9, 2.5109101054287697e-8, 2.7557400033352126e-7, 2.7557244052439036e-6, 2.480158717484588e-5,
  1.984126988625428e-4, 1.388888888896159e-3, 8.333333333321591e-3, 4.166666666666651e-2, 1.6666666666666677e-1, 0.5,
];
const BIAS = 1023;

/** A sum of two parts, the second so small that only the last digits of the first tell. */
interface Parts {
  readonly high: Value;
  readonly low: Value;
}

interface Reduced extends Parts {
  /** The exponent with what was asked to be added to it, as an integer. */
  readonly biased: Value;
}

/** x·scale to the nearest whole number, as a float and, plus `bias`, as an integer. */
function whole(p: Procedure, x: Value, scale: number, bias: number): { readonly n: Value; readonly biased: Value } {
  const shifted = (scale === 1 ? x : x.mul(scale)).add(ROUNDING + bias);
  return { n: shifted.sub(ROUNDING + bias), biased: p.lowWord(shifted) };
}

/** x − n·ln(2). */
function reduced(p: Procedure, x: Value, bias: number): Reduced {
  const { n, biased } = whole(p, x, Math.LOG2E, bias);
  return { high: x.sub(n.mul(LN2.high)), low: n.mul(-LN2.low), biased };
}

/** e^(high + low) − 1, up to ln(2)/2. */
function nearZero({ high, low }: Parts): Value {
  const r = high.add(low);
  const square = r.mul(r);
  return polynomialInPairs(r, square, EXPM1).mul(square).add(low).add(high);
}

/** y·2^n, n + 2046 being an integer: in two steps, which reach from the least subnormal number to infinity. */
function scaled(p: Procedure, y: Value, biased: Value): Value {
  const half = biased.apply('shiftRight', 1);
  return y.mul(power(p, half)).mul(power(p, biased.sub(half)));
}

/** Within 1 ulp: 2^n·e^r. */
export const exp: FunctionOf = (p, x) => {
  const r = reduced(p, clamped(x, -746, 710), 2 * BIAS);
  return scaled(p, nearZero(r).add(1), r.biased);
};

/** A sum of two parts, and a number not far from it, between −746 and 710. */
interface Sum extends Parts {
  readonly near: Value;
}

/** g·e^(high + low), where `finish` makes g·(y + 1) of y = e^r − 1, for a small r: so what y tells is not lost in the 1. */
export function expOfSum(p: Procedure, { high, low, near }: Sum, finish: (y: Value) => Value): Value {
  const { n, biased } = whole(p, near, Math.LOG2E, 2 * BIAS);
  const parts = { high: high.sub(n.mul(LN2.high)), low: low.sub(n.mul(LN2.low)) };
  return scaled(p, finish(nearZero(parts)), biased);
}

/** 2^(high + low), within 1 ulp of what the sum is; `high` between −1076 and 1025. */
export function exp2OfSum(p: Procedure, { high, low }: Parts): Value {
  const { n, biased } = whole(p, high, 1, 2 * BIAS);
  const rest = high.sub(n);
  const first = head(p, rest.add(low));
  const second = rest.sub(first).add(low);
  const parts = { high: first.mul(LN2_HEAD), low: second.mul(Math.LN2).add(first.mul(LN2_TAIL)) };
  return scaled(p, nearZero(parts).add(1), biased);
}

/** ln(2) in two parts, of which the first has 21 digits. */
const LN2_HEAD = 0.6931467056274414;
const LN2_TAIL = 4.7493250390316726e-7;

/** Within 1 ulp. */
export const exp2: FunctionOf = (p, x) => exp2OfSum(p, { high: clamped(x, -1076, 1025), low: p.literal(0, 'float64') });

/** (e^x − 1)/2^shift for x up to 710, and there twice as large for each of `shift`: no step overflows before the result does. */
function shiftedExpm1(p: Procedure, x: Value, shift: number): Value {
  const r = reduced(p, x, BIAS - shift);
  const scale = power(p, r.biased);
  return nearZero(r)
    .mul(scale)
    .add(scale.sub(2 ** -shift));
}

/** Up to here e^x − 1 and sinh x are x, and a part of them might be too small for its digits. */
const TINY = 2 ** -60;

/** Within 2 ulp. −0 stays. */
export const expm1: FunctionOf = (p, x) => {
  const half = shiftedExpm1(p, clamped(x, -38, 710), 1);
  return x.apply('abs').lt(TINY).select(x, half.add(half));
};

/** E/(E + 2) with E = e^2|x| − 1. */
export const tanh: FunctionOf = (p, x) => {
  const e = shiftedExpm1(p, x.apply('abs').apply('lesser', 22).mul(2), 0);
  return e.div(e.add(2)).apply('copySign', x);
};

const hyperbolic: Exponentials = {
  half: (p, x) => {
    const r = reduced(p, x, 2 * BIAS - 1);
    return scaled(p, nearZero(r).add(1), r.biased);
  },
  eighthOfExpm1: (p, x) => shiftedExpm1(p, x, 3),
  most: 711,
  tiny: TINY,
};
export const sinh = sinhBy(hyperbolic);
export const cosh = coshBy(hyperbolic);
