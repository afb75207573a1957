import type { Procedure, Value } from '@tapegrad/core';
import { powBy } from '../power.js';
import { clamped, polynomial } from '../tools.js';
import { exp2OfSum } from './exponentials.js';
import { logarithms } from './logarithms.js';
import { head, literal } from './tools.js';

/**
 * Of 3·atanh(s)/s = 3 + s² + s⁴·L(s²), for |s| ≤ 0.1011: the error is below 2^-71. This and how log2 is taken in two parts is from FreeBSD,
 * e_pow.c.
 */
const ATANH = [
  0.20697046636325397, 0.23066088829834397, 0.2727281221074723, 0.3333333298279486, 0.4285714285785252, 0.5999999999999946,
];
/** 2/(3·ln(2)), and in two parts of which the first has 21 digits. */
const FACTOR = 0.9617966939259756;
const FACTOR_HIGH = 0.9617962837219238;
const FACTOR_LOW = 4.102040517767816e-7;
/** log2(3/2), likewise. */
const LOG2_HIGH = 0.5849623680114746;
const LOG2_LOW = 1.3270968157207873e-7;

const SQRT_HALF_OF_3_WORD = 0x3febb67a;
const SQRT_OF_3_HALVES = 1.224744871391589;

/** log2 of a normal, positive float64 in two parts, the first of 21 digits: their sum is right to 2^-64. */
function log2InParts(p: Procedure, x: Value): { readonly first: Value; readonly second: Value } {
  const word = p.highWord(x);
  const fromRoot = word.sub(SQRT_HALF_OF_3_WORD);
  const n = fromRoot.apply('shiftRight', 20).cast('float64');
  // Between √3/2 and √3; next to 1 or to 3/2.
  const m = p.fromWords(word.sub(fromRoot.apply('bitAnd', -0x100000)), p.lowWord(x));
  const isUpper = m.gt(SQRT_OF_3_HALVES);
  const near = isUpper.select(literal(p, 1.5), 1);
  const u = m.sub(near);
  const sum = m.add(near);
  const v = literal(p, 1).div(sum);
  const s = u.mul(v);
  const sHigh = head(p, s);
  const sumHigh = head(p, sum);
  const sumLow = m.sub(sumHigh.sub(near));
  const sLow = u.sub(sHigh.mul(sumHigh)).sub(sHigh.mul(sumLow)).mul(v);
  const square = s.mul(s);
  const more = polynomial(square, ATANH).mul(square).mul(square).add(sHigh.add(s).mul(sLow));
  const high = sHigh.mul(sHigh);
  const seriesHigh = head(p, high.add(3).add(more));
  const seriesLow = more.sub(seriesHigh.sub(3).sub(high));
  const product = sHigh.mul(seriesHigh);
  const correction = sLow.mul(seriesHigh).add(seriesLow.mul(s));
  const logHigh = head(p, product.add(correction));
  const logLow = correction.sub(logHigh.sub(product));
  const main = logHigh.mul(FACTOR_HIGH);
  const tail = logHigh
    .mul(FACTOR_LOW)
    .add(logLow.mul(FACTOR))
    .add(isUpper.select(literal(p, LOG2_LOW), 0));
  const base = isUpper.select(literal(p, LOG2_HIGH), 0);
  const first = head(p, main.add(tail).add(base).add(n));
  return { first, second: tail.sub(first.sub(n).sub(base).sub(main)) };
}

/** From here on every power but those of 1 has overflowed or vanished. */
const SETTLED = 2 ** 64;

/** 2^(y·log2 x) of a normal, positive x, and what 2^shift more makes of it. */
function plainPower(p: Procedure, x: Value, y: Value, shift: Value): Value {
  const { first, second } = log2InParts(p, x);
  const log = { first: head(p, first.add(shift)), second };
  const exponent = clamped(y, -SETTLED, SETTLED);
  const yHigh = head(p, exponent);
  const low = exponent.sub(yHigh).mul(log.first).add(exponent.mul(log.second));
  return exp2OfSum(p, { high: clamped(yHigh.mul(log.first), -1100, 1050), low: clamped(low, -1, 1) });
}

/** The least normal float64. */
const LEAST_NORMAL = 2 ** -1022;

/** Within 1 ulp. */
export const pow = powBy({
  plain: (p, size, y) => {
    const tiny = size.lt(LEAST_NORMAL);
    return plainPower(p, tiny.select(size.mul(2 ** 54), size), y, tiny.select(literal(p, -54), 0));
  },
  isUnusual: (p, x) => logarithms.isUnusual(p, x),
});
