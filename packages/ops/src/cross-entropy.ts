import {
  add,
  cast,
  composite,
  DtypeError,
  mul,
  type Node,
  normaliseAxis,
  reshapeTo,
  ShapeError,
  sameShape,
  showShape,
  sum,
  where,
} from '@tapegrad/core';
import { div, sub } from './arithmetic.js';
import { eq, ge, lt, ne } from './compare.js';
import { exp } from './exponential.js';
import { iotaOn } from './iota.js';
import { log } from './logarithm.js';
import { and } from './logical.js';
import { mean } from './mean.js';
import { type AxisOptions, shifted } from './softmax.js';
import { floats } from './support/dtypes.js';
import { type LossOptions, reduced } from './support/loss.js';

export interface CrossEntropyOptions extends AxisOptions, LossOptions {
  /** How much of the target is spread evenly over all classes; 0 unless said. */
  readonly labelSmoothing?: number;
  /** A label whose rows count for nothing, in the mean neither. */
  readonly ignoreIndex?: number;
}

function checkLabels(logits: Node, labels: Node, axis: number): void {
  const wanted = logits.shape.toSpliced(axis, 1);
  if (!sameShape(labels.shape, wanted)) {
    throw new ShapeError(
      `crossEntropy: logits ${showShape(logits.shape)} over axis ${axis} want labels ${showShape(wanted)}, got ${showShape(labels.shape)}.`,
      { op: 'crossEntropy' },
    );
  }
  if (labels.dtype !== 'int32') {
    throw new DtypeError(`crossEntropy: the labels are ${labels.dtype}; they must be int32. Cast them: cast(labels, 'int32').`, {
      op: 'crossEntropy',
    });
  }
}

/** −log softmax at each label, in one pass over each row: the label is found by comparing it with an index, not by a gather. */
function rowLosses(logits: Node, labels: Node, axis: number, smoothing: number): Node {
  const z = shifted(logits, axis);
  const hit = eq(iotaOn(logits.graph, logits.shape, axis), reshapeTo(labels, logits.shape.with(axis, 1)));
  const picked = sum(where(hit, z, 0), { axis });
  const target = smoothing === 0 ? picked : add(mul(1 - smoothing, picked), mul(smoothing, mean(z, { axis })));
  return sub(log(sum(exp(z), { axis })), target);
}

/** NaN where the label names no class. */
function checkedRows(rows: Node, labels: Node, classes: Node['shape'][number]): Node {
  const known = and(ge(labels, 0), lt(labels, labels.graph.splat(classes, [], 'int32')));
  return where(known, rows, NaN);
}

/**
 * Cross-entropy of logits against the labels of their classes: −log softmax(logits)[label], its mean unless said. The labels (int32) have
 * the shape of the logits without the class axis, -1 unless said. A label out of range gives NaN. Throws `ShapeError` for labels of another
 * shape, `DtypeError` for those of another dtype.
 *
 * @example
 * const loss = crossEntropy(logits, labels); // [32, 10] and [32] give []
 */
export const crossEntropy = composite<readonly [Node, Node], CrossEntropyOptions>('crossEntropy', {
  defaults: { axis: -1, reduction: 'mean' },
  define: (logits, labels, { axis = -1, reduction, labelSmoothing = 0, ignoreIndex }) => {
    floats('crossEntropy')([logits]);
    const at = normaliseAxis('crossEntropy', axis, logits.shape.length);
    checkLabels(logits, labels, at);
    const rows = checkedRows(rowLosses(logits, labels, at, labelSmoothing), labels, logits.shape[at]!);
    if (ignoreIndex === undefined) return reduced(rows, reduction);
    const counts = ne(labels, ignoreIndex);
    const kept = where(counts, rows, 0);
    return reduction === 'mean' ? div(sum(kept), sum(cast(counts, kept.dtype))) : reduced(kept, reduction);
  },
});
