import type { Axis } from '@tapegrad/core';
import type { Calls, Value } from './calls.js';
import { reshaped, stretched, transposed } from './shaping.js';

/** A value whose axes are axes of a loop nest, in an order of its own. Along any other axis of the nest it is the same everywhere. */
export interface Named {
  readonly value: Value;
  readonly axes: readonly Axis[];
}

export function extents(axes: readonly Axis[]): number[] {
  return axes.map(({ extent }) => extent);
}

export function positionOf(axes: readonly Axis[], { key }: Axis): number {
  return axes.findIndex((axis) => axis.key === key);
}

export function includes(axes: readonly Axis[], axis: Axis): boolean {
  return positionOf(axes, axis) >= 0;
}

/**
 * The axes of all: in the order of a nest, where no list must be turned round for that, else those of the longest list first and in its
 * order.
 */
export function unionOf(lists: readonly (readonly Axis[])[], nest: readonly Axis[] = []): readonly Axis[] {
  const longest = lists.reduce((a, b) => (b.length > a.length ? b : a));
  const all = [...longest];
  for (const list of lists) for (const axis of list) if (!includes(all, axis)) all.push(axis);
  if (all.length === longest.length) return longest;
  const rank = (axis: Axis): number => (includes(nest, axis) ? positionOf(nest, axis) : nest.length);
  const isRising = (list: readonly Axis[]): boolean => list.every((axis, i) => i === 0 || rank(list[i - 1]!) <= rank(axis));
  return lists.every(isRising) ? all.sort((a, b) => rank(a) - rank(b)) : all;
}

/** The value with its axes in the order of `axes`, which has them all, and size 1 along those that it lacks. */
export function aligned(calls: Calls, { value, axes: own }: Named, axes: readonly Axis[]): Value {
  const order = axes.flatMap((axis) => {
    const at = positionOf(own, axis);
    return at < 0 ? [] : [at];
  });
  const ordered = transposed(calls, value, order);
  // Leading ones are left out, as kernels broadcast: a scalar stays a scalar.
  const first = axes.findIndex((axis) => includes(own, axis));
  if (first < 0) return ordered;
  return reshaped(
    calls,
    ordered,
    axes.slice(first).map((axis) => (includes(own, axis) ? axis.extent : 1)),
  );
}

/** The value over all of `axes`, repeated along those that it lacks. */
export function spread(calls: Calls, named: Named, axes: readonly Axis[]): Value {
  const narrow = aligned(calls, named, axes);
  const ones = axes.map(() => 1).slice(narrow.shape.length);
  return stretched(calls, reshaped(calls, narrow, [...ones, ...narrow.shape]), extents(axes));
}

/** The value as memory of a shape whose longer axes are those of a nest: of size 1 along those that it lacks. */
export function stored(calls: Calls, named: Named, nest: readonly Axis[], shape: readonly number[]): Value {
  const narrow = aligned(calls, named, nest);
  let next = 0;
  const present = shape.map((size) => (size === 1 ? null : nest[next++]!));
  return reshaped(
    calls,
    narrow,
    present.map((axis) => (axis && includes(named.axes, axis) ? axis.extent : 1)),
  );
}
