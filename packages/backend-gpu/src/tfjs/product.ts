import { type Axis, countOf } from '@tapegrad/core';
import { binary } from './arithmetic.js';
import type { Calls, Value } from './calls.js';
import { aligned, extents, includes, type Named, positionOf, unionOf } from './named.js';
import { reduced } from './reduce.js';
import { reshaped, transposed } from './shaping.js';

/** The sum over some axes of a product of two floats, as a product of matrices, or of stacks of them. */
export function contracted(calls: Calls, a: Named, b: Named, over: readonly Axis[]): Named {
  // What only one factor varies with is summed before.
  const x = reduced(
    calls,
    'sum',
    a,
    over.filter((axis) => !includes(b.axes, axis) && includes(a.axes, axis)),
  );
  const y = reduced(
    calls,
    'sum',
    b,
    over.filter((axis) => !includes(a.axes, axis)),
  );
  const inner = x.axes.filter((axis) => includes(over, axis));
  if (inner.length === 0) return multiplied(calls, x, y);
  const batch = x.axes.filter((axis) => includes(y.axes, axis) && !includes(over, axis));
  const rows = x.axes.filter((axis) => !includes(y.axes, axis));
  const columns = y.axes.filter((axis) => !includes(x.axes, axis));
  const left = stacked(calls, x, { batch, rows, columns: inner });
  const right = stacked(calls, y, { batch, rows: inner, columns });
  const shape = [batch, rows, columns].map((group) => countOf(extents(group)));
  const flags = { transposeA: left.isTransposed, transposeB: right.isTransposed };
  const product = calls.call('BatchMatMul', { a: left.value, b: right.value }, { shape, dtype: 'float32' }, flags);
  const axes = [...batch, ...rows, ...columns];
  return { value: reshaped(calls, product, extents(axes)), axes };
}

function multiplied(calls: Calls, x: Named, y: Named): Named {
  const axes = unionOf([x.axes, y.axes]);
  const value = binary(calls, 'Multiply', aligned(calls, x, axes), aligned(calls, y, axes));
  return { value: reshaped(calls, value, extents(axes)), axes };
}

/** The axes of a stack of matrices. */
interface Stack {
  readonly batch: readonly Axis[];
  readonly rows: readonly Axis[];
  readonly columns: readonly Axis[];
}

/** A value as a stack of matrices, or of their transposes, where it lies so and the device may be told. Else it is turned round. */
function stacked(
  calls: Calls,
  { value, axes }: Named,
  { batch, rows, columns }: Stack,
): { readonly value: Value; readonly isTransposed: boolean } {
  const upright = [batch, rows, columns];
  const turned = [batch, columns, rows];
  const isTransposed =
    calls.does('Transposes in BatchMatMul') && isInOrder(axes, turned.flat()) && !isInOrder(axes, upright.flat());
  const groups = isTransposed ? turned : upright;
  const order = groups.flat().map((axis) => positionOf(axes, axis));
  const shape = groups.map((group) => countOf(extents(group)));
  return { value: reshaped(calls, transposed(calls, value, order), shape), isTransposed };
}

function isInOrder(axes: readonly Axis[], wanted: readonly Axis[]): boolean {
  return wanted.every((axis, i) => positionOf(axes, axis) === i);
}
