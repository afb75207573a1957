import { composite, type Node, stopGradient, sum } from '@tapegrad/core';
import { div, sub } from './arithmetic.js';
import { exp } from './exponential.js';
import { log } from './logarithm.js';
import { max } from './max.js';
import { floats } from './support/dtypes.js';

/** The axis that an op works along. */
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
 * @formula yᵢ = exp xᵢ / Σⱼ exp xⱼ
 * @derivative x̄ = y·(ȳ − Σ ȳ·y)
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
  stabiliseUse: (user, { inputs: [x], attrs }) => (user.op === log.op ? logSoftmax(x!, attrs) : null),
});

/**
 * log(softmax(x)) over an axis, without the detour: x − log Σeˣ, shifted by the maximum. Same shape and dtype out. Throws `DtypeError` unless
 * `x` is a float.
 *
 * @formula yᵢ = xᵢ − log Σⱼ exp xⱼ
 * @derivative x̄ = ȳ − softmax(x)·Σȳ
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
