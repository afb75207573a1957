import type { Procedure, Value } from '@tapegrad/core';

/** Writes a function of float32 values as statements. */
export type FunctionOf = (p: Procedure, x: Value, y: Value) => Value;

/** A polynomial by Horner's rule, the coefficient of the highest power first. */
export function polynomial(x: Value, coefficients: readonly number[]): Value {
  const [first, second, ...rest] = coefficients as [number, number, ...number[]];
  return rest.reduce((sum, coefficient) => sum.mul(x).add(coefficient), x.mul(first).add(second));
}

/** At least `low` and at most `high`; NaN stays. */
export function clamped(p: Procedure, x: Value, low: number, high: number): Value {
  const above = x.lt(low).select(p.literal(low, x.type), x);
  return x.gt(high).select(p.literal(high, x.type), above);
}

export function isNan(x: Value): Value {
  return x.ne(x);
}

/** The float32 2^n, for −126 ≤ n ≤ 127. */
export function powerOfTwo(p: Procedure, n: Value): Value {
  return p.bits(n.add(127).apply('shiftLeft', 23));
}

/** The magnitude of one float32 with the sign of another. */
export function withSign(p: Procedure, magnitude: Value, sign: Value): Value {
  const bit = p.bits(sign).apply('bitAnd', -0x80000000);
  return p.bits(p.bits(magnitude).apply('bitOr', bit));
}
