import type { Backend, DType } from 'tapegrad';
import type { Prepared } from '../system.js';

/** Something that backends are compared by, at one size and dtype. */
export interface Work {
  /** `kernel`: what a program computes on data that stays on the backend; `overhead`: starting it, and moving data to and fro. */
  readonly kind: 'kernel' | 'overhead';
  readonly operation: string;
  readonly dtype: DType;
  /** Shapes of the operands, as tables show them. */
  readonly shapes: string;
  /** Elements of the largest operand or result. */
  readonly elements: number;
  /** What a run must at least read and write, or what it moves to or from the backend. */
  readonly bytes: number;
  /** Operations of arithmetic in a run; 0 where bytes are what counts. */
  readonly flops: number;
  /** The values that a run must give, in float64. */
  want(): Promise<ArrayLike<number>>;
  /** Makes it ready. Rejects with `BackendError` where the backend cannot do it. */
  prepare(backend: Backend): Promise<Prepared>;
}
