import type { Value } from '@tapegrad/core';
import { type FunctionOf, isNan, polynomial, withSign } from './tools.js';
import { logOf, wideExp, wideLog, wideLog1p, wideLog2 } from './wide.js';

/** Of (log(1 + f) − f + f²/2)/f³: S. L. Moshier, Cephes, logf. */
const LOG = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1,
  -2.4999993993e-1, 3.3333331174e-1,
];

/** Within 2 ulp, all in float32: x = m·2^e with m between √½ and √2. */
export const log: FunctionOf = (p, x) => {
  const tiny = x.lt(1.1754943508222875e-38);
  const bits = p.bits(tiny.select(x.mul(2 ** 23), x));
  const shifted = bits.add(0x3f800000 - 0x3f3504f3);
  const e = shifted.apply('shiftRight', 23).sub(127);
  const f = p.bits(bits.sub(e.apply('shiftLeft', 23))).sub(1);
  const exponent = e.cast('float32').sub(tiny.select(p.literal(23, 'float32'), 0));
  const square = f.mul(f);
  const small = polynomial(f, LOG).mul(f).mul(square).add(exponent.mul(-2.1219444e-4)).sub(square.mul(0.5));
  const plain = f.add(small).add(exponent.mul(0.693359375));
  const positive = x.gt(0).select(plain, x.eq(0).select(p.literal(-Infinity, 'float32'), p.literal(Number.NaN, 'float32')));
  return x.eq(Infinity).select(x, positive);
};

export const log2: FunctionOf = (p, x) => logOf(p, x, wideLog2, 24).cast('float32');

export const log10: FunctionOf = (p, x) =>
  logOf(p, x, (q, y) => wideLog2(q, y).mul(Math.LOG10E * Math.LN2), 24 * Math.log10(2)).cast('float32');

/** log(1 + x); −0 stays. */
export const log1p: FunctionOf = (p, x) => {
  const inside = x.gt(-1).and(x.lt(Infinity));
  const plain = wideLog1p(p, inside.select(x, 0).cast('float64')).cast('float32');
  const pole = x.eq(-1).select(p.literal(-Infinity, 'float32'), x.eq(Infinity).select(x, p.literal(Number.NaN, 'float32')));
  return x.eq(0).select(x, inside.select(plain, pole));
};

/** For sizes above 2^14, where the sum of x and √(x² ± 1) is 2x but for 2^-30 of it. */
const LARGE = 16384;

/** asinh = log1p(x + x²/(1 + √(x² + 1))) of the size. */
export const asinh: FunctionOf = (p, x) => {
  const size = x.apply('abs');
  const large = size.gt(LARGE);
  const a = large.select(p.literal(1, 'float32'), size).cast('float64');
  const square = a.mul(a);
  const small = wideLog1p(p, a.add(square.div(square.add(1).sqrt().add(1))));
  const big = logOf(p, size, wideLog, 24 * Math.LN2).add(Math.LN2);
  const y = large.select(big, small).cast('float32');
  return isNan(x).select(x, withSign(p, y, x));
};

/** acosh = log1p(t + √(t·(x + 1))) with t = x − 1. NaN below 1. */
export const acosh: FunctionOf = (p, x) => {
  const large = x.gt(LARGE);
  const a = large.select(p.literal(2, 'float32'), x).cast('float64');
  const t = a.sub(1);
  const small = wideLog1p(p, t.add(t.mul(a.add(1)).sqrt()));
  const big = logOf(p, x, wideLog, 24 * Math.LN2).add(Math.LN2);
  const y = large.select(big, small).cast('float32');
  return x.lt(1).or(isNan(x)).select(p.literal(Number.NaN, 'float32'), y);
};

/** atanh = log1p(2x/(1 − x))/2 of the size. */
export const atanh: FunctionOf = (p, x) => {
  const size = x.apply('abs');
  const inside = size.lt(1);
  const a = inside.select(size, 0).cast('float64');
  const y = wideLog1p(p, a.mul(2).div(p.literal(1, 'float64').sub(a)))
    .mul(0.5)
    .cast('float32');
  const pole = size.eq(1).select(p.literal(Infinity, 'float32'), p.literal(Number.NaN, 'float32'));
  return withSign(p, inside.select(y, pole), x);
};

/** |x|^y = e^(y·log|x|), negative for a negative x to an odd power; pow(0, 0) = 1, and 1 to any power is 1. */
export const pow: FunctionOf = (p, x, y) => {
  const size = x.apply('abs');
  const power = wideExp(p, logOf(p, size, wideLog, 24 * Math.LN2).mul(y.cast('float64'))).cast('float32');
  const one = p.literal(1, 'float32');
  const nan = p.literal(Number.NaN, 'float32');
  const isWhole = y.apply('floor').eq(y);
  const half = y.mul(0.5);
  const isOdd = isWhole.and(half.apply('floor').ne(half));
  const signed = isOdd.select(withSign(p, power, x), power);
  const isImaginary = x.lt(0).and(size.lt(Infinity)).and(isWhole.apply('not'));
  const real = isImaginary.select(nan, signed);
  const isUnit = size.eq(1).and(y.apply('abs').eq(Infinity));
  const known: Value = isNan(x).or(isNan(y)).select(nan, isUnit.select(one, real));
  return y.eq(0).or(x.eq(1)).select(one, known);
};
