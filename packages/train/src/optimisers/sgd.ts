import { add, GraphError, mul, type Node, optionsOf, type Update, where } from '@tapegrad/core';
import { eq, sub } from '@tapegrad/ops';
import type { LearningRate, LossOrGradients } from './common.js';
import { decayed, descend } from './descend.js';

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
  const { learningRate, momentum, dampening, nesterov, weightDecay } = optionsOf('sgd', options, {
    learningRate: undefined,
    momentum: 0,
    dampening: 0,
    nesterov: false,
    weightDecay: 0,
  });
  if (nesterov && (momentum === 0 || dampening !== 0)) {
    throw new GraphError('sgd: nesterov looks ahead along an undampened momentum; give momentum above 0 and dampening 0.', {
      op: 'sgd',
    });
  }
  return descend('sgd', descended, parameters, (parameter, gradient, states) => {
    const g = decayed(gradient, parameter, weightDecay);
    const kept = (): Node => {
      const { momentum: old } = states.zeros(parameter, ['momentum']);
      const fresh = dampening === 0 ? g : where(eq(states.step, 0), g, mul(1 - dampening, g));
      const velocity = states.update(old, add(mul(momentum, old), fresh));
      return nesterov ? add(g, mul(momentum, velocity)) : velocity;
    };
    const direction = momentum === 0 ? g : kept();
    return sub(parameter, mul(states.rate(learningRate, parameter.dtype), direction));
  });
}
