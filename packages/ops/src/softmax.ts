import { add, composite, type Node, type ReductionOptions, reshapeTo, stopGradient, sum, where } from '@tapegrad/core';
import { div, sub } from './arithmetic.js';
import { isFinite as finite } from './compare.js';
import { exp, log } from './exponential.js';
import { max } from './max.js';
import { floats } from './support/dtypes.js';

export interface AxisOptions {
  /** Negative ones count from the back; -1 unless said. */
  readonly axis?: number;
}

/** `x` less its maximum over an axis, which changes no result and no derivative, so that exp does not overflow. */
export function shifted(x: Node, axis: number): Node {
  return sub(x, stopGradient(max(x, { axis, keepDims: true })));
}

/**
 * eˣ / Σeˣ over an axis. Same shape and dtype out. Shifted by the maximum, so that large logits do not overflow; a row of -Infinity gives NaN.
 * Throws `DtypeError` unless `x` is a float.
 *
 * @example
 * const probabilities = softmax(logits); // each row sums to 1
 */
export const softmax = composite<readonly [Node], AxisOptions>('softmax', {
  defaults: { axis: -1 },
  define: (x, { axis = -1 }) => {
    floats('softmax')([x]);
    const e = exp(shifted(x, axis));
    return div(e, sum(e, { axis, keepDims: true }));
  },
});

/**
 * log(softmax(x)) over an axis, without the detour: x − log Σeˣ, shifted by the maximum. Same shape and dtype out. Throws `DtypeError` unless
 * `x` is a float.
 *
 * @example
 * const logProbabilities = logSoftmax(logits);
 */
export const logSoftmax = composite<readonly [Node], AxisOptions>('logSoftmax', {
  defaults: { axis: -1 },
  define: (x, { axis = -1 }) => {
    floats('logSoftmax')([x]);
    const z = shifted(x, axis);
    return sub(z, log(sum(exp(z), { axis, keepDims: true })));
  },
});

/**
 * log Σeˣ over axes. Same dtype. Shifted by the maximum where that is finite, so that it does not overflow; of -Infinity alone it is -Infinity.
 * Throws `DtypeError` unless `x` is a float, `ShapeError` where there are no elements.
 *
 * @example
 * const evidence = logSumExp(logits, { axis: 1 });
 */
export const logSumExp = composite<readonly [Node], ReductionOptions>('logSumExp', {
  define: (x, { axis, keepDims = false }) => {
    floats('logSumExp')([x]);
    const over = axis === undefined ? {} : { axis };
    const peak = stopGradient(max(x, { ...over, keepDims: true }));
    const shift = where(finite(peak), peak, 0);
    const total = sum(exp(sub(x, shift)), { ...over, keepDims });
    return add(log(total), reshapeTo(shift, total.shape));
  },
});
