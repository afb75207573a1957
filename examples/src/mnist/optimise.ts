import { adam, adamw, type Update } from 'tapegrad';
import { type Descent, descend, falling } from './descent.js';
import type { Model } from './model.js';
import type { OptimizerName } from './optimizers.js';

export interface Optimization extends Descent {
  readonly optimizer: OptimizerName;
}

/** The updates that train a model. */
export function optimise(model: Model, { optimizer, ...descent }: Optimization): Update[] {
  if (optimizer === 'sgd') return descend(model, descent);
  const optimiser = optimizer === 'adam' ? adam : adamw;
  return optimiser(model.loss, model.parameters, { learningRate: falling(descent.learningRate ?? 0.003, descent.steps) });
}
