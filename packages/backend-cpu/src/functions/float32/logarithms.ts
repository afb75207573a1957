import type { Procedure, Value } from '@tapegrad/core';
import { acoshBy, asinhBy, atanhBy, type Logarithm } from '../inverse-hyperbolic.js';
import { LogNearOne } from '../near-one.js';
import { powBy } from '../power.js';
import { clamped, type FunctionOf } from '../tools.js';
import { LEAST_NORMAL, LN2 } from './tools.js';
import { wideExp, wideLog } from './wide.js';

/** Coefficients of FreeBSD, e_logf.c. */
const nearOne = new LogNearOne([0.24279078841, 0.28498786688, 0.40000972152, 0.66666662693], LN2);
const ONE_BITS = 0x3f800000;
const SQRT_HALF_BITS = 0x3f3504f3;

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
  return nearOne.scaled(p.bits(bits.sub(exponent)).sub(1), e);
};

/** Within 1 ulp. */
export const log: FunctionOf = logarithm(plainLog, 24 * Math.LN2);

/** Within 2 ulp; exact for powers of two. */
export const log2: FunctionOf = logarithm((p, x) => {
  const { bits, exponent, e } = exponentOf(p, x);
  const f = p.bits(bits.sub(exponent)).sub(1);
  const { square, rest } = nearOne.parts(f);
  return f.sub(square.sub(rest)).mul(Math.LOG2E).add(e);
}, 24);

/** Within 1 ulp; exact for powers of ten. */
export const log10: FunctionOf = logarithm(
  (p, x) => wideLog(p, x.cast('float64')).mul(Math.LOG10E).cast('float32'),
  24 * Math.log10(2),
);

/** log(1 + x) + extra·ln(2), for −1 < x < 2^126: 1 + x = (1 + f)·2^e, and f = x·2^−e + (2^−e − 1) has lost nothing of x. */
function plainLog1p(p: Procedure, x: Value, extra: Value | null): { readonly value: Value; readonly bits: Value } {
  const { bits, exponent, e } = exponentOf(p, x.add(1));
  const scale = p.bits(exponent.apply('neg').add(ONE_BITS));
  return { value: nearOne.scaled(x.mul(scale).add(scale.sub(1)), extra ? e.add(extra) : e), bits };
}

/** Within 2 ulp. −0 stays. */
export const log1p: FunctionOf = (p, x) => {
  const { value, bits } = plainLog1p(p, x, null);
  const result = p.variable(value.apply('copySign', x));
  p.if(p.any(isOutside(bits, 2 ** 126)), () => {
    const large = x.eq(Infinity).select(x, plainLog(p, x));
    const pole = x.eq(-1).select(p.literal(-Infinity, 'float32'), p.literal(Number.NaN, 'float32'));
    const small = x.gt(-1).select(result.value, pole);
    result.set(x.gt(2 ** 125).select(large, small));
  });
  return result.value;
};

const inverse: Logarithm = { log1p: (p, x, extra) => plainLog1p(p, x, extra).value, large: 2 ** 40, shift: 10 };
/** Within 3 ulp. */
export const asinh = asinhBy(inverse);
export const acosh = acoshBy(inverse);
export const atanh = atanhBy(inverse);

/** From here on every power but those of 1 has overflowed or vanished. */
const SETTLED = 2 ** 40;

/** e^(y·log x) in float64, within 1 ulp. */
export const pow = powBy({
  plain: (p, size, y) => {
    const exponent = clamped(y, -SETTLED, SETTLED).cast('float64');
    return wideExp(p, wideLog(p, size.cast('float64')).mul(exponent)).cast('float32');
  },
  isUnusual: (p, x) => isOutside(p.bits(x), 2 ** 128),
});
