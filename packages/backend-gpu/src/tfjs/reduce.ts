import { type Axis, type Combine, identityOf } from '@tapegrad/core';
import { beside, binary, counted, select, whereNaN } from './arithmetic.js';
import type { Calls, Value } from './calls.js';
import { includes, type Named, positionOf } from './named.js';
import { cast } from './shaping.js';

const KERNELS: Readonly<Record<Combine, string>> = { sum: 'Sum', product: 'Prod', max: 'Max', min: 'Min' };

/** Combines a value over some axes. Where it is the same along one, that one is counted. */
export function reduced(calls: Calls, combine: Combine, body: Named, over: readonly Axis[]): Named {
  const { dtype } = body.value;
  if (over.some(({ extent }) => extent === 0)) return { value: calls.full(identityOf(combine, dtype), dtype), axes: [] };
  const value = repeated(
    calls,
    combine,
    body.value,
    over.filter((axis) => !includes(body.axes, axis)),
  );
  const present = over.filter((axis) => includes(body.axes, axis));
  if (present.length === 0) return { value, axes: body.axes };
  const axes = body.axes.filter((axis) => !includes(present, axis));
  const positions = present.map((axis) => positionOf(body.axes, axis)).sort((a, b) => a - b);
  const numbers = summable(calls, value);
  const type = { shape: axes.map(({ extent }) => extent), dtype: numbers.dtype };
  const along = (kernel: string, x: Value): Value =>
    calls.call(kernel, { x }, { ...type, dtype: x.dtype }, { ...axisAttribute(kernel, positions), keepDims: false });
  const found = along(KERNELS[combine], numbers);
  if (dtype !== 'float32' || keepsNaN(calls, combine)) return { value: cast(calls, found, dtype), axes };
  const odd = along('Max', cast(calls, whereNaN(calls, numbers), 'float32'));
  const isOdd = binary(calls, 'Greater', odd, beside(calls, odd, 0), 'bool');
  return { value: select(calls, isOdd, beside(calls, found, NaN), found), axes };
}

/** `Max` and `Min` call their axes otherwise. */
function axisAttribute(kernel: string, axes: readonly number[]): Record<string, readonly number[]> {
  return kernel === 'Max' ? { reductionIndices: axes, axis: axes } : { axis: axes };
}

/** Numbers that the device can reduce: on WebGPU its kernels take all for float32, which holds whole ones up to 2²⁴. */
function summable(calls: Calls, x: Value): Value {
  const numbers = counted(calls, x);
  return calls.does('Sum of int32') ? numbers : cast(calls, numbers, 'float32');
}

function keepsNaN(calls: Calls, combine: Combine): boolean {
  if (combine === 'max') return calls.does('NaN in Max');
  return combine !== 'min' || calls.does('NaN in Min');
}

/** A value combined with itself along axes on which it does not depend. */
function repeated(calls: Calls, combine: Combine, x: Value, over: readonly Axis[]): Value {
  const times = over.reduce((product, { extent }) => product * extent, 1);
  if (times === 1 || combine === 'max' || combine === 'min') return x;
  return binary(calls, combine === 'sum' ? 'Multiply' : 'Pow', x, beside(calls, x, times));
}
