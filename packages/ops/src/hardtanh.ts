import { castValue, composite, graphOf, type Node, nodeOf, type Operand, optionsOf, ShapeError, withOp } from '@tapegrad/core';
import { ge, le } from './compare.js';
import { or } from './logical.js';
import { floats } from './support/dtypes.js';
import { gated } from './support/gated.js';

/** The bounds of {@link hardtanh}. */
export interface HardtanhOptions {
  /** The least value, -1 unless said. */
  readonly min?: number;
  /** The greatest value, 1 unless said. */
  readonly max?: number;
}

const hardtanhOp = gated<Required<HardtanhOptions>>('hardtanh', {
  dtype: floats('hardtanh'),
  stops: (y) => or(le(y, y.attrs.min), ge(y, y.attrs.max)),
  lower: (k) => k.load(0, k.at).max(k.constant(k.attrs.min)).min(k.constant(k.attrs.max)),
});

/**
 * Each element, no less than `min` and no more than `max`; NaN stays. Same shape out. Unlike `clamp`'s, its derivative is 0 on both bounds,
 * and so it follows from the result alone. Throws `DtypeError` unless `x` is a float, `ShapeError` unless `min` is below `max`.
 *
 * @formula y = min(max(x, low), high)
 * @derivative 1 where low < x < high, else 0
 * @example
 * const hidden = hardtanh(x);
 */
export const hardtanh = withOp(hardtanhOp, (x: Operand, options?: HardtanhOptions): Node => {
  const { min, max } = optionsOf('hardtanh', options, { min: -1, max: 1 });
  if (!(min < max)) throw new ShapeError(`hardtanh: min ${min} is not below max ${max}.`, { op: 'hardtanh' });
  const node = nodeOf(x, graphOf('hardtanh', [x]));
  return node.graph.append(hardtanhOp, [node], { min: castValue(min, node.dtype), max: castValue(max, node.dtype) });
});

/**
 * Each element, no less than 0 and no more than 6; NaN stays. Same shape out; its derivative is 0 at 0 and at 6. Throws `DtypeError` unless
 * `x` is a float.
 *
 * @formula y = min(max(x, 0), 6)
 * @derivative 1 where 0 < x < 6, else 0
 * @example
 * const hidden = relu6(x);
 */
export const relu6 = composite<readonly [Node]>('relu6', {
  define: (x) => {
    floats('relu6')([x]);
    return hardtanh(x, { min: 0, max: 6 });
  },
});
