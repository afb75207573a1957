import { add, GraphError, mul, type Node, type Update, where } from '@tapegrad/core';
import { eq, sub } from '@tapegrad/ops';
import { gradientsOf, type LearningRate, type LossOrGradients, paired } from './common.js';
import { OptimiserStates } from './states.js';

/** Options of {@link sgd}. */
export interface SgdOptions {
  readonly learningRate: LearningRate;
  /** How much of the last step's direction is kept, 0 … 1 (0). */
  readonly momentum?: number;
  /** Takes this part of each new gradient away before it joins the momentum (0). */
  readonly dampening?: number;
  /** Looks ahead along the momentum (false). */
  readonly nesterov?: boolean;
  /** Adds this multiple of the parameter to its gradient (0). */
  readonly weightDecay?: number;
}

/**
 * Stochastic gradient descent, with momentum as in Sutskever et al., "On the importance of initialization and momentum in deep learning",
 * 2013; the same trajectories as PyTorch's `SGD` (the first momentum buffer is the gradient, undampened).
 *
 * @example
 * const updates = sgd(loss, [w, b], { learningRate: 0.1, momentum: 0.9, nesterov: true });
 */
export function sgd(descended: LossOrGradients, parameters: readonly Node[], options: SgdOptions): Update[] {
  const { learningRate, momentum = 0, dampening = 0, nesterov = false, weightDecay = 0 } = options;
  if (nesterov && (momentum === 0 || dampening !== 0)) {
    throw new GraphError('sgd: nesterov looks ahead along an undampened momentum; give momentum above 0 and dampening 0.', {
      op: 'sgd',
    });
  }
  const gradients = gradientsOf('sgd', descended, parameters);
  const [first] = parameters;
  if (!first) return [];
  const states = new OptimiserStates('sgd', first.graph);
  for (const [parameter, gradient] of paired(parameters, gradients)) {
    const g = weightDecay === 0 ? gradient : add(gradient, mul(weightDecay, parameter));
    let direction = g;
    if (momentum !== 0) {
      const { momentum: old } = states.zeros(parameter, ['momentum']);
      const fresh = dampening === 0 ? g : where(eq(states.step, 0), g, mul(1 - dampening, g));
      const kept = add(mul(momentum, old), fresh);
      states.update(old, kept);
      direction = nesterov ? add(g, mul(momentum, kept)) : kept;
    }
    states.update(parameter, sub(parameter, mul(states.rate(learningRate, parameter.dtype), direction)));
  }
  return states.updates;
}
