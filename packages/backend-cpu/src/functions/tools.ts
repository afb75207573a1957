import type { LetOp, Procedure, Value } from '@tapegrad/core';

/** Writes a function as statements. */
export type FunctionOf = (p: Procedure, x: Value, y: Value) => Value;
export type Functions = { readonly [op in LetOp]?: FunctionOf };

/** A polynomial by Horner's rule, the coefficient of the highest power first. */
export function polynomial(x: Value, coefficients: readonly number[]): Value {
  const [first, second, ...rest] = coefficients as [number, number, ...number[]];
  return rest.reduce((sum, coefficient) => sum.mul(x).add(coefficient), x.mul(first).add(second));
}

/** The same by Horner's rule in x², for pairs of powers: half as many steps wait for one another, and x² is often needed anyway. */
export function polynomialInPairs(x: Value, square: Value, coefficients: readonly number[]): Value {
  const pair = (i: number): Value => x.mul(coefficients[i]!).add(coefficients[i + 1]!);
  const odd = coefficients.length % 2;
  let sum = odd ? square.mul(coefficients[0]!).add(pair(1)) : pair(0);
  for (let i = odd + 2; i < coefficients.length; i += 2) sum = sum.mul(square).add(pair(i));
  return sum;
}

/** At least `low` and at most `high`; NaN stays. */
export function clamped(x: Value, low: number, high: number): Value {
  return x.apply('greater', low).apply('lesser', high);
}

export function isNan(x: Value): Value {
  return x.ne(x);
}

/** A number in two parts, of which the first has so few digits that its product with an exponent is exact. */
export interface TwoParts {
  readonly high: number;
  readonly low: number;
}
