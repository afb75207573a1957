import { type Axis, type Condition, countOf, type Index } from '@tapegrad/core';
import { type Along, orderOf, slicesOf } from './affine.js';
import type { Calls, Value } from './calls.js';
import { gathered } from './gather.js';
import type { Named } from './named.js';
import { reshaped, stretched } from './shaping.js';

/** A value in memory: of a node's shape, but for size 1 along axes where it is the same everywhere. */
export interface Stored {
  readonly value: Value;
  readonly shape: readonly number[];
}

/** The value in its full shape. */
export function wholeOf(calls: Calls, { value, shape }: Stored): Value {
  return stretched(calls, value, shape);
}

/** The elements of a value at an address of the nest, which depends on axes alone. Outside of `conditions` anything may come. */
export function loaded(calls: Calls, stored: Stored, address: Index, conditions: readonly Condition[]): Named {
  const { value, shape } = stored;
  if (countOf(value.shape) === 1) return { value: reshaped(calls, value, []), axes: [] };
  const slices = slicesOf(address, shape);
  if (slices && canSlice(value, slices)) return sliced(calls, value, slices);
  const order = orderOf(address, countOf(shape));
  const whole = wholeOf(calls, stored);
  if (order) {
    const sizes = order.map(({ extent }) => extent);
    return { value: reshaped(calls, whole, sizes), axes: order };
  }
  return gathered(calls, whole, address, { conditions, otherwise: null });
}

/** `StridedSlice` and `Reverse` on WebAssembly take all numbers for float32, and run past the end of bools. */
function canSlice({ dtype }: Value, slices: readonly Along[]): boolean {
  return dtype === 'float32' || slices.every(({ step }) => step === 1);
}

function sliced(calls: Calls, value: Value, slices: readonly Along[]): Named {
  // Where a value is the same along a dimension, so is what is read of it.
  const narrow = slices.map((along, d): Along => (value.shape[d] === 1 ? { start: 0, step: 1, axis: null } : along));
  const turned = turnedRound(calls, cut(calls, value, narrow), narrow);
  const axes = narrow.flatMap(({ axis }): Axis[] => (axis ? [axis] : []));
  const sizes = axes.map(({ extent }) => extent);
  return { value: reshaped(calls, turned, sizes), axes };
}

function cut(calls: Calls, x: Value, slices: readonly Along[]): Value {
  const size = slices.map(({ axis }) => axis?.extent ?? 1);
  const begin = slices.map(({ start, step, axis }) => (step < 0 ? start + step * (axis!.extent - 1) : start));
  const strides = slices.map(({ step }) => Math.abs(step));
  if (size.every((count, d) => count === x.shape[d])) return x;
  const type = { shape: size, dtype: x.dtype };
  if (strides.every((stride) => stride === 1)) return calls.call('Slice', { x }, type, { begin, size });
  const end = begin.map((first, d) => first + strides[d]! * (size[d]! - 1) + 1);
  const masks = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 };
  return calls.call('StridedSlice', { x }, type, { begin, end, strides, ...masks });
}

function turnedRound(calls: Calls, x: Value, slices: readonly Along[]): Value {
  const dims = slices.flatMap(({ step }, d) => (step < 0 ? [d] : []));
  return dims.length === 0 ? x : calls.call('Reverse', { x }, x, { dims });
}
