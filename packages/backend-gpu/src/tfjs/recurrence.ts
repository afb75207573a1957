import type { Axis } from '@tapegrad/core';
import { beside } from './arithmetic.js';
import type { Calls, Value } from './calls.js';
import { aligned, extents, includes, type Named, spread, unionOf } from './named.js';
import { spell } from './scalars.js';
import { stretched } from './shaping.js';

/** `h(t) = factor(t)·h(t-1) + addend(t)` from `h(-1) = 0`: a running sum where the factor is 1, else step by step. */
export function recurrent(calls: Calls, axis: Axis, factor: Named, addend: Named, isOne: boolean): Named {
  const all = unionOf([addend.axes, factor.axes, [axis]]);
  // The axis that it runs along comes first, so that a step is one slice.
  const axes = [axis, ...all.filter(({ key }) => key !== axis.key)];
  const b = spread(calls, addend, axes);
  const { dtype } = b;
  if (isOne && (dtype === 'float32' || (dtype === 'int32' && calls.does('Sum of int32'))))
    return { value: calls.call('Cumsum', { x: b }, b, { axis: 0, exclusive: false, reverse: false }), axes };
  const constantFactor = includes(factor.axes, axis) ? null : aligned(calls, factor, axes.slice(1));
  const a = constantFactor ? null : spread(calls, factor, axes);
  const rest = extents(axes.slice(1));
  const at = (x: Value, t: number): Value => {
    const begin = [t, ...rest.map(() => 0)];
    return calls.call('Slice', { x }, { shape: [1, ...rest], dtype: x.dtype }, { begin, size: [1, ...rest] });
  };
  const steps: Value[] = [];
  let state = beside(calls, b, 0);
  for (let t = 0; t < axis.extent; t++) {
    const kept = spell(calls, 'mul', dtype, [a ? at(a, t) : constantFactor!, state])!;
    state = stretched(calls, spell(calls, 'add', dtype, [kept, at(b, t)])!, [1, ...rest]);
    steps.push(state);
  }
  const operands = Object.fromEntries(steps.map((step, t) => [t, step]));
  return { value: calls.call('Concat', operands, b, { axis: 0 }), axes };
}
