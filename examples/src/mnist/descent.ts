import { cosineDecay, type LearningRate, sgd, type Update } from 'tapegrad';
import type { Model } from './model.js';

export interface Descent {
  /** The first rate; it falls to 0 along a cosine over `steps`. */
  readonly learningRate?: number | undefined;
  readonly steps: number;
}

/** A rate that falls to 0 over all steps. */
export function falling(rate: number, steps: number): LearningRate {
  return cosineDecay(rate, { steps: Math.max(steps, 1) });
}

/** The updates that train a model by stochastic gradient descent. */
export function descend({ loss, parameters }: Model, { learningRate = 0.15, steps }: Descent): Update[] {
  return sgd(loss, parameters, { learningRate: falling(learningRate, steps), momentum: 0.9 });
}
