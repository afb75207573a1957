import type { Procedure, Value } from '@tapegrad/core';
import { type FunctionOf, polynomial, polynomialInPairs } from '../tools.js';
import { expOfSum } from './exponentials.js';
import { head, literal } from './tools.js';

/** Of erf(x)/x by powers of x², up to ½: the error is below 2^-65. */
const NEAR = [
  -1.4616461186680228e-7, 1.637073660993821e-6, -1.492298011943196e-5, 1.205528561442193e-4, -8.548326502022504e-4,
  5.223977621940553e-3, -2.6866170644995895e-2, 1.128379167095486e-1, -3.761263890318375e-1, 1.1283791670955126,
];

/**
 * (x + 15/4)·exp(x²)·erfc(x) from ½ on by powers of (x − 15/4)/(x + 15/4), the form of M. M. Shepherd and J. G. Laframboise, Math. Comp.
 * 36, 1981: the error is below 2^-60.
 */
const TAIL = [
  -4.127186445496238e-9, 2.1935087930274587e-9, 3.8865661725714794e-8, -2.5413127279211975e-8, -2.627972380484358e-7,
  2.785783067269607e-7, 1.6556759891884262e-6, -3.2887502079762754e-6, -8.903846475751435e-6, 3.747146252817353e-5,
  1.0593975722042787e-5, -3.486467985048911e-4, 7.948231003090129e-4, 9.863380722527604e-4, -1.2535880040979245e-2,
  4.911877861581255e-2, -1.31955401178547e-1, 2.7906204903376475e-1, -4.904702912076779e-1, 7.363189252217519e-1,
  -9.587415766529096e-1, 1.0919229095627891,
];
const MIDDLE = 3.75;
/** From here on erfc vanishes. */
const END = 28;

/** erf up to ½ in size. */
function nearZero(x: Value): Value {
  return polynomial(x.mul(x), NEAR).mul(x);
}

/** erfc of a size from ½ on. −x² is −h² + (h − x)·(h + x), where h has so few digits that its square loses none. */
function tail(p: Procedure, size: Value): Value {
  const x = size.apply('lesser', END);
  const h = head(p, x);
  const sum = x.add(MIDDLE);
  const u = x.sub(MIDDLE).div(sum);
  const factor = polynomialInPairs(u, u.mul(u), TAIL);
  const parts = { near: x.mul(x.apply('neg')), high: h.mul(h.apply('neg')), low: h.sub(x).mul(h.add(x)) };
  return expOfSum(p, parts, (y) => y.mul(factor).add(factor).div(sum));
}

/** Within 2 ulp. */
export const erf: FunctionOf = (p, x) => {
  const size = x.apply('abs');
  const far = literal(p, 1).sub(tail(p, size));
  return size.lt(0.5).select(nearZero(x), far.apply('copySign', x));
};

/** 1 − erf(x), within 4 ulp also where that cancels. */
export const erfc: FunctionOf = (p, x) => {
  const size = x.apply('abs');
  const rest = tail(p, size);
  const far = x.lt(0).select(literal(p, 2).sub(rest), rest);
  return size.lt(0.5).select(literal(p, 1).sub(nearZero(x)), far);
};
