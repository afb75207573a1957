import { Decimal } from 'decimal.js';

/** Decimal digits of the reference: twice those of float64, and some for what cancels. */
export const D = Decimal.clone({ precision: 45, toExpNeg: -40, toExpPos: 40 });
/** Enough for the whole part of any float64, and 60 digits behind the point. */
const Wide = Decimal.clone({ precision: 380 });

const TWO_PI = Wide.acos(-1).times(2);
export const PI = new D(D.acos(-1));
const powers = new Map<number, Decimal>();

function powerOfTwo(exponent: number): Decimal {
  const known = powers.get(exponent) ?? Wide.pow(2, exponent);
  powers.set(exponent, known);
  return known;
}

/** The exponent of a normal float64 as 2^exponent ≤ |x|. */
export function exponentOf(x: number): number {
  const words = new Uint32Array(Float64Array.of(x).buffer);
  return ((words[1]! >>> 20) & 0x7ff) - 1023;
}

/** The value of a float64, not of the decimal that prints it: exact from 2^-108 on, to 45 digits below. */
export function decimalOf(x: number): Decimal {
  if (!Number.isFinite(x) || Number.isSafeInteger(x)) return new D(x);
  const exponent = Math.max(exponentOf(x), -1022) - 52;
  const whole = new Wide(x / 2 ** Math.min(exponent, 900) / 2 ** Math.max(exponent - 900, 0));
  return exponent < -160 ? new D(D.mul(whole, powerOfTwo(exponent))) : new D(whole.times(powerOfTwo(exponent)));
}

/** What is left of an angle after whole turns, between −2π and 2π. */
export function reducedAngle(x: Decimal): Decimal {
  return x.abs().lt(6) ? x : new D(D.mul(new Wide(x).mod(TWO_PI), 1));
}
