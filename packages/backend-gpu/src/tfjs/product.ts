import { type Axis, countOf } from '@tapegrad/core';
import { binary } from './arithmetic.js';
import type { Calls, Value } from './calls.js';
import { aligned, extents, includes, type Named, positionOf, unionOf } from './named.js';
import { reduced } from './reduce.js';
import { reshaped, transposed } from './shaping.js';

/** The sum over some axes of a product of two floats, as a product of matrices, or of stacks of them. */
export function contracted(calls: Calls, a: Named, b: Named, over: readonly Axis[]): Named {
  // What only one factor varies with is summed before.
  const x = reduced(calls, 'sum', a, over.filter((axis) => !includes(b.axes, axis) && includes(a.axes, axis)));
  const y = reduced(calls, 'sum', b, over.filter((axis) => !includes(a.axes, axis)));
  const inner = x.axes.filter((axis) => includes(over, axis));
  if (inner.length === 0) return multiplied(calls, x, y);
  const batch = x.axes.filter((axis) => includes(y.axes, axis) && !includes(over, axis));
  const rows = x.axes.filter((axis) => !includes(y.axes, axis));
  const columns = y.axes.filter((axis) => !includes(x.axes, axis));
  const left = matrices(calls, x, batch, rows, inner);
  const right = matrices(calls, y, batch, inner, columns);
  const shape = [countOf(extents(batch)), countOf(extents(rows)), countOf(extents(columns))];
  const product = calls.call(
    'BatchMatMul',
    { a: left.value, b: right.value },
    { shape, dtype: 'float32' },
    { transposeA: left.transposed, transposeB: right.transposed },
  );
  const axes = [...batch, ...rows, ...columns];
  return { value: reshaped(calls, product, extents(axes)), axes };
}

function multiplied(calls: Calls, x: Named, y: Named): Named {
  const axes = unionOf([x.axes, y.axes]);
  const value = binary(calls, 'Multiply', aligned(calls, x, axes), aligned(calls, y, axes));
  return { value: reshaped(calls, value, extents(axes)), axes };
}

/** A value as a stack of matrices, or of their transposes where that is how it lies. */
function matrices(
  calls: Calls,
  { value, axes }: Named,
  batch: readonly Axis[],
  rows: readonly Axis[],
  columns: readonly Axis[],
): { readonly value: Value; readonly transposed: boolean } {
  const order = (lists: readonly (readonly Axis[])[]): number[] => lists.flat().map((axis) => positionOf(axes, axis));
  const size = (some: readonly Axis[]): number => countOf(extents(some));
  const turned = order([batch, columns, rows]);
  if (turned.every((axis, i) => axis === i) && size(rows) > 1 && size(columns) > 1)
    return { value: reshaped(calls, value, [size(batch), size(columns), size(rows)]), transposed: true };
  const upright = transposed(calls, value, order([batch, rows, columns]));
  return { value: reshaped(calls, upright, [size(batch), size(rows), size(columns)]), transposed: false };
}
