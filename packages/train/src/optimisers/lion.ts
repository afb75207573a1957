import { mul, type Node, optionsOf, type Update } from '@tapegrad/core';
import { sign, sub } from '@tapegrad/ops';
import type { LearningRate, LossOrGradients } from './common.js';
import { blend, descend } from './descend.js';

/** Options of {@link lion}. */
export interface LionOptions {
  /** The length of a step in every coordinate; 3 to 10 times smaller than Adam's. */
  readonly learningRate: LearningRate;
  /** How much of the momentum is in the direction, and how much of it is kept ([0.9, 0.99]). */
  readonly betas?: readonly [number, number];
  /** How strongly weights decay, apart from the gradient (0). */
  readonly weightDecay?: number;
}

/**
 * Lion, steps by the sign of the momentum: Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023. The parameter shrinks by
 * `learningRate·weightDecay` before each step.
 *
 * @example
 * const updates = lion(loss, [w, b], { learningRate: 0.0001, weightDecay: 0.1 });
 */
export function lion(descended: LossOrGradients, parameters: readonly Node[], options: LionOptions): Update[] {
  const {
    learningRate,
    betas: [beta1, beta2],
    weightDecay,
  } = optionsOf('lion', options, { learningRate: undefined, betas: [0.9, 0.99], weightDecay: 0 });
  return descend('lion', descended, parameters, (parameter, gradient, states) => {
    const rate = states.rate(learningRate, parameter.dtype);
    const { m } = states.zeros(parameter, ['m']);
    const direction = sign(blend(m, gradient, beta1));
    states.update(m, blend(m, gradient, beta2));
    const shrunk = weightDecay === 0 ? parameter : mul(parameter, sub(1, mul(rate, weightDecay)));
    return sub(shrunk, mul(rate, direction));
  });
}
