import { countOf, strides } from '@tapegrad/core';
import type { Calls, Value } from './calls.js';

/** Kernels that move elements about, each left out where it would change nothing. */

export function reshaped(calls: Calls, x: Value, shape: readonly number[]): Value {
  if (sameSizes(x.shape, shape)) return x;
  return calls.call('Reshape', { x }, { shape, dtype: x.dtype }, { shape });
}

/** Axis i of the result is axis `order[i]` of `x`. */
export function transposed(calls: Calls, x: Value, order: readonly number[]): Value {
  if (order.every((axis, i) => axis === i)) return x;
  // WebGPU has no transpose of bools.
  if (x.dtype === 'bool') return truthOf(calls, transposed(calls, cast(calls, x, 'int32'), order));
  const shape = order.map((axis) => x.shape[axis]!);
  // Axes of size 1 may stand anywhere, and axes that stay together are one: kernels are slow, or fail, where there are many.
  const groups: number[][] = [];
  for (const axis of order.filter((axis) => x.shape[axis] !== 1)) {
    const last = groups.at(-1);
    if (last && follows(x.shape, last.at(-1)!, axis)) last.push(axis);
    else groups.push([axis]);
  }
  const sizes = groups.map((group) => group.reduce((product, axis) => product * x.shape[axis]!, 1));
  const ranked = groups.map((group, i) => ({ first: group[0]!, i })).sort((a, b) => a.first - b.first);
  const narrow = reshaped(
    calls,
    x,
    ranked.map(({ i }) => sizes[i]!),
  );
  const perm = groups.map((_, i) => ranked.findIndex((entry) => entry.i === i));
  if (perm.every((axis, i) => axis === i)) return reshaped(calls, x, shape);
  const byKernel = perm.length <= MOST_AXES && (x.dtype === 'float32' || calls.does('Transpose of int32'));
  const turned = byKernel
    ? calls.call('Transpose', { x: narrow }, { shape: sizes, dtype: x.dtype }, { perm })
    : picked(calls, narrow, perm);
  return reshaped(calls, turned, shape);
}

/** Shaders turn no more axes round. */
const MOST_AXES = 6;

/** A transpose by a table of positions. */
function picked(calls: Calls, x: Value, perm: readonly number[]): Value {
  const distances = strides(x.shape);
  const shape = perm.map((axis) => x.shape[axis]!);
  const length = countOf(shape);
  const positions = (): Int32Array => {
    const table = new Int32Array(length);
    for (let i = 0; i < length; i++) {
      let rest = i;
      for (let d = shape.length - 1; d >= 0; d--) {
        table[i]! += (rest % shape[d]!) * distances[perm[d]!]!;
        rest = Math.floor(rest / shape[d]!);
      }
    }
    return table;
  };
  const indices = calls.literal(`transpose ${x.shape} by ${perm}`, { shape: [length], dtype: 'int32' }, positions);
  const row = calls.call('Reshape', { x }, { shape: [length], dtype: x.dtype }, { shape: [length] });
  return reshaped(
    calls,
    calls.call('GatherV2', { x: row, indices }, { shape: [length], dtype: x.dtype }, { axis: 0, batchDims: 0 }),
    shape,
  );
}

/** Is there nothing but axes of size 1 between two axes, the second behind the first? */
function follows(shape: readonly number[], first: number, second: number): boolean {
  return second > first && shape.slice(first + 1, second).every((size) => size === 1);
}

/**
 * Repeats axes of size 1; `x` has as many axes as `shape`. By multiplying with ones, which keeps all bits: on WebAssembly that takes a
 * seventieth of what `Tile` takes.
 */
export function stretched(calls: Calls, x: Value, shape: readonly number[]): Value {
  if (sameSizes(x.shape, shape)) return x;
  if (x.dtype === 'bool') return truthOf(calls, stretched(calls, cast(calls, x, 'int32'), shape));
  const { whole, parts } = collapsed(shape, [x.shape]);
  const [narrow] = parts as [number[]];
  const ones = calls.full(
    1,
    x.dtype,
    whole.map((size, i) => (narrow[i] === size ? 1 : size)),
  );
  const product = calls.call('Multiply', { a: reshaped(calls, x, narrow), b: ones }, { shape: whole, dtype: x.dtype });
  return reshaped(calls, product, shape);
}

/** Shapes that broadcast to one, with neighbouring axes joined where all are repeated alike: kernels are slow where there are many. */
export function collapsed(
  shape: readonly number[],
  shapes: readonly (readonly number[])[],
): { readonly whole: number[]; readonly parts: number[][] } {
  const padded = shapes.map((part) => [...shape.map(() => 1).slice(part.length), ...part]);
  const whole: number[] = [];
  const parts = padded.map((): number[] => []);
  let before = '';
  for (const [d, size] of shape.entries()) {
    if (size === 1) continue;
    const pattern = padded.map((part) => (part[d] === 1 ? '-' : 'x')).join('');
    if (pattern !== before) {
      whole.push(1);
      for (const part of parts) part.push(1);
    }
    before = pattern;
    whole[whole.length - 1]! *= size;
    for (const [i, part] of parts.entries()) part[part.length - 1]! *= padded[i]![d]!;
  }
  return { whole, parts };
}

/** Whole numbers as bools: which are not 0. */
export function truthOf(calls: Calls, x: Value): Value {
  return calls.call('NotEqual', { a: x, b: calls.full(0, 'int32') }, { shape: x.shape, dtype: 'bool' });
}

export function cast(calls: Calls, x: Value, dtype: Value['dtype']): Value {
  if (x.dtype === dtype) return x;
  const type = { shape: x.shape, dtype };
  const made = calls.call('Cast', { x }, type, { dtype });
  if (dtype !== 'float32' || calls.does('Cast to float32')) return made;
  return calls.call('Multiply', { a: made, b: calls.full(1, dtype) }, type);
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
