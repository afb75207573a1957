import { add, composite, mul, type Node, normaliseAxis, sum } from '@tapegrad/core';
import { div, neg, sub } from './arithmetic.js';
import { exp } from './exponential.js';
import { log } from './logarithm.js';
import { mean } from './mean.js';
import { type AxisOptions, logSoftmax, shifted } from './softmax.js';
import { floats } from './support/dtypes.js';
import { checkLabels, type LabelledLossOptions, labelled, reducedRows } from './support/labels.js';
import { checkPaired, type LossOptions, logWhereWeighted, reduced } from './support/loss.js';

/** Options of {@link crossEntropy}. */
export interface CrossEntropyOptions extends LabelledLossOptions {
  /** How much of the target is spread evenly over all classes; 0 unless said. */
  readonly labelSmoothing?: number;
}

/** −log softmax at each label, in one pass over each row. */
function rowLosses(logits: Node, labels: Node, axis: number, smoothing: number): Node {
  const z = shifted(logits, axis);
  const picked = labelled(z, labels, axis);
  const target = smoothing === 0 ? picked : add(mul(1 - smoothing, picked), mul(smoothing, mean(z, { axis })));
  return sub(log(sum(exp(z), { axis })), target);
}

/**
 * Cross-entropy of logits against the labels of their classes: −log softmax(logits)[label], its mean unless said. The labels (int32) have
 * the shape of the logits without the class axis, -1 unless said. A label out of range gives NaN. Throws `ShapeError` for labels of another
 * shape, `DtypeError` for those of another dtype.
 *
 * @formula loss = −log softmax(x)[label], the mean of the rows
 * @derivative x̄ = (softmax(x) − onehot(label)) / rows
 * @example
 * const loss = crossEntropy(logits, labels); // [32, 10] and [32] give []
 */
export const crossEntropy = composite<readonly [Node, Node], CrossEntropyOptions>('crossEntropy', {
  defaults: { axis: -1, reduction: 'mean', labelSmoothing: undefined, ignoreIndex: undefined },
  define: (logits, labels, { axis = -1, labelSmoothing = 0, ...options }) => {
    floats('crossEntropy')([logits]);
    const at = normaliseAxis('crossEntropy', axis, logits.shape.length);
    checkLabels('crossEntropy', 'logits', logits, labels, at);
    return reducedRows(rowLosses(logits, labels, at, labelSmoothing), labels, logits.shape[at]!, options);
  },
});

/** Options of {@link crossEntropySoft}. */
export interface CrossEntropySoftOptions extends AxisOptions, LossOptions {
  /** How much of the target is spread evenly over all classes; 0 unless said. */
  readonly labelSmoothing?: number;
}

/** Targets of which a part is spread evenly over all classes. */
function smoothed(targets: Node, classes: Node['shape'][number], part: number): Node {
  if (part === 0) return targets;
  return add(mul(1 - part, targets), div(part, targets.graph.splat(classes, [], targets.dtype)));
}

/**
 * Cross-entropy of logits against probabilities of their classes: −Σ t · log softmax(logits) over the class axis, -1 unless said; the mean of
 * the rows unless said. Equal shapes. A target of 0 counts nothing, even for a logit of -Infinity. Throws `ShapeError` where shapes differ,
 * `DtypeError` unless both are floats.
 *
 * @formula loss = −Σ t · log softmax(x), the mean of the rows
 * @derivative x̄ = (softmax(x)·Σt − t) / rows
 * @example
 * const loss = crossEntropySoft(logits, targets); // [32, 10] and [32, 10] give []
 */
export const crossEntropySoft = composite<readonly [Node, Node], CrossEntropySoftOptions>('crossEntropySoft', {
  defaults: { axis: -1, reduction: 'mean', labelSmoothing: undefined },
  define: (logits, targets, { axis = -1, reduction, labelSmoothing = 0 }) => {
    floats('crossEntropySoft')([logits, targets]);
    checkPaired('crossEntropySoft', logits, targets);
    const at = normaliseAxis('crossEntropySoft', axis, logits.shape.length);
    const weights = smoothed(targets, logits.shape[at]!, labelSmoothing);
    const logs = logWhereWeighted(weights, logSoftmax(logits, { axis: at }));
    return reduced(neg(sum(mul(weights, logs), { axis: at })), reduction);
  },
});
