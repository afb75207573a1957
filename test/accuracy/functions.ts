import type { Decimal } from 'decimal.js';
import { D, PI, reducedAngle } from './decimal.js';

/** Beyond it every function of an exponential has overflowed, vanished or settled. */
const FAR = 5000;

/** Σ of terms, each the last times `ratio(n)`, until they no longer count. */
function series(first: Decimal, ratio: (n: number) => Decimal): Decimal {
  let sum = first;
  let term = first;
  for (let n = 1; ; n++) {
    term = term.times(ratio(n));
    const next = sum.plus(term);
    if (next.eq(sum) || next.isNaN()) return next;
    sum = next;
  }
}

export function exp(x: Decimal): Decimal {
  return x.abs().lt(FAR) ? x.exp() : x.isNaN() ? x : new D(x.isNegative() ? '1e-2500' : '1e2500');
}

export function expm1(x: Decimal): Decimal {
  return x.abs().gt(0.1) ? exp(x).minus(1) : series(x, (n) => x.div(n + 1));
}

export function log1p(x: Decimal): Decimal {
  if (x.abs().gt(0.01)) return x.plus(1).ln();
  // 2·artanh(x / (2 + x)) in powers of the quotient
  const q = x.div(x.plus(2));
  const square = q.times(q);
  return series(q.times(2), (n) => square.times(2 * n - 1).div(2 * n + 1));
}

export function sin(x: Decimal): Decimal {
  return reducedAngle(x).sin();
}

export function cos(x: Decimal): Decimal {
  return reducedAngle(x).cos();
}

export function acos(x: Decimal): Decimal {
  return atan2(D.sqrt(D.sub(1, x)), D.sqrt(x.plus(1))).times(2);
}

export function atan(x: Decimal): Decimal {
  if (x.abs().gt(1)) return D.sub(PI.div(x.isNegative() ? -2 : 2), atan(D.div(1, x)));
  if (x.abs().gt(0.1)) return atan(x.div(x.times(x).plus(1).sqrt().plus(1))).times(2);
  const square = x.times(x).neg();
  return series(x, (n) => square.times(2 * n - 1).div(2 * n + 1));
}

export function asin(x: Decimal): Decimal {
  return atan2(x, D.sqrt(D.sub(1, x).times(x.plus(1))));
}

/** The angle of a point that is not the origin. */
export function atan2(y: Decimal, x: Decimal): Decimal {
  if (x.abs().lt(y.abs())) return D.sub(PI.div(y.isNegative() ? -2 : 2), atan(x.div(y)));
  const angle = atan(y.div(x));
  return x.isNegative() ? angle.plus(y.isNegative() ? PI.neg() : PI) : angle;
}

export function sinh(x: Decimal): Decimal {
  const e = expm1(x.abs());
  const size = e.plus(e.div(e.plus(1))).div(2);
  return x.isNegative() ? size.neg() : size;
}

export function cosh(x: Decimal): Decimal {
  return exp(x).plus(exp(x.neg())).div(2);
}

export function tanh(x: Decimal): Decimal {
  const e = expm1(x.abs().times(2));
  const size = e.div(e.plus(2));
  return x.isNegative() ? size.neg() : size;
}

export function asinh(x: Decimal): Decimal {
  const size = x.abs();
  const y = log1p(size.plus(size.times(size).div(size.times(size).plus(1).sqrt().plus(1))));
  return x.isNegative() ? y.neg() : y;
}

export function acosh(x: Decimal): Decimal {
  const beyond = x.minus(1);
  if (beyond.isNegative()) return new D(NaN);
  return log1p(beyond.plus(beyond.times(x.plus(1)).sqrt()));
}

export function atanh(x: Decimal): Decimal {
  return log1p(x.times(2).div(D.sub(1, x))).div(2);
}

/** By its series of positive terms, 2/√π·e^(−x²)·Σ 2ⁿx²ⁿ⁺¹/(2n+1)!!; Abramowitz and Stegun 7.1.6. */
export function erf(x: Decimal): Decimal {
  if (x.abs().gt(3)) return x.isNegative() ? erfc(x.neg()).minus(1) : D.sub(1, erfc(x));
  const square = x.times(x);
  return series(x, (n) => square.times(2).div(2 * n + 1)).times(exp(square.neg()).times(2).div(PI.sqrt()));
}

/** From 3 on by its continued fraction; Abramowitz and Stegun 7.1.14. */
export function erfc(x: Decimal): Decimal {
  if (x.lte(3)) return x.lt(-8) ? D.sub(2, erfc(x.neg())) : D.sub(1, erf(x));
  if (x.gt(60)) return new D('1e-1600');
  let tail = x;
  for (let n = Math.ceil(2500 / x.toNumber() ** 2) + 40; n > 0; n--) tail = x.plus(D.div(n, 2).div(tail));
  return exp(x.times(x).neg()).div(tail.times(PI.sqrt()));
}

export function sigmoid(x: Decimal): Decimal {
  return D.div(1, exp(x.neg()).plus(1));
}

export function softplus(x: Decimal): Decimal {
  return x.isNegative() ? log1p(exp(x)) : x.plus(log1p(exp(x.neg())));
}

/** A real power: of a negative base only where the exponent is whole. */
export function pow(x: Decimal, p: Decimal): Decimal {
  if (x.isZero()) return new D(p.isZero() ? 1 : p.isNegative() ? Infinity : 0);
  if (x.isNegative() && !p.isInteger()) return new D(NaN);
  const size = exp(x.abs().ln().times(p));
  return x.isNegative() && !p.mod(2).isZero() ? size.neg() : size;
}

/** Halves to the even one. */
export function round(x: Decimal): Decimal {
  return x.toDecimalPlaces(0, D.ROUND_HALF_EVEN);
}

const Exact = D.clone({ precision: 1400 });

/** What is left of the truncated quotient, with the sign of x. Whatever the sizes, it is a difference of multiples of the smaller ulp. */
export function remainder(x: Decimal, y: Decimal): Decimal {
  return new D(D.mul(new Exact(x).mod(y), 1));
}
