import { countOf, type Node } from '@tapegrad/core';
import { beside, binary, counted, select, unary, whereNaN } from './arithmetic.js';
import type { Calls, Value } from './calls.js';
import { convolved } from './convolve.js';
import { cast, reshaped, transposed } from './shaping.js';

/** Ops that are run whole, given their inputs in their full shapes; where null comes, by their lowering after all. */
export const WHOLE: Readonly<Record<string, (calls: Calls, node: Node, inputs: readonly Value[]) => Value | null>> = {
  convolve: (calls, node, [x, w]) => convolved(calls, node, [x!, w!]),
  argsort: (calls, node, [x]) => argsorted(calls, x!, node.attrs as SortAttrs),
  concat: (calls, node, inputs) => joined(calls, inputs, node),
};

function joined(calls: Calls, inputs: readonly Value[], node: Node): Value {
  const { axis } = node.attrs as { readonly axis: number };
  const filled = inputs.filter(({ shape }) => countOf(shape) > 0);
  const operands = Object.fromEntries(filled.map((x, i) => [i, x]));
  return calls.call('Concat', operands, { shape: node.shape as readonly number[], dtype: inputs[0]!.dtype }, { axis });
}

interface SortAttrs {
  readonly axis: number;
  readonly descending: boolean;
}

/** The positions of a stable sort, NaN last: sorted first by value, with the least in the place of NaN, then by what is NaN. */
function argsorted(calls: Calls, x: Value, { axis, descending }: SortAttrs): Value {
  const rank = x.shape.length;
  const last = [...x.shape.keys()].filter((i) => i !== axis).concat(axis);
  const moved = transposed(calls, counted(calls, x), last);
  const length = x.shape[axis]!;
  const rows = reshaped(calls, moved, [countOf(x.shape) / length, length]);
  const keys = sortKeys(calls, rows, descending);
  const first = order(calls, keys);
  const sorted = rows.dtype === 'float32' ? afterNaN(calls, rows, first) : first;
  const back = Array.from({ length: rank }, (_, i) => last.indexOf(i));
  return transposed(calls, reshaped(calls, sorted, moved.shape), back);
}

/** What is sorted downwards. */
function sortKeys(calls: Calls, rows: Value, descending: boolean): Value {
  if (rows.dtype === 'int32') return descending ? rows : binary(calls, 'Sub', beside(calls, rows, -1), rows);
  const upright = descending ? rows : unary(calls, 'Neg', rows);
  return select(calls, whereNaN(calls, rows), beside(calls, rows, -Infinity), upright);
}

/** The positions of each row's elements from the greatest to the least, equal ones in their order. */
function order(calls: Calls, rows: Value): Value {
  return calls.call('TopK', { x: rows }, { shape: rows.shape, dtype: 'int32' }, { k: rows.shape[1]!, sorted: true }, 1);
}

function afterNaN(calls: Calls, rows: Value, first: Value): Value {
  const number = unary(calls, 'LogicalNot', whereNaN(calls, rows));
  const isNumber = cast(calls, number, 'float32');
  const second = order(calls, picked(calls, isNumber, first));
  return picked(calls, first, second);
}

/** From each row the elements at positions of its own. */
function picked(calls: Calls, rows: Value, positions: Value): Value {
  const [count, length] = rows.shape as [number, number];
  const starts = calls.literal(`starts of ${length}`, { shape: [count, 1], dtype: 'int32' }, () =>
    Int32Array.from({ length: count }, (_, i) => i * length),
  );
  const flat = reshaped(calls, binary(calls, 'Add', positions, starts), [count * length]);
  const x = reshaped(calls, rows, [count * length]);
  const type = { shape: [count * length], dtype: rows.dtype };
  return reshaped(calls, calls.call('GatherV2', { x, indices: flat }, type, { axis: 0, batchDims: 0 }), rows.shape);
}
