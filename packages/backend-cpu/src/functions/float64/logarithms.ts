import type { Procedure, Value } from '@tapegrad/core';
import { acoshBy, asinhBy, atanhBy } from '../inverse-hyperbolic.js';
import { Logarithms } from '../logarithms.js';
import { LogNearOne } from '../near-one.js';
import type { FunctionOf } from '../tools.js';
import { head, LN2 } from './tools.js';

/** The error is below 2^-59. */
const nearOne = new LogNearOne(
  [
    0.14796728675047768, 0.1531397692039881, 0.18183567031526598, 0.22222198524622983, 0.28571428742824706, 0.3999999999941289,
    0.6666666666666735,
  ],
  LN2,
);

export const logarithms = new Logarithms({
  wordOf: (p, x) => p.highWord(x),
  withWord: (p, x, word) => p.fromWords(word, p.lowWord(x)),
  powerOf: (p, word) => p.fromWords(word, 0),
  digits: 20,
  bias: 1023,
  rootOfHalf: 0x3fe6a09e,
  lift: 54,
  nearOne,
});

/** Within 1 ulp. */
export const { log } = logarithms;

/** The reciprocal of the logarithm of a base, and the logarithm of 2 in that base, each in two parts. */
interface Base {
  readonly high: number;
  readonly low: number;
  readonly twoHigh: number;
  readonly twoLow: number;
}

/** A logarithm in another base, with log(1 + f) in two parts: FreeBSD, e_log2.c and e_log10.c. */
function inBase({ high, low, twoHigh, twoLow }: Base) {
  return (p: Procedure, x: Value): Value => {
    const { f, e } = logarithms.split(p, x);
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
export const log2: FunctionOf = logarithms.complete(
  inBase({ high: 1.4426950407214463, low: 1.6751713164886512e-10, twoHigh: 1, twoLow: 0 }),
  1,
);

/** Within 1 ulp. */
export const log10: FunctionOf = logarithms.complete(
  inBase({
    high: 0.4342944818781689,
    low: 2.5082946711645275e-11,
    twoHigh: 0.30102999566361177,
    twoLow: 3.694239077158931e-13,
  }),
  Math.log10(2),
);

/** Within 1 ulp. */
export const { log1p } = logarithms;

const inverse = logarithms.inverse({ large: 2 ** 120, shift: 60 });
export const asinh = asinhBy(inverse);
export const acosh = acoshBy(inverse);
export const atanh = atanhBy(inverse);
