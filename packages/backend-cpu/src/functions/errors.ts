import type { Procedure, Value } from '@tapegrad/core';
import { type FunctionOf, polynomial, withSign } from './tools.js';
import { wideExp } from './wide.js';

/** Of erf(x)/x by powers of x², up to ½, the highest first: its Taylor series, 2/√π·(−1)^n/(n!(2n + 1)). */
const POWERS = [
  1.2055332131175981e-4, -8.548327016159163e-4, 0.005223977625403192, -0.026866170645130034, 0.11283791670955123,
  -0.37612638903183754, 1.1283791670955126,
];

/**
 * (1 + 2x)·exp(x²)·erfc(x) from ½ on as a Chebyshev series in (x − 15/4)/(x + 15/4), T₀ (halved) first:
 * M. M. Shepherd and J. G. Laframboise, Math. Comp. 36, 1981; the terms that float32 can tell.
 */
const SERIES = [
  1.1775789345674017, -0.004590054580646478, -0.08424913336651792, 0.05920993999819189, -0.026658668435305753,
  0.009074997670705265, -0.002413163540417608, 4.907758365258086e-4, -6.916973302501207e-5, 4.13902798607301e-6,
  7.74038306619849e-7, -2.1886401049234397e-7, 1.076499946567091e-8, 4.521959811218287e-9,
];

/** erf of a float64 up to ½ in size. */
function nearZero(x: Value): Value {
  return polynomial(x.mul(x), POWERS).mul(x);
}

/** erfc of a float64 from ½ on. */
function tail(p: Procedure, x: Value): Value {
  const u = x.sub(3.75).div(x.add(3.75));
  const twice = u.mul(2);
  let next = p.literal(0, 'float64');
  let afterNext = p.literal(0, 'float64');
  for (const coefficient of SERIES.slice(1).reverse()) {
    const present = twice.mul(next).sub(afterNext).add(coefficient);
    afterNext = next;
    next = present;
  }
  const sum = u.mul(next).sub(afterNext).add(SERIES[0]!);
  return wideExp(p, x.mul(x).apply('neg')).mul(sum).div(x.mul(2).add(1));
}

/** A size that is neither below ½ nor so large that the tail is 0 long before. */
function forTail(p: Procedure, size: Value): Value {
  const least = size.lt(0.5).select(p.literal(0.5, 'float64'), size);
  return size.gt(12).select(p.literal(12, 'float64'), least);
}

/** Within 1 ulp. */
export const erf: FunctionOf = (p, x) => {
  const size = x.apply('abs').cast('float64');
  const far = p.literal(1, 'float64').sub(tail(p, forTail(p, size)));
  const y = size.lt(0.5).select(nearZero(size), far).cast('float32');
  return x.ne(x).select(x, withSign(p, y, x));
};

/** 1 − erf(x), within 1 ulp also where that cancels. */
export const erfc: FunctionOf = (p, x) => {
  const wide = x.cast('float64');
  const size = wide.apply('abs');
  const rest = tail(p, forTail(p, size));
  const far = x.lt(0).select(p.literal(2, 'float64').sub(rest), rest);
  const near = p.literal(1, 'float64').sub(nearZero(wide));
  const y = size.lt(0.5).select(near, far).cast('float32');
  return x.ne(x).select(x, y);
};
