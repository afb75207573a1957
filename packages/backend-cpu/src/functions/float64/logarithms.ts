import type { Procedure, Value } from '@tapegrad/core';
import { acoshBy, asinhBy, atanhBy, type Logarithm } from '../inverse-hyperbolic.js';
import { LogNearOne } from '../near-one.js';
import type { FunctionOf } from '../tools.js';
import { head, LN2, literal, ONE_WORD } from './tools.js';

/** The error is below 2^-59. */
const nearOne = new LogNearOne(
  [
    0.14796728675047768, 0.1531397692039881, 0.18183567031526598, 0.22222198524622983, 0.28571428742824706, 0.3999999999941289,
    0.6666666666666735,
  ],
  LN2,
);
const SQRT_HALF_WORD = 0x3fe6a09e;
/** The least normal float64. */
export const LEAST_NORMAL = 2 ** -1022;

/** The upper word of a normal float64 m·2^e with m between √½ and √2, and of it that of the exponent: e·2^20. */
function exponentOf(p: Procedure, x: Value): { readonly word: Value; readonly exponent: Value; readonly e: Value } {
  const word = p.highWord(x);
  const fromRoot = word.sub(SQRT_HALF_WORD);
  return { word, exponent: fromRoot.apply('bitAnd', -0x100000), e: fromRoot.apply('shiftRight', 20).cast('float64') };
}

/** A normal float64 as (1 + f)·2^e, with 1 + f between √½ and √2. */
export function split(p: Procedure, x: Value): { readonly f: Value; readonly e: Value } {
  const { word, exponent, e } = exponentOf(p, x);
  return { f: p.fromWords(word.sub(exponent), p.lowWord(x)).sub(1), e };
}

/** Is a float64 by its upper word not between the least normal number and 2^limit? One comparison of integers tells. */
export function isOutside(word: Value, limit: number): Value {
  return word.add(0x7ff00000).apply('ge', -0x80000000 + (ONE_WORD + limit * 0x100000 - 0x100000));
}

type PlainLog = (p: Procedure, x: Value) => Value;

/** A logarithm, given it for normal numbers: −∞ at 0, NaN below, ∞ at ∞; subnormal numbers are made normal first. */
function logarithm(plain: PlainLog, ofScale: number): FunctionOf {
  return (p, x) => {
    const result = p.variable(plain(p, x));
    p.if(p.any(isOutside(p.highWord(x), 1024)), () => {
      const tiny = x.lt(LEAST_NORMAL);
      const y = plain(p, tiny.select(x.mul(2 ** 54), x)).sub(tiny.select(literal(p, ofScale), 0));
      const atZero = x.eq(0).select(literal(p, -Infinity), literal(p, Number.NaN));
      result.set(x.eq(Infinity).select(x, x.gt(0).select(y, atZero)));
    });
    return result.value;
  };
}

const plainLog: PlainLog = (p, x) => {
  const { f, e } = split(p, x);
  return nearOne.scaled(f, e);
};

/** Within 1 ulp. */
export const log: FunctionOf = logarithm(plainLog, 54 * Math.LN2);

/** The reciprocal of the logarithm of a base, and the logarithm of 2 in that base, each in two parts. */
interface Base {
  readonly high: number;
  readonly low: number;
  readonly twoHigh: number;
  readonly twoLow: number;
}

/** A logarithm in another base, with log(1 + f) in two parts: FreeBSD, e_log2.c and e_log10.c. */
function inBase({ high, low, twoHigh, twoLow }: Base): PlainLog {
  return (p, x) => {
    const { f, e } = split(p, x);
    const { square, rest } = nearOne.parts(f);
    const first = head(p, f.sub(square));
    const second = f.sub(first).sub(square).add(rest);
    const main = first.mul(high);
    const whole = e.mul(twoHigh);
    const sum = whole.add(main);
    const lost = whole.sub(sum).add(main);
    const tail = second.add(first).mul(low).add(second.mul(high)).add(e.mul(twoLow));
    return tail.add(lost).add(sum);
  };
}

/** Within 1 ulp; exact for powers of two. */
export const log2: FunctionOf = logarithm(
  inBase({ high: 1.4426950407214463, low: 1.6751713164886512e-10, twoHigh: 1, twoLow: 0 }),
  54,
);

/** Within 1 ulp. */
export const log10: FunctionOf = logarithm(
  inBase({
    high: 0.4342944818781689,
    low: 2.5082946711645275e-11,
    twoHigh: 0.30102999566361177,
    twoLow: 3.694239077158931e-13,
  }),
  54 * Math.log10(2),
);

/** log(1 + x) + extra·ln(2), for −1 < x < 2^1022: 1 + x = (1 + f)·2^e, and f = x·2^−e + (2^−e − 1) has lost nothing of x. */
function plainLog1p(p: Procedure, x: Value, extra: Value | null): { readonly value: Value; readonly word: Value } {
  const { word, exponent, e } = exponentOf(p, x.add(1));
  const scale = p.fromWords(exponent.apply('neg').add(ONE_WORD), 0);
  return { value: nearOne.scaled(x.mul(scale).add(scale.sub(1)), extra ? e.add(extra) : e), word };
}

/** Within 1 ulp. −0 stays. */
export const log1p: FunctionOf = (p, x) => {
  const { value, word } = plainLog1p(p, x, null);
  const result = p.variable(value.apply('copySign', x));
  p.if(p.any(isOutside(word, 1022)), () => {
    const large = x.eq(Infinity).select(x, plainLog(p, x));
    const pole = x.eq(-1).select(literal(p, -Infinity), literal(p, Number.NaN));
    result.set(x.gt(2 ** 1021).select(large, x.gt(-1).select(result.value, pole)));
  });
  return result.value;
};

const inverse: Logarithm = { log1p: (p, x, extra) => plainLog1p(p, x, extra).value, large: 2 ** 120, shift: 60 };
export const asinh = asinhBy(inverse);
export const acosh = acoshBy(inverse);
export const atanh = atanhBy(inverse);
