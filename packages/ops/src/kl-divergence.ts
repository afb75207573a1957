import { composite, mul, type Node, where } from '@tapegrad/core';
import { sub } from './arithmetic.js';
import { eq } from './compare.js';
import { log } from './logarithm.js';
import { floats } from './support/dtypes.js';
import { checkPaired, type LossOptions, logWhereWeighted, reduced } from './support/loss.js';

/**
 * Kullback-Leibler divergence of log-probabilities from target probabilities: t · (log t − logP), their sum unless said otherwise (for the
 * mean of a batch divide by its size). Equal shapes. Where the target is 0 it is 0, even for a logP of -Infinity. Throws `ShapeError` where
 * shapes differ, `DtypeError` unless both are floats. After Kullback & Leibler, "On information and sufficiency", 1951.
 *
 * @formula loss = t·(log t − x), x the logarithm of a probability
 * @derivative x̄ = −t, t̄ = log t − x + 1
 * @example
 * const loss = klDiv(logSoftmax(logits), targets);
 */
export const klDiv = composite<readonly [Node, Node], LossOptions>('klDiv', {
  defaults: { reduction: 'sum' },
  define: (logP, target, { reduction }) => {
    floats('klDiv')([logP, target]);
    checkPaired('klDiv', logP, target);
    const logTarget = log(where(eq(target, 0), 1, target));
    return reduced(mul(target, sub(logTarget, logWhereWeighted(target, logP))), reduction);
  },
});
