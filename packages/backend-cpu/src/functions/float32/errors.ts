import type { Procedure, Value } from '@tapegrad/core';
import { type FunctionOf, polynomial } from '../tools.js';
import { expOfSum } from './exponentials.js';
import { head } from './tools.js';

/** Of erf(x)/x by powers of x², up to ½. */
const NEAR = [0.0047179884277284145, -0.02675718441605568, 0.11282822489738464, -0.37612608075141907, 1.1283791065216064];

/**
 * (x + 9/4)·exp(x²)·erfc(x) from 0 on by powers of (x − 9/4)/(x + 9/4), the form of M. M. Shepherd and J. G. Laframboise, Math. Comp. 36,
 * 1981. The last digits are those with the least error in float32.
 */
const TAIL = [
  0.00016225567378569394, 6.575208681169897e-5, -0.0015430215280503035, -0.0007767230272293091, 0.011629702523350716,
  -0.003616501810029149, -0.10120666772127151, 0.3715178668498993, -0.7519591450691223, 1.0398926734924316,
];
const MIDDLE = 2.25;
/** From here on erfc vanishes in float32. */
const END = 10.2;

/** erf up to ½ in size. */
function nearZero(x: Value): Value {
  return polynomial(x.mul(x), NEAR).mul(x);
}

/** erfc of a size. −x² is −h² + (h − x)·(h + x), where h has so few digits that its square loses none. */
function tail(p: Procedure, size: Value): Value {
  const x = size.apply('lesser', END);
  const h = head(p, x);
  const minus = h.apply('neg');
  const sum = x.add(MIDDLE);
  const factor = polynomial(x.sub(MIDDLE).div(sum), TAIL);
  const parts = { near: x.mul(minus), high: h.mul(minus), low: h.sub(x).mul(h.add(x)) };
  return expOfSum(p, parts, (y) => y.mul(factor).add(factor).div(sum));
}

/** Within 4 ulp. */
export const erf: FunctionOf = (p, x) => {
  const size = x.apply('abs');
  const far = p.literal(1, 'float32').sub(tail(p, size));
  return size.lt(0.5).select(nearZero(x), far.apply('copySign', x));
};

/** 1 − erf(x), within 4 ulp also where that cancels. */
export const erfc: FunctionOf = (p, x) => {
  const size = x.apply('abs');
  const rest = tail(p, size);
  const far = x.lt(0).select(p.literal(2, 'float32').sub(rest), rest);
  const near = p.literal(1, 'float32').sub(nearZero(x));
  return size.lt(0.5).select(near, far);
};
