import type { Procedure, Value } from '@tapegrad/core';
import type { FunctionOf } from './tools.js';

/** The logarithm of a dtype that inverse hyperbolic functions are made of. */
export interface Logarithm {
  /** log(1 + x) + extra·ln(2) for −1 < x, far from the greatest number. */
  readonly log1p: (p: Procedure, x: Value, extra: Value | null) => Value;
  /** Above it the sum of x and √(x² ± 1) is 2x, and the squares might overflow. */
  readonly large: number;
  /** log1p is taken of large sizes divided by 2^shift, beside which 1 is nothing: so it is less by (shift + 1)·ln(2). */
  readonly shift: number;
}

function log1pOrDouble(p: Procedure, { log1p, large, shift }: Logarithm, size: Value, sum: Value): Value {
  const isLarge = size.gt(large);
  const argument = isLarge.select(size.mul(2 ** -shift), sum);
  const value = log1p(p, argument, isLarge.select(p.literal(shift + 1, size.type), 0));
  return size.eq(Infinity).select(size, value);
}

/** asinh = log1p(x + x²/(1 + √(x² + 1))) of the size. −0 stays. */
export function asinhBy(logarithm: Logarithm): FunctionOf {
  return (p, x) => {
    const size = x.apply('abs');
    const square = size.mul(size);
    const sum = size.add(square.div(square.add(1).sqrt().add(1)));
    return log1pOrDouble(p, logarithm, size, sum).apply('copySign', x);
  };
}

/** acosh = log1p(t + √(t·(x + 1))) with t = x − 1. NaN below 1. */
export function acoshBy(logarithm: Logarithm): FunctionOf {
  return (p, x) => {
    const t = x.sub(1);
    const y = log1pOrDouble(p, logarithm, x, t.add(t.mul(x.add(1)).sqrt()));
    return x.lt(1).select(p.literal(Number.NaN, x.type), y);
  };
}

/** atanh = log1p(2x/(1 − x))/2 of the size. −0 stays. */
export function atanhBy({ log1p }: Logarithm): FunctionOf {
  return (p, x) => {
    const size = x.apply('abs');
    const inside = log1p(p, size.add(size).div(p.literal(1, x.type).sub(size)), null).mul(0.5);
    const outside = size.eq(1).select(p.literal(Infinity, x.type), p.literal(Number.NaN, x.type));
    return size.lt(1).select(inside, outside).apply('copySign', x);
  };
}
