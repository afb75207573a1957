import { acoshBy, asinhBy, atanhBy } from '../inverse-hyperbolic.js';
import { Logarithms } from '../logarithms.js';
import { LogNearOne } from '../near-one.js';
import type { FunctionOf } from '../tools.js';
import { head, LN2 } from './tools.js';

/** Coefficients of FreeBSD, e_logf.c. */
const nearOne = new LogNearOne([0.24279078841, 0.28498786688, 0.40000972152, 0.66666662693], LN2);

export const logarithms = new Logarithms({
  wordOf: (p, x) => p.bits(x),
  withWord: (p, _x, word) => p.bits(word),
  head,
  powerOf: (p, word) => p.bits(word),
  digits: 23,
  bias: 127,
  rootOfHalf: 0x3f3504f3,
  lift: 24,
  nearOne,
});

/** Within 1 ulp. */
export const { log } = logarithms;

/** Within 2 ulp; exact for powers of two. */
export const log2: FunctionOf = logarithms.complete((p, x) => {
  const { f, e } = logarithms.split(p, x);
  const { square, rest } = nearOne.parts(f);
  return f.sub(square.sub(rest)).mul(Math.LOG2E).add(e);
}, 1);

/** Within 1 ulp; exact for powers of ten that are normal. Constants of FreeBSD, e_log10f.c. */
export const log10 = logarithms.inBase({
  reciprocal: { high: 0.43432617188, low: -3.1689971365e-5 },
  ofTwo: { high: 0.30102920532, low: 7.9034151668e-7 },
});

/** Within 2 ulp. */
export const { log1p } = logarithms;

const inverse = logarithms.inverse({ large: 2 ** 40, shift: 10 });
/** Within 3 ulp. */
export const asinh = asinhBy(inverse);
export const acosh = acoshBy(inverse);
export const atanh = atanhBy(inverse);
