import type { Procedure, Value } from '@tapegrad/core';
import type { FunctionOf } from './tools.js';

/** Exponentials of a dtype, of which no step overflows before a hyperbolic function does. */
export interface Exponentials {
  /** e^x/2 for x up to `most`. */
  readonly half: (p: Procedure, x: Value) => Value;
  /** (e^x − 1)/8, likewise. */
  readonly eighthOfExpm1: (p: Procedure, x: Value) => Value;
  /** From here on sinh and cosh are infinite. */
  readonly most: number;
  /** Up to here sinh x is x, and a part of it might be too small for its digits. */
  readonly tiny: number;
}

/** sinh = (E + E/(E + 1))/2 of the size, with E = e^x − 1. −0 stays. */
export function sinhBy({ eighthOfExpm1, most, tiny }: Exponentials): FunctionOf {
  return (p, x) => {
    const size = x.apply('abs');
    const e = eighthOfExpm1(p, size.apply('lesser', most));
    const quarter = e.add(e.div(e.mul(8).add(1)));
    return size.lt(tiny).select(x, quarter.mul(4).apply('copySign', x));
  };
}

/** cosh = H + 1/(4H) with H = e^|x|/2. */
export function coshBy({ half, most }: Exponentials): FunctionOf {
  return (p, x) => {
    const h = half(p, x.apply('abs').apply('lesser', most));
    return h.add(p.literal(0.25, x.type).div(h));
  };
}
