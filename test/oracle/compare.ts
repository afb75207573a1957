import type { DType } from '@tapegrad/core';
import { numbersOf, type StoredArray } from './format.js';

export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

/** How near derivatives must come, by their order (0 and 1, or 2). */
export function toleranceOf(dtype: DType, order: number): Tolerance {
  if (dtype === 'float64') return order > 1 ? { absolute: 1e-7, relative: 1e-6 } : { absolute: 1e-9, relative: 1e-7 };
  const factor = order > 1 ? 10 : 1;
  return { absolute: factor * 2e-5, relative: factor * 2e-4 };
}

export const EXACT: Tolerance = { absolute: 1e-9, relative: 0 };

interface Values {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

export interface DifferenceOptions {
  /** Do only the elements count, and not the shape? */
  readonly flat?: boolean;
  /** What is allowed to each element beside the tolerance. */
  readonly stray?: ArrayLike<number>;
}

/** What is wrong with `got`, in words, or null. */
export function difference(
  got: Values,
  wanted: StoredArray,
  tolerance: Tolerance,
  { flat = false, stray }: DifferenceOptions = {},
): string | null {
  if (flat ? got.data.length !== wanted.data.length : got.shape.join() !== wanted.shape.join())
    return `has shape [${got.shape}] instead of [${wanted.shape}]`;
  let worst = { error: -1, at: 0 };
  const numbers = numbersOf(wanted);
  numbers.forEach((b, i) => {
    const a = got.data[i]!;
    if (near(a, b, { ...tolerance, absolute: tolerance.absolute + (stray?.[i] ?? 0) })) return;
    const error = Number.isNaN(a - b) ? Number.POSITIVE_INFINITY : Math.abs(a - b);
    if (error > worst.error) worst = { error, at: i };
  });
  if (worst.error < 0) return null;
  return `is off by ${worst.error.toPrecision(3)} at element ${worst.at}: ${got.data[worst.at]} instead of ${numbers[worst.at]}`;
}

function near(a: number, b: number, { absolute, relative }: Tolerance): boolean {
  if (Number.isNaN(b)) return Number.isNaN(a);
  return a === b || (Number.isFinite(b) && Math.abs(a - b) <= absolute + relative * Math.abs(b));
}
