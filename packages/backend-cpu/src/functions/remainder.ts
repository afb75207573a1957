import type { Procedure, Value } from '@tapegrad/core';
import type { FunctionOf } from './tools.js';

/** A remainder of sizes, and where it is sure to be exact. */
interface Rest {
  readonly rest: Value;
  readonly isExact: Value;
}

/** a − q·b by its two parts, for a quotient that may be one too large as it was rounded. */
function restOf(a: Value, b: Value, { product, lost }: { readonly product: Value; readonly lost: Value | null }): Value {
  const difference = lost ? a.sub(product).sub(lost) : a.sub(product);
  return difference.lt(0).select(difference.add(b), difference);
}

/** Where the quotient is too large, or something is no number, the host answers; that is exact too. */
function unlessInexact(p: Procedure, x: Value, y: Value, { rest, isExact }: Rest): Value {
  const plain = rest.cast(x.type).apply('copySign', x);
  const result = p.variable(plain);
  const isOther = isExact.apply('not');
  p.if(p.any(isOther), () => result.set(isOther.select(x.apply('rem', y), plain)));
  return result.value;
}

function isRest(rest: Value, size: Value): Value {
  return rest.apply('ge', 0).and(rest.lt(size));
}

/** Of float32, exact: float64 holds the product of a divisor and a quotient of 29 digits. */
export const remainder32: FunctionOf = (p, x, y) => {
  const [a, b] = [x.cast('float64').apply('abs'), y.cast('float64').apply('abs')];
  const quotient = a.div(b).apply('trunc');
  const rest = restOf(a, b, { product: quotient.mul(b), lost: null });
  return unlessInexact(p, x, y, { rest, isExact: isRest(rest, b).and(quotient.lt(2 ** 29)) });
};

/** Halves of a float64 of 26 digits each: T. J. Dekker, Numer. Math. 18, 1971. */
function halves(x: Value): { readonly high: Value; readonly low: Value } {
  const scaled = x.mul(2 ** 27 + 1);
  const high = scaled.sub(scaled.sub(x));
  return { high, low: x.sub(high) };
}

/** A product, and what its rounding lost. */
function exactProduct(x: Value, y: Value): { readonly product: Value; readonly lost: Value } {
  const product = x.mul(y);
  const [a, b] = [halves(x), halves(y)];
  const lost = a.high.mul(b.high).sub(product).add(a.high.mul(b.low)).add(a.low.mul(b.high)).add(a.low.mul(b.low));
  return { product, lost };
}

/** Of float64, exact: where the product of divisor and quotient, in two parts, neither overflows nor vanishes. */
export const remainder64: FunctionOf = (p, x, y) => {
  const [a, b] = [x.apply('abs'), y.apply('abs')];
  const quotient = a.div(b).apply('trunc');
  const rest = restOf(a, b, exactProduct(quotient, b));
  const isMiddling = a.lt(2 ** 990).and(a.gt(2 ** -900).or(quotient.eq(0)));
  return unlessInexact(p, x, y, {
    rest,
    isExact: isRest(rest, b)
      .and(quotient.lt(2 ** 53))
      .and(isMiddling),
  });
};
