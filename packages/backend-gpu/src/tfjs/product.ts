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
  const a3 = stacked(calls, x, [batch, rows, inner]);
  const b3 = stacked(calls, y, [batch, inner, columns]);
  const shape = [a3.shape[0]!, a3.shape[1]!, b3.shape[2]!];
  const flags = { transposeA: false, transposeB: false };
  const product = calls.call('BatchMatMul', { a: a3, b: b3 }, { shape, dtype: 'float32' }, flags);
  const axes = [...batch, ...rows, ...columns];
  return { value: reshaped(calls, product, extents(axes)), axes };
}

function multiplied(calls: Calls, x: Named, y: Named): Named {
  const axes = unionOf([x.axes, y.axes]);
  const value = binary(calls, 'Multiply', aligned(calls, x, axes), aligned(calls, y, axes));
  return { value: reshaped(calls, value, extents(axes)), axes };
}

/**
 * A value as a stack of matrices, turned round where it does not lie so: on WebAssembly a product of transposes takes ten times as long as
 * the transpose and the product.
 */
function stacked(calls: Calls, { value, axes }: Named, groups: readonly (readonly Axis[])[]): Value {
  const order = groups.flat().map((axis) => positionOf(axes, axis));
  const shape = groups.map((group) => countOf(extents(group)));
  return reshaped(calls, transposed(calls, value, order), shape);
}
