import { type Node, ShapeError, sameShape, showShape, sum } from '@tapegrad/core';
import { mean } from '../mean.js';

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
