import { composite, type Node, normaliseAxis } from '@tapegrad/core';
import { neg } from './arithmetic.js';
import { floats } from './support/dtypes.js';
import { checkLabels, type LabelledLossOptions, labelled, reducedRows } from './support/labels.js';

/**
 * Negative log-likelihood: −logP[label], the mean of the rows unless said. The labels (int32) have the shape of the log-probabilities without
 * the class axis, -1 unless said. A label out of range gives NaN. Throws `ShapeError` for labels of another shape, `DtypeError` for those of
 * another dtype. From logits, `crossEntropy` does both steps at once.
 *
 * @formula loss = −x[label], x a row of log-probabilities; the mean of the rows
 * @derivative −1/rows at the label, else 0
 * @example
 * const loss = nllLoss(logSoftmax(logits), labels);
 */
export const nllLoss = composite<readonly [Node, Node], LabelledLossOptions>('nllLoss', {
  defaults: { axis: -1, reduction: 'mean', ignoreIndex: undefined },
  define: (logP, labels, { axis = -1, ...options }) => {
    floats('nllLoss')([logP]);
    const at = normaliseAxis('nllLoss', axis, logP.shape.length);
    checkLabels('nllLoss', 'log-probabilities', logP, labels, at);
    return reducedRows(neg(labelled(logP, labels, at)), labels, logP.shape[at]!, options);
  },
});
