import type { DType } from '@tapegrad/core';
import type { Code } from './code.js';
import * as op from './op.js';
import * as simd from './simd.js';

/** Loads one number. */
export function loadScalar(to: Code, type: DType, offset: number): void {
  if (type === 'float32') to.memory(op.f32Load, 2, offset);
  else if (type === 'float64') to.memory(op.f64Load, 3, offset);
  else if (type === 'bool') to.memory(op.i32Load8, 0, offset);
  else to.memory(op.i32Load, 2, offset);
}

/** Stores the number on the stack. */
export function storeScalar(to: Code, type: DType, offset: number): void {
  if (type === 'float32') to.memory(op.f32Store, 2, offset);
  else if (type === 'float64') to.memory(op.f64Store, 3, offset);
  else if (type === 'bool') to.memory(op.i32Store8, 0, offset);
  else to.memory(op.i32Store, 2, offset);
}

/** Loads neighbours into one vector: those of a half, where they need two. */
export function loadVector(to: Code, type: DType, offset: number, half: number): void {
  if (type !== 'bool') {
    to.memory(simd.load, 2, offset + 16 * half);
    return;
  }
  to.memory(simd.load32Zero, 0, offset);
  to.write(simd.i16WidenI8, simd.i32WidenI16);
  to.splat(0, 'i32');
  to.write(simd.i32Ne);
}

/** Stores the vector on the stack, which is one half where there are two, as neighbours. `spare` is a local that it may set. */
export function storeVector(to: Code, type: DType, offset: number, half: number, spare: () => number): void {
  if (type === 'bool') storeMask(to, offset, spare());
  else to.memory(simd.store, 2, offset + 16 * half);
}

/** The address and a mask are on the stack: four bytes of 0 or 1 are stored. */
function storeMask(to: Code, offset: number, mask: number): void {
  to.splat(1, 'i32');
  to.write(simd.and);
  to.tee(mask);
  to.get(mask);
  to.write(simd.i16NarrowI32);
  to.tee(mask);
  to.get(mask);
  to.write(simd.i8NarrowI16);
  to.memoryLane(simd.store32Lane, 0, offset, 0);
}
