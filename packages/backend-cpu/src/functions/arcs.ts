import type { Procedure, Value } from '@tapegrad/core';
import { type FunctionOf, polynomialInPairs, type TwoParts } from './tools.js';

/** What asin and acos of a dtype are made of. */
export interface Arcs {
  /** Of (asin x − x)/x³ by powers of x², up to ½. */
  readonly powers: readonly number[];
  /** The nearest float to π/2, and what π/2 is more. */
  readonly halfPi: TwoParts;
}

/** asin of the size as root + rest, and whether that was above ½: then it is half the distance from π/2. */
function arcsine(
  p: Procedure,
  x: Value,
  powers: readonly number[],
): { readonly root: Value; readonly rest: Value; readonly isLarge: Value } {
  const size = x.apply('abs');
  const isLarge = size.gt(0.5);
  const square = isLarge.select(p.literal(0.5, x.type).sub(size.mul(0.5)), size.mul(size));
  const root = isLarge.select(square.sqrt(), size);
  return { root, rest: polynomialInPairs(square, square.mul(square), powers).mul(square).mul(root), isLarge };
}

/** NaN beyond ±1. −0 stays. */
export function asinBy({ powers, halfPi }: Arcs): FunctionOf {
  return (p, x) => {
    const { root, rest, isLarge } = arcsine(p, x, powers);
    const large = p
      .literal(halfPi.high, x.type)
      .sub(root.mul(2))
      .add(p.literal(halfPi.low, x.type).sub(rest.mul(2)));
    return isLarge.select(large, root.add(rest)).apply('copySign', x);
  };
}

/** NaN beyond ±1. */
export function acosBy({ powers, halfPi }: Arcs): FunctionOf {
  return (p, x) => {
    const { root, rest, isLarge } = arcsine(p, x, powers);
    const isNegative = x.lt(0);
    const twice = root.add(rest).mul(2);
    const large = isNegative.select(
      p
        .literal(2 * halfPi.low, x.type)
        .sub(twice)
        .add(2 * halfPi.high),
      twice,
    );
    const signed = rest.apply('copySign', x);
    const small = p.literal(halfPi.low, x.type).sub(signed).sub(root.apply('copySign', x)).add(halfPi.high);
    return isLarge.select(large, small);
  };
}
