import { type Kernels, LARGEST } from './kernels.js';

/** What one core can do at most in a language, as measured. */
export interface Roofs {
  readonly arithmetic: string;
  /** Operations a second, in billions. */
  readonly peak: number;
  /** Bytes a second, in billions, by the bytes that are gone through; ascending sizes. */
  readonly bandwidths: readonly Bandwidth[];
}

export interface Bandwidth {
  readonly bytes: number;
  readonly rate: number;
}

const SMALLEST = 8192;

/** Measures the roofs by these kernels. Takes about two seconds. */
export function measureRoofs(kernels: Kernels): Roofs {
  const bandwidths: Bandwidth[] = [];
  for (let bytes = SMALLEST; bytes <= LARGEST; bytes *= 4)
    bandwidths.push({ bytes, rate: Math.max(...kernels.movers.map((move) => bestRate(move, bytes))) });
  return { arithmetic: kernels.arithmetic, peak: bestRate(kernels.multiplyAdd, 20_000), bandwidths };
}

/** Milliseconds that each kernel is tried for; the engine compiles it well in the first of them. */
const TRIED = 150;
const SAMPLE = 1;

/** The most that a call did in a sample, a nanosecond: whatever disturbs it makes it slower. */
function bestRate(work: (argument: number) => number, argument: number): number {
  let best = 0;
  const end = performance.now() + TRIED;
  while (performance.now() < end) {
    let done = 0;
    let elapsed = 0;
    const begin = performance.now();
    do {
      done += work(argument);
      elapsed = performance.now() - begin;
    } while (elapsed < SAMPLE);
    best = Math.max(best, done / elapsed / 1e6);
  }
  return best;
}

/** The rate at which so many bytes can be gone through at most: of the measured sizes, the best from the nearest which is not larger. */
export function bandwidthFor({ bandwidths }: Roofs, bytes: number): number {
  const nearest = Math.max(
    0,
    bandwidths.findLastIndex((known) => known.bytes <= bytes),
  );
  return Math.max(...bandwidths.slice(nearest).map(({ rate }) => rate));
}
