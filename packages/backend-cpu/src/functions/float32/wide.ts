import type { Procedure, Value } from '@tapegrad/core';
import { clamped, polynomial } from '../tools.js';
import { LEAST_NORMAL, powerOfTwo } from './tools.js';

/**
 * Functions in float64 for those of float32: their errors, below 2^-34 of the result, are nothing beside the final rounding. They need no
 * integers of 64 bits: exponents are those of float32.
 */

/** 1/11!, …, 1/2!, 1: of (e^r − 1)/r. The next term is below 2^-40 for |r| ≤ ln(2)/2. */
const TAYLOR = [
  2.505210838544172e-8, 2.755731922398589e-7, 2.7557319223985893e-6, 2.48015873015873e-5, 1.984126984126984e-4,
  1.388888888888889e-3, 8.333333333333333e-3, 4.1666666666666664e-2, 1.6666666666666666e-1, 0.5, 1,
];

/** ln(2) in two parts, of which the first has so few digits that its product with an exponent is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** e^x as (1 + fraction)·low·high, both powers of two, for −180 ≤ x ≤ 180; beyond, as there. */
function exponential(p: Procedure, x: Value): { fraction: Value; low: Value; high: Value } {
  const bounded = clamped(x, -170, 170);
  const n = bounded.mul(Math.LOG2E).apply('round');
  const r = bounded.sub(n.mul(LN2_HIGH)).sub(n.mul(LN2_LOW));
  const whole = n.cast('int32');
  const half = whole.apply('shiftRight', 1);
  return {
    fraction: polynomial(r, TAYLOR).mul(r),
    low: powerOfTwo(p, half).cast('float64'),
    high: powerOfTwo(p, whole.sub(half)).cast('float64'),
  };
}

/** e^x in float64. Beyond ±170 as there: too large and too small for float32. */
export function wideExp(p: Procedure, x: Value): Value {
  const { fraction, low, high } = exponential(p, x);
  return fraction.add(1).mul(low).mul(high);
}

/** e^x − 1 in float64, near 0 as accurate as elsewhere. */
export function wideExpm1(p: Procedure, x: Value): Value {
  const { fraction, low, high } = exponential(p, x);
  const scale = low.mul(high);
  return fraction.mul(scale).add(scale.sub(1));
}

/** 1/15, 1/13, …, 1/3, 1: of atanh(s)/s by powers of s². The next term is below 2^-42 for |s| ≤ 0.1716. */
const ATANH = [1 / 15, 1 / 13, 1 / 11, 1 / 9, 1 / 7, 1 / 5, 1 / 3, 1];

/** log(1 + f) = 2·atanh(f / (2 + f)), for 1 + f between √½ and √2. */
function logNearOne(f: Value): Value {
  const s = f.div(f.add(2));
  return polynomial(s.mul(s), ATANH).mul(s).mul(2);
}

/** x as m·2^e with m between √½ and √2, for a float64 whose rounding is a normal float32. */
function split(p: Procedure, x: Value): { readonly m: Value; readonly e: Value } {
  const bits = p.bits(x.cast('float32'));
  // Adding the distance of 1 from √½ makes the exponent go up at √2 rather than at 2.
  const e = bits
    .add(0x3f800000 - 0x3f3504f3)
    .apply('shiftRight', 23)
    .sub(127);
  const half = e.apply('shiftRight', 1);
  const down = powerOfTwo(p, half.apply('neg')).cast('float64');
  return { m: x.mul(down).mul(powerOfTwo(p, half.sub(e)).cast('float64')), e: e.cast('float64') };
}

/** The natural logarithm, for a float64 whose rounding is a normal, positive float32. */
export function wideLog(p: Procedure, x: Value): Value {
  const { m, e } = split(p, x);
  return logNearOne(m.sub(1)).add(e.mul(Math.LN2));
}

/** log(1 + x) for −1 < x, near 0 as accurate as elsewhere. */
export function wideLog1p(p: Procedure, x: Value): Value {
  const near = x.gt(-0.29).and(x.lt(0.41));
  return near.select(logNearOne(near.select(x, 0)), wideLog(p, x.add(1)));
}

/** A positive float32 as float64, those below the least normal one made normal: the logarithm of these is too small by `lost`. */
export function normalised(x: Value): { readonly x: Value; readonly tiny: Value } {
  const tiny = x.lt(LEAST_NORMAL);
  return { x: tiny.select(x.mul(2 ** 24), x).cast('float64'), tiny };
}

/** The logarithm of a float32 in float64, with its poles: −∞ at 0, ∞ at ∞, NaN below 0. */
export function logOf(p: Procedure, x: Value, log: (p: Procedure, x: Value) => Value, ofScale: number): Value {
  const normal = normalised(x);
  const plain = log(p, normal.x).add(normal.tiny.select(p.literal(-ofScale, 'float64'), 0));
  const positive = x.gt(0).select(plain, x.eq(0).select(p.literal(-Infinity, 'float64'), p.literal(Number.NaN, 'float64')));
  return x.eq(Infinity).select(p.literal(Infinity, 'float64'), positive);
}
