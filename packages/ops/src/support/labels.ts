import { cast, DtypeError, type Node, reshapeTo, ShapeError, sameShape, showShape, sum, where } from '@tapegrad/core';
import { div } from '../arithmetic.js';
import { eq, ge, lt, ne } from '../compare.js';
import { iotaOn } from '../iota.js';
import { and } from '../logical.js';
import type { AxisOptions } from '../softmax.js';
import { type LossOptions, reduced } from './loss.js';

/** Options of a loss of rows with labels. */
export interface LabelledLossOptions extends AxisOptions, LossOptions {
  /** A label whose rows count for nothing, in the mean neither. */
  readonly ignoreIndex?: number;
}

/** Throws unless there is one int32 label for each row of `x` along `axis`; `what` is `x` to the user. */
export function checkLabels(op: string, what: string, x: Node, labels: Node, axis: number): void {
  const wanted = x.shape.toSpliced(axis, 1);
  if (!sameShape(labels.shape, wanted)) {
    throw new ShapeError(
      `${op}: ${what} ${showShape(x.shape)} over axis ${axis} want labels ${showShape(wanted)}, got ${showShape(labels.shape)}.`,
      { op },
    );
  }
  if (labels.dtype !== 'int32') {
    throw new DtypeError(`${op}: the labels are ${labels.dtype}; they must be int32. Cast them: cast(labels, 'int32').`, { op });
  }
}

/** The element of each row that its label names, found by comparing it with an index and not by a gather: one pass over the row. */
export function labelled(x: Node, labels: Node, axis: number): Node {
  const hit = eq(iotaOn(x.graph, x.shape, axis), reshapeTo(labels, x.shape.with(axis, 1)));
  return sum(where(hit, x, 0), { axis });
}

/** One loss of the rows' losses, NaN where a label names none of the classes, 0 where it is to be ignored. */
export function reducedRows(
  rows: Node,
  labels: Node,
  classes: Node['shape'][number],
  { reduction, ignoreIndex }: LabelledLossOptions,
): Node {
  const known = and(ge(labels, 0), lt(labels, labels.graph.splat(classes, [], 'int32')));
  const checked = where(known, rows, NaN);
  if (ignoreIndex === undefined) return reduced(checked, reduction);
  const counts = ne(labels, ignoreIndex);
  const kept = where(counts, checked, 0);
  return reduction === 'mean' ? div(sum(kept), sum(cast(counts, kept.dtype))) : reduced(kept, reduction);
}
