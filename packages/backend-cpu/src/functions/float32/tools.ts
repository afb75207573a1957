import type { Procedure, Value } from '@tapegrad/core';
import type { TwoParts } from '../tools.js';

/** Added to a float32 of moderate size it rounds that to a whole number, which the last bits of the sum show. */
export const ROUNDING = 1.5 * 2 ** 23;

/** ln(2). */
export const LN2: TwoParts = { high: 0.693359375, low: -2.1219444e-4 };

/** The leading 12 digits, whose product with as many loses none. */
export function head(p: Procedure, x: Value): Value {
  return p.bits(p.bits(x).apply('bitAnd', -4096));
}
