import type { Code } from './code.js';
import * as op from './op.js';
import * as simd from './simd.js';

/** What becomes of float32 numbers that are too small to be normal, where they are stored. */
export type Subnormals = 'flush' | 'keep';

/** The least normal float32. */
const LEAST_NORMAL = 2 ** -126;

/** Keeps of the float32 on the stack only the sign, if it is no normal number. `value` is a local that it may set. */
export function flush(to: Code, value: number): void {
  to.set(value);
  to.f32(0);
  to.get(value);
  to.write(op.f32Copysign);
  to.get(value);
  to.get(value);
  to.write(op.f32Abs);
  to.f32(LEAST_NORMAL);
  to.write(op.f32Lt, op.select);
}

/** The same for the four in the vector on the stack. */
export function flushLanes(to: Code, value: number): void {
  to.tee(value);
  to.splat(0x7fffffff, 'i32');
  to.get(value);
  to.splat(0x7fffffff, 'i32');
  to.write(simd.and);
  to.splat(LEAST_NORMAL, 'f32');
  to.write(simd.f32Lt, simd.and, simd.andNot);
}
