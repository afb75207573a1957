import type { DType } from 'tapegrad';

/** What is further from the result in float64 is wrong, not inaccurate, and is not timed. */
const TOLERANCES: Readonly<Record<DType, number>> = { float32: 1e-3, float64: 1e-10, int32: 0, uint32: 0, bool: 0 };

/** The greatest difference, over the greatest magnitude that is wanted. Throws where that cannot be an error of rounding. */
export function errorOf(got: ArrayLike<number>, want: ArrayLike<number>, dtype: DType): number {
  if (got.length !== want.length) throw new Error(`gives ${got.length} elements where there are ${want.length}`);
  let worst = 0;
  let place = 0;
  let scale = 0;
  for (let i = 0; i < want.length; i++) {
    const difference = Math.abs(got[i]! - want[i]!);
    // A NaN is worse than anything.
    if (!(difference <= worst)) [worst, place] = [Number.isNaN(difference) ? Infinity : difference, i];
    scale = Math.max(scale, Math.abs(want[i]!));
  }
  const error = worst === 0 ? 0 : worst / scale;
  if (error <= TOLERANCES[dtype]) return error;
  throw new Error(`gives ${got[place]} at ${place} where float64 gives ${want[place]}`);
}
