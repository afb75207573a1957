import type { Node } from '@tapegrad/core';
import type { Calls, Value } from './calls.js';
import { reshaped, transposed } from './shaping.js';

/** How positions of one axis belong together: output q, kernel element k and input p where `stride·q + dilation·k = spacing·p + offset`. */
interface Relation {
  readonly stride: number;
  readonly dilation: number;
  readonly spacing: number;
  readonly offset: number;
}

/** A convolution along one axis as the kernel has it, the filter turned round where it was written backwards. */
interface Window {
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
  readonly turned: boolean;
}

/** The relation as the kernel has it; null where it is of another kind: with gaps in the input, or where it reads less than all of it. */
function windowOf({ stride, dilation, spacing, offset }: Relation, input: number, filter: number, output: number): Window | null {
  const before = dilation < 0 ? offset - dilation * (filter - 1) : offset;
  const size = Math.abs(dilation);
  const after = stride * (output - 1) + size * (filter - 1) + 1 - before - input;
  if (spacing !== 1 || stride < 1 || size < 1 || before < 0 || after < 0) return null;
  return { stride, dilation: size, before, after, turned: dilation < 0 };
}

/**
 * A convolution of one group over one or two axes by the kernel `Conv2D`, channels last; null where the kernel does not have its kind. The
 * adjoints of a convolution are of its kind too, so that they need no kernels of their own.
 */
export function convolved(calls: Calls, { attrs, shape }: Node, [x, w]: readonly [Value, Value]): Value | null {
  const { relations, sizes } = attrs as { readonly relations: readonly Relation[]; readonly sizes: readonly number[] };
  if (relations.length > 2 || x.shape[0] !== 1 || x.dtype !== 'float32') return null;
  const missing = 2 - relations.length;
  const images = widened(calls, x, missing);
  const filters = widened(calls, w, missing);
  const outputs = [...Array<number>(missing).fill(1), ...sizes];
  const plain = { stride: 1, dilation: 1, spacing: 1, offset: 0 };
  const windows = [...Array<Relation>(missing).fill(plain), ...relations].map((relation, i) =>
    windowOf(relation, images.shape[i + 2]!, filters.shape[i + 2]!, outputs[i]!),
  );
  const [rows, columns] = windows;
  if (!rows || !columns) return null;
  const strided = rows.stride > 1 || columns.stride > 1;
  if (strided && (rows.dilation > 1 || columns.dilation > 1)) return null;
  const padding = [
    [0, 0],
    [rows.before, rows.after],
    [columns.before, columns.after],
    [0, 0],
  ];
  const image = transposed(calls, images, [0, 2, 3, 1]);
  const filter = transposed(calls, turned(calls, filters, [rows.turned, columns.turned]), [2, 3, 1, 0]);
  const type = { shape: [image.shape[0]!, ...outputs, filter.shape[3]!], dtype: x.dtype };
  const result = calls.call('Conv2D', { x: image, filter }, type, {
    strides: [rows.stride, columns.stride],
    dilations: [rows.dilation, columns.dilation],
    pad: padding,
    dataFormat: 'NHWC',
    dimRoundingMode: 'floor',
  });
  return reshaped(calls, transposed(calls, result, [0, 3, 1, 2]), shape as readonly number[]);
}

/** Without its group, and with axes of size 1 for those that it lacks. */
function widened(calls: Calls, x: Value, missing: number): Value {
  return reshaped(calls, x, [x.shape[1]!, x.shape[2]!, ...Array<number>(missing).fill(1), ...x.shape.slice(3)]);
}

function turned(calls: Calls, filters: Value, axes: readonly [boolean, boolean]): Value {
  const dims = axes.flatMap((isTurned, i) => (isTurned && filters.shape[i + 2] !== 1 ? [i + 2] : []));
  return dims.length === 0 ? filters : calls.call('Reverse', { x: filters }, filters, { dims });
}
