import type { Procedure, Value } from '@tapegrad/core';
import { type FunctionOf, isNan, polynomial } from '../tools.js';
import { LEAST_NORMAL } from './tools.js';
import { logOf, wideExp, wideLog, wideLog1p } from './wide.js';

/** Of log(1 + f) = 2s + s·R(s²) with s = f/(2 + f), by powers of s²: K. C. Ng, FreeBSD, e_logf.c. */
const LOG = [0.24279078841, 0.28498786688, 0.40000972152, 0.66666662693];
/** ln(2) in two parts; the product of the first with an exponent is exact. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.1219444e-4;
const ONE_BITS = 0x3f800000;
const SQRT_HALF_BITS = 0x3f3504f3;

/** log(1 + f) as f − square + rest, for 1 + f between √½ and √2. */
function logParts(f: Value): { readonly square: Value; readonly rest: Value } {
  const s = f.div(f.add(2));
  const z = s.mul(s);
  const square = f.mul(0.5).mul(f);
  return { square, rest: polynomial(z, LOG).mul(z).add(square).mul(s) };
}

/** log(1 + f) + e·ln(2). */
function logOfParts(f: Value, e: Value): Value {
  const { square, rest } = logParts(f);
  return f.sub(square.sub(e.mul(LN2_LOW).add(rest))).add(e.mul(LN2_HIGH));
}

/** The bits of a normal float32 m·2^e with m between √½ and √2, and of them those of the exponent: e·2^23. */
function exponentOf(p: Procedure, x: Value): { readonly bits: Value; readonly exponent: Value; readonly e: Value } {
  const bits = p.bits(x);
  const fromRoot = bits.sub(SQRT_HALF_BITS);
  return { bits, exponent: fromRoot.apply('bitAnd', -0x800000), e: fromRoot.apply('shiftRight', 23).cast('float32') };
}

/** Is a float32 by its bits not between the least normal number and `limit`, a power of two? One comparison of integers tells. */
function isOutside(bits: Value, limit: number): Value {
  return bits.add(0x7f800000).apply('ge', -0x80000000 + (ONE_BITS + Math.log2(limit) * 0x800000 - 0x800000));
}

type PlainLog = (p: Procedure, x: Value) => Value;

/** A logarithm, given it for normal numbers: −∞ at 0, NaN below, ∞ at ∞; subnormal numbers are made normal first. */
function logarithm(plain: PlainLog, ofScale: number): FunctionOf {
  return (p, x) => {
    const result = p.variable(plain(p, x));
    p.if(p.any(isOutside(p.bits(x), 2 ** 128)), () => {
      const tiny = x.lt(LEAST_NORMAL);
      const y = plain(p, tiny.select(x.mul(2 ** 24), x)).sub(tiny.select(p.literal(ofScale, 'float32'), 0));
      const atZero = x.eq(0).select(p.literal(-Infinity, 'float32'), p.literal(Number.NaN, 'float32'));
      result.set(x.eq(Infinity).select(x, x.gt(0).select(y, atZero)));
    });
    return result.value;
  };
}

const plainLog: PlainLog = (p, x) => {
  const { bits, exponent, e } = exponentOf(p, x);
  return logOfParts(p.bits(bits.sub(exponent)).sub(1), e);
};

/** Within 1 ulp. */
export const log: FunctionOf = logarithm(plainLog, 24 * Math.LN2);

/** Within 2 ulp; exact for powers of two. */
export const log2: FunctionOf = logarithm((p, x) => {
  const { bits, exponent, e } = exponentOf(p, x);
  const f = p.bits(bits.sub(exponent)).sub(1);
  const { square, rest } = logParts(f);
  return f.sub(square.sub(rest)).mul(Math.LOG2E).add(e);
}, 24);

export const log10: FunctionOf = (p, x) =>
  logOf(p, x, (q, y) => wideLog(q, y).mul(Math.LOG10E), 24 * Math.log10(2)).cast('float32');

/** log(1 + x) within 2 ulp: 1 + x = (1 + f)·2^e, and f = x·2^−e + (2^−e − 1) has lost nothing of x. −0 stays. */
export const log1p: FunctionOf = (p, x) => {
  const { bits, exponent, e } = exponentOf(p, x.add(1));
  const scale = p.bits(exponent.apply('neg').add(ONE_BITS));
  const result = p.variable(logOfParts(x.mul(scale).add(scale.sub(1)), e).apply('copySign', x));
  p.if(p.any(isOutside(bits, 2 ** 126)), () => {
    const large = x.eq(Infinity).select(x, plainLog(p, x));
    const pole = x.eq(-1).select(p.literal(-Infinity, 'float32'), p.literal(Number.NaN, 'float32'));
    const small = x.gt(-1).select(result.value, pole);
    result.set(x.gt(2 ** 125).select(large, small));
  });
  return result.value;
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
  return isNan(x).select(x, y.apply('copySign', x));
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
  return inside.select(y, pole).apply('copySign', x);
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
  const signed = isOdd.select(power.apply('copySign', x), power);
  const isImaginary = x.lt(0).and(size.lt(Infinity)).and(isWhole.apply('not'));
  const real = isImaginary.select(nan, signed);
  const isUnit = size.eq(1).and(y.apply('abs').eq(Infinity));
  const known: Value = isNan(x).or(isNan(y)).select(nan, isUnit.select(one, real));
  return y.eq(0).or(x.eq(1)).select(one, known);
};
