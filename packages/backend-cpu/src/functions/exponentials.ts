import type { Procedure, Value } from '@tapegrad/core';
import { clamped, type FunctionOf, polynomial, powerOfTwo, withSign } from './tools.js';
import { wideExp, wideExpm1 } from './wide.js';

/** Of (e^r − 1 − r)/r²: S. L. Moshier, Cephes, expf. */
const EXP = [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1];
/** ln(2) in two parts; the product of the first with an exponent is exact. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.1219444e-4;

/** Added to a float32 of moderate size it rounds that to a whole number, which the last bits of the sum show. */
const ROUNDING = 1.5 * 2 ** 23;
const ROUNDING_BITS = 0x4b400000;

/** Within 2 ulp: 2^n·e^r with |r| ≤ ln(2)/2, all in float32. 2^n in two steps reaches from the least subnormal number to infinity. */
export const exp: FunctionOf = (p, x) => {
  const bounded = clamped(p, x, -104, 89);
  const shifted = bounded.mul(Math.LOG2E).add(ROUNDING);
  const n = shifted.sub(ROUNDING);
  const r = bounded.sub(n.mul(LN2_HIGH)).sub(n.mul(LN2_LOW));
  const y = polynomial(r, EXP).mul(r.mul(r)).add(r).add(1);
  const whole = p.bits(shifted).sub(ROUNDING_BITS);
  const half = whole.apply('shiftRight', 1);
  return y.mul(powerOfTwo(p, half)).mul(powerOfTwo(p, whole.sub(half)));
};

/** Of (tanh x − x)/x³ by powers of x²: S. L. Moshier, Cephes, tanhf. */
const TANH = [-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1];

/** Within 3 ulp: a polynomial up to 5/8, beyond 1 − 2/(e^2|x| + 1). */
export const tanh: FunctionOf = (p, x) => {
  const size = x.apply('abs');
  const square = x.mul(x);
  const near = polynomial(square, TANH).mul(square).mul(size).add(size);
  const far = p.literal(1, 'float32').sub(p.literal(2, 'float32').div(exp(p, size.add(size), size).add(1)));
  return withSign(p, size.lt(0.625).select(near, far), x);
};

/** A function that is computed in float64, and rounded. */
function widened(f: (p: Procedure, x: Value) => Value): FunctionOf {
  return (p, x) => f(p, x.cast('float64')).cast('float32');
}

/** e^x − 1; −0 stays. */
export const expm1: FunctionOf = (p, x) => x.eq(0).select(x, widened(wideExpm1)(p, x, x));

export const exp2: FunctionOf = widened((p, x) => wideExp(p, x.mul(Math.LN2)));

/** (E + E/(E + 1))/2 with E = e^|x| − 1. */
export const sinh: FunctionOf = (p, x) => {
  const e = wideExpm1(p, x.apply('abs').cast('float64'));
  const half = e.add(e.div(e.add(1))).mul(0.5);
  return withSign(p, half.cast('float32'), x);
};

export const cosh: FunctionOf = widened((p, x) => {
  const e = wideExp(p, x.apply('abs'));
  return e.add(p.literal(1, 'float64').div(e)).mul(0.5);
});
