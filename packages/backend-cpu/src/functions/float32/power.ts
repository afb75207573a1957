import type { Procedure, Value } from '@tapegrad/core';
import { powBy } from '../power.js';
import { clamped, polynomial, type TwoParts } from '../tools.js';
import { exp2OfSum } from './exponentials.js';
import { logarithms } from './logarithms.js';
import { head } from './tools.js';

/** Of (log2((1 + s)/(1 − s)) − 2s/ln(2))/s³ by powers of s², for |s| ≤ 0.1011: the error is below 2^-26 of it. */
const ATANH = [0.417156217948, 0.57705897088, 0.961796704754];
/** 2/ln(2), the first part of 12 digits. */
const FACTOR: TwoParts = { high: 2.884765625, low: 6.244567779268147e-4 };
/** log2(3/2), likewise. */
const LOG2_OF_3_HALVES: TwoParts = { high: 0.5849609375, low: 1.5632211561814537e-6 };

const SQRT_HALF_OF_3_WORD = 0x3f5db3d7;
const SQRT_OF_3_HALVES = 1.224744871391589;

/** log2 of a normal, positive float32, plus a whole number, in two parts, the first of 12 digits: their sum is right to 2^-32. */
function log2InParts(p: Procedure, x: Value, shift: Value): { readonly first: Value; readonly second: Value } {
  const literal = (value: number): Value => p.literal(value, 'float32');
  const word = p.bits(x);
  const fromRoot = word.sub(SQRT_HALF_OF_3_WORD);
  const n = fromRoot.apply('shiftRight', 23).cast('float32').add(shift);
  // Between √3/2 and √3; next to 1 or to 3/2.
  const m = p.bits(word.sub(fromRoot.apply('bitAnd', -0x800000)));
  const isUpper = m.gt(SQRT_OF_3_HALVES);
  const near = isUpper.select(literal(1.5), 1);
  const u = m.sub(near);
  const sum = m.add(near);
  const v = literal(1).div(sum);
  const s = u.mul(v);
  const sHigh = head(p, s);
  const sumHigh = head(p, sum);
  const sumLow = m.sub(sumHigh.sub(near));
  const sLow = u.sub(sHigh.mul(sumHigh)).sub(sHigh.mul(sumLow)).mul(v);
  const square = s.mul(s);
  const main = sHigh.mul(FACTOR.high);
  const base = isUpper.select(literal(LOG2_OF_3_HALVES.high), 0);
  const rest = polynomial(square, ATANH)
    .mul(square)
    .mul(s)
    .add(sLow.mul(FACTOR.high + FACTOR.low))
    .add(sHigh.mul(FACTOR.low))
    .add(isUpper.select(literal(LOG2_OF_3_HALVES.low), 0));
  const first = head(p, main.add(rest).add(base).add(n));
  return { first, second: rest.sub(first.sub(n).sub(base).sub(main)) };
}

/** From here on every power but those of 1 has overflowed or vanished. */
const SETTLED = 2 ** 32;
/** The least normal float32. */
const LEAST_NORMAL = 2 ** -126;

/** 2^(y·log2 x), within 3 ulp; small whole numbers are exact. */
export const pow = powBy({
  plain: (p, size, y) => {
    const isTiny = size.lt(LEAST_NORMAL);
    const normal = isTiny.select(size.mul(2 ** 24), size);
    const { first, second } = log2InParts(p, normal, isTiny.select(p.literal(-24, 'float32'), 0));
    const exponent = clamped(y, -SETTLED, SETTLED);
    const yHigh = head(p, exponent);
    const low = exponent.sub(yHigh).mul(first).add(exponent.mul(second));
    return exp2OfSum(p, clamped(yHigh.mul(first), -200, 200), clamped(low, -1, 1));
  },
  isUnusual: (p, x) => logarithms.isUnusual(p, x),
});
