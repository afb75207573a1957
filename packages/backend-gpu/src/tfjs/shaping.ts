import type { Calls, Value } from './calls.js';

/** Kernels that move elements about, each left out where it would change nothing. */

export function reshaped(calls: Calls, x: Value, shape: readonly number[]): Value {
  if (sameSizes(x.shape, shape)) return x;
  return calls.call('Reshape', { x }, { shape, dtype: x.dtype }, { shape });
}

/** Axis i of the result is axis `order[i]` of `x`. */
export function transposed(calls: Calls, x: Value, order: readonly number[]): Value {
  if (order.every((axis, i) => axis === i)) return x;
  const shape = order.map((axis) => x.shape[axis]!);
  // Axes of size 1 may stand anywhere: where only they move, the elements stay.
  const moved = order.filter((axis) => x.shape[axis] !== 1);
  if (moved.every((axis, i) => i === 0 || axis > moved[i - 1]!)) return reshaped(calls, x, shape);
  return calls.call('Transpose', { x }, { shape, dtype: x.dtype }, { perm: order });
}

/** Repeats axes of size 1; `x` has as many axes as `shape`. */
export function stretched(calls: Calls, x: Value, shape: readonly number[]): Value {
  if (sameSizes(x.shape, shape)) return x;
  const reps = shape.map((size, i) => (x.shape[i] === size ? 1 : size));
  return calls.call('Tile', { x }, { shape, dtype: x.dtype }, { reps });
}

export function cast(calls: Calls, x: Value, dtype: Value['dtype']): Value {
  return x.dtype === dtype ? x : calls.call('Cast', { x }, { shape: x.shape, dtype }, { dtype });
}

export function sameSizes(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** The shape of two that broadcast. */
export function met(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [m, n] = [a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1];
    return m === 1 ? n : m;
  });
}
