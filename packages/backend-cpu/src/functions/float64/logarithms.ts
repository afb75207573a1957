import { acoshBy, asinhBy, atanhBy } from '../inverse-hyperbolic.js';
import { Logarithms } from '../logarithms.js';
import { LogNearOne } from '../near-one.js';
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
  head,
  powerOf: (p, word) => p.fromWords(word, 0),
  digits: 20,
  bias: 1023,
  rootOfHalf: 0x3fe6a09e,
  lift: 54,
  nearOne,
});

/** Within 1 ulp. */
export const { log } = logarithms;

/** Within 1 ulp; exact for powers of two. */
export const log2 = logarithms.inBase({
  reciprocal: { high: 1.4426950407214463, low: 1.6751713164886512e-10 },
  ofTwo: { high: 1, low: 0 },
});

/** Within 1 ulp. */
export const log10 = logarithms.inBase({
  reciprocal: { high: 0.4342944818781689, low: 2.5082946711645275e-11 },
  ofTwo: { high: 0.30102999566361177, low: 3.694239077158931e-13 },
});

/** Within 1 ulp. */
export const { log1p } = logarithms;

const inverse = logarithms.inverse({ large: 2 ** 120, shift: 60 });
export const asinh = asinhBy(inverse);
export const acosh = acoshBy(inverse);
export const atanh = atanhBy(inverse);
