import { complete, exactProduct, isRest, restOf } from '../remainder.js';
import type { FunctionOf } from '../tools.js';

/** Exact: where the product of divisor and quotient, in two parts, neither overflows nor vanishes, at once. */
export const rem: FunctionOf = (p, x, y) => {
  const [a, b] = [x.apply('abs'), y.apply('abs')];
  const quotient = a.div(b).apply('trunc');
  const rest = restOf(a, b, exactProduct(quotient, b));
  const isMiddling = a.lt(2 ** 990).and(a.gt(2 ** -900).or(quotient.eq(0)));
  const isExact = isRest(rest, b)
    .and(quotient.lt(2 ** 53))
    .and(isMiddling);
  return complete(p, x, { a, b, rest, isExact });
};
