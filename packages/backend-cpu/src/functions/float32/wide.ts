import type { Procedure, Value } from '@tapegrad/core';
import { logarithms } from '../float64/logarithms.js';
import { power, ROUNDING } from '../float64/tools.js';
import { clamped, polynomial } from '../tools.js';

/** Functions in float64 for those of float32: their errors, below 2^-34 of the result, are nothing beside the final rounding. */

/** 1/9!, …, 1/2!, 1, 1: of e^r. The next term is below 2^-36 for |r| ≤ ln(2)/2. */
const TAYLOR = [
  2.7557319223985893e-6, 2.48015873015873e-5, 1.984126984126984e-4, 1.388888888888889e-3, 8.333333333333333e-3,
  4.1666666666666664e-2, 1.6666666666666666e-1, 0.5, 1, 1,
];
const BIAS = 1023;

/** e^x in float64. Beyond ±170 as there: too large and too small for float32. */
export function wideExp(p: Procedure, x: Value): Value {
  const bounded = clamped(x, -170, 170);
  const shifted = bounded.mul(Math.LOG2E).add(ROUNDING + BIAS);
  const r = bounded.sub(shifted.sub(ROUNDING + BIAS).mul(Math.LN2));
  return polynomial(r, TAYLOR).mul(power(p, p.lowWord(shifted)));
}

/** 1/13, 1/11, …, 1/3, 1: of atanh(s)/s by powers of s². The next term is below 2^-38 for |s| ≤ 0.1716. */
const ATANH = [1 / 13, 1 / 11, 1 / 9, 1 / 7, 1 / 5, 1 / 3, 1];

/** The natural logarithm of a normal, positive float64: 2·atanh(f / (2 + f)) + e·ln(2). */
export function wideLog(p: Procedure, x: Value): Value {
  const { f, e } = logarithms.split(p, x);
  const s = f.div(f.add(2));
  return polynomial(s.mul(s), ATANH).mul(s.add(s)).add(e.mul(Math.LN2));
}
