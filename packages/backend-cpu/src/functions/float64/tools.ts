import type { Procedure, Value } from '@tapegrad/core';
import type { TwoParts } from '../tools.js';

/** Added to a float64 of moderate size it rounds that to a whole number, which the lower word of the sum shows. */
export const ROUNDING = 1.5 * 2 ** 52;

/** 2^n, n + 1023 being an integer from 1 to 2046. */
export function power(p: Procedure, biased: Value): Value {
  return p.fromWords(biased.apply('shiftLeft', 20), 0);
}

/** The leading 21 digits, whose product with as many loses none. */
export function head(p: Procedure, x: Value): Value {
  return p.fromWords(p.highWord(x), 0);
}

export function literal(p: Procedure, value: number): Value {
  return p.literal(value, 'float64');
}

/** ln(2). */
export const LN2: TwoParts = { high: 0.6931471803691238, low: 1.9082149292705877e-10 };
