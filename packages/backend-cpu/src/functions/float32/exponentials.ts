import type { Procedure, Value } from '@tapegrad/core';
import { coshBy, type Exponentials, sinhBy } from '../hyperbolic.js';
import { clamped, type FunctionOf, polynomialInPairs, type TwoParts } from '../tools.js';
import { head, LN2, ROUNDING } from './tools.js';

/** Of (e^r − 1 − r)/r² for |r| ≤ ln(2)/2, the highest power first: the error in e^r − 1 is below 1.4·10⁻⁸ of it. */
const EXPM1 = [1.388249802403152e-3, 8.36664717644453e-3, 4.166720435023308e-2, 1.6666541993618011e-1, 4.999999701976776e-1];

/** x·scale to the nearest whole number, as a float and, plus `bias`, in the last 9 bits of an integer. */
function whole(p: Procedure, x: Value, scale: number, bias: number): { readonly n: Value; readonly bits: Value } {
  const scaled = scale === 1 ? x : x.mul(scale);
  const shifted = scaled.add(ROUNDING + bias);
  return { n: shifted.sub(ROUNDING + bias), bits: p.bits(shifted) };
}

/** x − n·ln(2). */
function withoutTwos(x: Value, n: Value): Value {
  return x.sub(n.mul(LN2.high)).sub(n.mul(LN2.low));
}

/** e^r − 1 for |r| ≤ ln(2)/2. */
function nearZero(r: Value): Value {
  const square = r.mul(r);
  return polynomialInPairs(r, square, EXPM1).mul(square).add(r);
}

/** y·2^n, n + 254 being the last 9 bits of an integer: in two steps, which reach from the least subnormal number to infinity. */
function scaled(p: Procedure, y: Value, bits: Value): Value {
  const half = bits.apply('shiftRight', 1);
  return y.mul(power(p, half)).mul(power(p, bits.sub(half)));
}

/** 2^n, n + 127 being the last 8 bits of an integer. */
function power(p: Procedure, bits: Value): Value {
  return p.bits(bits.apply('shiftLeft', 23));
}

/** Within 1 ulp: 2^n·e^r. */
export const exp: FunctionOf = (p, x) => {
  const bounded = clamped(x, -104, 89);
  const { n, bits } = whole(p, bounded, Math.LOG2E, 254);
  return scaled(p, nearZero(withoutTwos(bounded, n)).add(1), bits);
};

/** A sum of two parts, and a number not far from it, between −104 and 89. */
interface Sum {
  readonly high: Value;
  readonly low: Value;
  readonly near: Value;
}

/** g·e^(high + low), where `finish` makes g·(y + 1) of y = e^r − 1, for a small r: so what y tells is not lost in the 1. */
export function expOfSum(p: Procedure, { high, low, near }: Sum, finish: (y: Value) => Value): Value {
  const { n, bits } = whole(p, near, Math.LOG2E, 254);
  return scaled(p, finish(nearZero(withoutTwos(high, n).add(low))), bits);
}

/** Of (2^r − 1)/r for |r| ≤ ½, the highest power first: the error in 2^r is below 2·10⁻⁹ of it. */
const EXP2 = [
  1.5353299386333674e-4, 1.3398951850831509e-3, 9.618437848985195e-3, 5.5503323674201965e-2, 2.4022647738456726e-1,
  6.931471824645996e-1,
];

/** Within 1 ulp. */
export const exp2: FunctionOf = (p, x) => {
  const bounded = clamped(x, -151, 129);
  const { n, bits } = whole(p, bounded, 1, 254);
  const r = bounded.sub(n);
  return scaled(p, polynomialInPairs(r, r.mul(r), EXP2).mul(r).add(1), bits);
};

/** The last of these in two parts, the first of 12 digits. */
const EXP2_SLOPE: TwoParts = { high: 0.693115234375, low: 3.19480895996e-5 };

/** 2^(high + low), of a high between −200 and 200 and a low not above 1 in size: right to a tenth of an ulp before it is rounded. */
export function exp2OfSum(p: Procedure, high: Value, low: Value): Value {
  const { n, bits } = whole(p, high, 1, 254);
  const t = high.sub(n);
  const first = head(p, t);
  const second = t.sub(first).add(low);
  const r = t.add(low);
  const square = r.mul(r);
  const main = first.mul(EXP2_SLOPE.high);
  const sum = main.add(1);
  const rest = polynomialInPairs(r, square, EXP2.slice(0, -1))
    .mul(square)
    .add(second.mul(EXP2.at(-1)!))
    .add(first.mul(EXP2_SLOPE.low));
  return scaled(p, main.sub(sum.sub(1)).add(rest).add(sum), bits);
}

/** (e^x − 1)/2^shift for x up to 89, and there twice as large for each of `shift`: no step overflows before the result does. */
function shiftedExpm1(p: Procedure, x: Value, shift: number): Value {
  const { n, bits } = whole(p, x, Math.LOG2E, 127 - shift);
  const scale = power(p, bits);
  return nearZero(withoutTwos(x, n))
    .mul(scale)
    .add(scale.sub(2 ** -shift));
}

/** Within 2 ulp. −0 stays. */
export const expm1: FunctionOf = (p, x) => {
  const half = shiftedExpm1(p, clamped(x, -18, 89), 1);
  return half.add(half).apply('copySign', x);
};

/** Within 3 ulp: E/(E + 2) with E = e^2|x| − 1. So little hangs on x·2 − n·ln(2) where n is not 0 that one product will do. */
export const tanh: FunctionOf = (p, x) => {
  const size = x.apply('abs').apply('lesser', 9.1);
  const { n, bits } = whole(p, size, 2 * Math.LOG2E, 127);
  const scale = power(p, bits);
  const y = nearZero(size.add(size).sub(n.mul(Math.LN2)))
    .mul(scale)
    .add(scale.sub(1));
  return y.div(y.add(2)).apply('copySign', x);
};

const hyperbolic: Exponentials = {
  half: (p, x) => {
    const { n, bits } = whole(p, x, Math.LOG2E, 253);
    return scaled(p, nearZero(withoutTwos(x, n)).add(1), bits);
  },
  eighthOfExpm1: (p, x) => shiftedExpm1(p, x, 3),
  most: 90,
  tiny: 2 ** -30,
};
/** Within 3 ulp. */
export const sinh = sinhBy(hyperbolic);
/** Within 2 ulp. */
export const cosh = coshBy(hyperbolic);
