import type { Procedure, Value } from '@tapegrad/core';
import { power } from './float64/tools.js';

/** a − q·b by its two parts, for a quotient that may be one too large as it was rounded. */
export function restOf(a: Value, b: Value, { product, lost }: { readonly product: Value; readonly lost: Value | null }): Value {
  const difference = lost ? a.sub(product).sub(lost) : a.sub(product);
  return difference.lt(0).select(difference.add(b), difference);
}

/** Halves of a float64 of 26 digits each: T. J. Dekker, Numer. Math. 18, 1971. */
function halves(x: Value): { readonly high: Value; readonly low: Value } {
  const scaled = x.mul(2 ** 27 + 1);
  const high = scaled.sub(scaled.sub(x));
  return { high, low: x.sub(high) };
}

/** A product, and what its rounding lost. */
export function exactProduct(x: Value, y: Value): { readonly product: Value; readonly lost: Value } {
  const product = x.mul(y);
  const [a, b] = [halves(x), halves(y)];
  const lost = a.high.mul(b.high).sub(product).add(a.high.mul(b.low)).add(a.low.mul(b.high)).add(a.low.mul(b.low));
  return { product, lost };
}

/** How much the exponent of a dividend falls in one step: the quotients of that have less than 53 digits. */
const STEP = 50;
/** So many steps lead from the greatest float64 to the least. */
const STEPS = Math.ceil((1024 + 1074) / STEP);

/** A positive float64 as m·2^(exponent − 1023), with m from 1 to 2. */
function parts(p: Procedure, x: Value): { readonly m: Value; readonly exponent: Value } {
  const isTiny = x.lt(2 ** -1022);
  const normal = isTiny.select(x.mul(2 ** 54), x);
  const word = p.highWord(normal);
  const exponent = word.apply('shiftRight', 20).sub(isTiny.select(p.literal(54), 0));
  return { m: p.fromWords(word.apply('bitAnd', 0xfffff).apply('bitOr', 0x3ff00000), p.lowWord(normal)), exponent };
}

/** The remainder of any two sizes in float64, as long division gives it; NaN of what is not finite, and by 0. */
function longRemainder(p: Procedure, a: Value, b: Value): Value {
  const [dividend, divisor] = [parts(p, a), parts(p, b)];
  const distance = p.variable(dividend.exponent.sub(divisor.exponent));
  const rest = p.variable(dividend.m);
  p.for(STEPS, () => {
    p.if(p.any(distance.value.apply('ge', 0)), () => {
      const step = distance.value.apply('min', STEP).apply('max', 0);
      const grown = rest.value.mul(power(p, step.add(1023)));
      const quotient = grown.div(divisor.m).apply('trunc');
      rest.set(restOf(grown, divisor.m, exactProduct(quotient, divisor.m)));
      distance.set(distance.value.sub(STEP));
    });
  });
  const half = divisor.exponent.sub(1023).apply('shiftRight', 1);
  const value = rest.value.mul(power(p, half.add(1023))).mul(power(p, divisor.exponent.sub(half)));
  const isNumber = a.lt(Infinity).and(b.gt(0));
  return isNumber.select(a.lt(b).select(a, value), p.literal(Number.NaN, 'float64'));
}

/** A remainder of sizes in float64, and where it is sure to be exact. */
interface Rest {
  readonly a: Value;
  readonly b: Value;
  readonly rest: Value;
  readonly isExact: Value;
}

/** With the sign of x. Where the quotient is too large, or something is no number, it takes more steps. */
export function complete(p: Procedure, x: Value, { a, b, rest, isExact }: Rest): Value {
  const result = p.variable(rest);
  const isOther = isExact.apply('not');
  p.if(p.any(isOther), () => result.set(isOther.select(longRemainder(p, a, b), rest)));
  return result.value.cast(x.type).apply('copySign', x);
}

export function isRest(rest: Value, size: Value): Value {
  return rest.apply('ge', 0).and(rest.lt(size));
}
