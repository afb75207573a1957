import type { Prepared } from '../system.js';
import { product } from '../work/matmul.js';
import { POINT } from '../work/scalar.js';
import { multiplyBlocked } from './matmul.js';
import { scalarByHand } from './scalar.js';

/** A plain loop that is timed beside a case, as the system 'reference': times of different machines and moments compare as ratios to it. */
export interface Loop {
  readonly name: string;
  readonly flops: number;
  prepare(): Prepared;
}

/** The product of two float32 matrices, blocked by hand. */
export function blockedMatmul(size: number): Loop {
  return {
    name: `matmul ${size}`,
    flops: 2 * size ** 3,
    prepare() {
      const { a, b } = product(size);
      const c = new Float32Array(size * size);
      const run = () => multiplyBlocked(a, b, c, size);
      return { run, read: () => readAfter(run, c) };
    },
  };
}

/** Value and gradients of the scalar expression, written out by hand. */
export const straightLine: Loop = {
  name: 'straight line',
  flops: 0,
  prepare() {
    const out = new Float64Array(3);
    // The point moves with the last result, by nothing, so that no compiler computes it once.
    const run = () => scalarByHand(POINT.x + out[0]! * 1e-300, POINT.y, out);
    return { run, read: () => readAfter(run, out) };
  },
};

/** A copy of a million float32. */
export const copy: Loop = {
  name: 'copy of 1M',
  flops: 0,
  prepare() {
    const from = new Float32Array(1_000_000).fill(1);
    const to = new Float32Array(from.length);
    const run = () => to.set(from);
    return { run, read: () => readAfter(run, to) };
  },
};

function readAfter(run: () => void, results: ArrayLike<number>): ArrayLike<number> {
  run();
  return results;
}
