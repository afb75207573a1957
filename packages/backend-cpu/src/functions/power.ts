import type { Procedure, Value } from '@tapegrad/core';
import { type FunctionOf, isNan } from './tools.js';

/** Powers of a dtype where nothing is special. */
export interface PlainPower {
  /** size^y for a positive, finite size. */
  readonly plain: (p: Procedure, size: Value, y: Value) => Value;
  /** Is x negative, 0, infinite or NaN? May hold for more. */
  readonly isUnusual: (p: Procedure, x: Value) => Value;
}

/** x^y: negative for a negative x to an odd power; pow(0, 0) = 1, and 1 to any power is 1. */
export function powBy({ plain, isUnusual }: PlainPower): FunctionOf {
  return (p, x, y) => {
    const size = x.apply('abs');
    const power = plain(p, size, y);
    const result = p.variable(power);
    p.if(p.any(isUnusual(p, x).or(isNan(y))), () => {
      const literal = (value: number): Value => p.literal(value, x.type);
      const isWhole = y.apply('floor').eq(y);
      const half = y.mul(0.5);
      const isOdd = isWhole.and(half.apply('floor').ne(half));
      const vanishes = size.eq(0).select(y, y.apply('neg')).gt(0);
      const isExtreme = size.eq(0).or(size.eq(Infinity));
      const whole = isExtreme.select(vanishes.select(literal(0), Infinity), power);
      const signed = isOdd.select(whole.apply('copySign', x), whole);
      const isImaginary = x.lt(0).and(size.lt(Infinity)).and(isWhole.apply('not'));
      const known = isNan(x).or(isNan(y)).or(isImaginary).select(literal(Number.NaN), signed);
      result.set(y.eq(0).or(x.eq(1)).select(literal(1), known));
    });
    return result.value;
  };
}
