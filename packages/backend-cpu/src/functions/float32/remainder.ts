import { complete, isRest, restOf } from '../remainder.js';
import type { FunctionOf } from '../tools.js';

/** Exact: float64 holds the product of a divisor and a quotient of 29 digits. */
export const rem: FunctionOf = (p, x, y) => {
  const [a, b] = [x.cast('float64').apply('abs'), y.cast('float64').apply('abs')];
  const quotient = a.div(b).apply('trunc');
  const rest = restOf(a, b, { product: quotient.mul(b), lost: null });
  return complete(p, x, { a, b, rest, isExact: isRest(rest, b).and(quotient.lt(2 ** 29)) });
};
