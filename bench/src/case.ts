import type { Loop } from './reference/loops.js';
import type { Attempt, System } from './system.js';

/** One piece of work that several systems do. */
export interface Case {
  readonly suite: string;
  readonly name: string;
  /** Floating-point operations of one run, so that GFLOP/s can be told; 0 where that says nothing. */
  readonly flops: number;
  /** The plain loop timed beside it, which tells a slow program from a slow moment. */
  readonly reference: Loop;
  /** Left out under `--quick`. */
  readonly long?: boolean;
  /** Makes the work ready on a system, or says why it cannot. */
  prepare(system: System): Attempt;
  /** Throws where what a system reads differs from what float64 arithmetic gives; each call of `read` does the work once. */
  check(read: () => Promise<ArrayLike<number>>): Promise<void>;
}
