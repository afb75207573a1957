import { cast, isFloat, type Node, ShapeError, sameShape, showShape, sum, where } from '@tapegrad/core';
import { eq } from '../compare.js';
import { and } from '../logical.js';
import { mean } from '../mean.js';

/** How the losses of single elements or rows become one. */
export interface LossOptions {
  /** What is made of the single losses: their mean (unless said), their sum, or nothing. */
  readonly reduction?: 'mean' | 'sum' | 'none';
}

export function reduced(losses: Node, reduction: LossOptions['reduction'] = 'mean'): Node {
  if (reduction === 'none') return losses;
  return reduction === 'sum' ? sum(losses) : mean(losses);
}

/** Losses do not broadcast, but for scalars: [32, 1] against [32] would silently be 1024 pairs. */
export function checkPaired(op: string, x: Node, y: Node): void {
  if (sameShape(x.shape, y.shape) || x.shape.length === 0 || y.shape.length === 0) return;
  throw new ShapeError(`${op}: shapes ${showShape(x.shape)} and ${showShape(y.shape)} differ; give both the same shape.`, { op });
}

/** Labels of two classes as numbers of the dtype of what they are compared with: they may be integers or bools. */
export function asNumbers(labels: Node, x: Node): Node {
  return isFloat(labels.dtype) ? labels : cast(labels, x.dtype);
}

/** A log-probability that is to be multiplied by a weight: where the weight is 0, −Infinity counts for nothing. */
export function logWhereWeighted(weight: Node, logProbability: Node): Node {
  return where(and(eq(weight, 0), eq(logProbability, -Infinity)), 0, logProbability);
}
