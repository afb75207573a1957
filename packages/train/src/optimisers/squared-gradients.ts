import { add, cast, mul, type Node, optionsOf, type Update } from '@tapegrad/core';
import { div, maximum, sqrt, square, sub } from '@tapegrad/ops';
import type { LearningRate, LossOrGradients } from './common.js';
import { blend, decayed, descend } from './descend.js';

/** Options of {@link rmsprop}. */
export interface RmspropOptions {
  /** The length of a step, about (0.01). */
  readonly learningRate?: LearningRate;
  /** Decay of the running mean of the squared gradient (0.99). */
  readonly alpha?: number;
  /** Added to the root of that mean (1e-8). */
  readonly epsilon?: number;
  /** How much of the last step's direction is kept, 0 … 1 (0). */
  readonly momentum?: number;
  /** Divides by the deviation of the gradient, not by its root mean square (false). */
  readonly centered?: boolean;
  /** Adds this multiple of the parameter to its gradient (0). */
  readonly weightDecay?: number;
}

/**
 * RMSprop: Tieleman & Hinton, "Lecture 6.5: Divide the gradient by a running average of its recent magnitude", 2012; centred as in Graves,
 * "Generating Sequences With Recurrent Neural Networks", 2013. The same trajectories as PyTorch's `RMSprop`.
 *
 * @example
 * const updates = rmsprop(loss, [w, b], { learningRate: 0.001, momentum: 0.9 });
 */
export function rmsprop(descended: LossOrGradients, parameters: readonly Node[], options?: RmspropOptions): Update[] {
  const { learningRate, alpha, epsilon, momentum, centered, weightDecay } = optionsOf('rmsprop', options, {
    learningRate: 0.01,
    alpha: 0.99,
    epsilon: 1e-8,
    momentum: 0,
    centered: false,
    weightDecay: 0,
  });
  return descend('rmsprop', descended, parameters, (parameter, gradient, states) => {
    const g = decayed(gradient, parameter, weightDecay);
    const { v } = states.zeros(parameter, ['v']);
    const meanSquare = states.update(v, blend(v, square(g), alpha));
    const variance = (): Node => {
      const { m } = states.zeros(parameter, ['m']);
      // Rounding can leave a little less than 0.
      return maximum(sub(meanSquare, square(states.update(m, blend(m, g, alpha)))), 0);
    };
    const scaled = div(g, add(sqrt(centered ? variance() : meanSquare), epsilon));
    const kept = (): Node => {
      const { momentum: old } = states.zeros(parameter, ['momentum']);
      return states.update(old, add(mul(momentum, old), scaled));
    };
    return sub(parameter, mul(states.rate(learningRate, parameter.dtype), momentum === 0 ? scaled : kept()));
  });
}

/** Options of {@link adagrad}. */
export interface AdagradOptions {
  /** The length of the first step (0.01). */
  readonly learningRate?: LearningRate;
  /** The rate is divided by 1 + this·step (0). */
  readonly learningRateDecay?: number;
  /** What the sums of squares start from (0). */
  readonly initialAccumulatorValue?: number;
  /** Added to the root of the sum (1e-10). */
  readonly epsilon?: number;
  /** Adds this multiple of the parameter to its gradient (0). */
  readonly weightDecay?: number;
}

/**
 * Adagrad: Duchi, Hazan & Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization", 2011. The same trajectories as
 * PyTorch's `Adagrad`.
 *
 * @example
 * const updates = adagrad(loss, [w, b], { learningRate: 0.01 });
 */
export function adagrad(descended: LossOrGradients, parameters: readonly Node[], options?: AdagradOptions): Update[] {
  const { learningRate, learningRateDecay, initialAccumulatorValue, epsilon, weightDecay } = optionsOf('adagrad', options, {
    learningRate: 0.01,
    learningRateDecay: 0,
    initialAccumulatorValue: 0,
    epsilon: 1e-10,
    weightDecay: 0,
  });
  return descend('adagrad', descended, parameters, (parameter, gradient, states) => {
    const { dtype } = parameter;
    const g = decayed(gradient, parameter, weightDecay);
    const before = states.own(parameter, 'sum', { shape: parameter.shape.map(Number), value: initialAccumulatorValue });
    const total = states.update(before, add(before, square(g)));
    const rate = states.rate(learningRate, dtype);
    const slowed = (): Node => div(rate, add(1, mul(cast(states.step, dtype), learningRateDecay)));
    return sub(parameter, mul(learningRateDecay === 0 ? rate : slowed(), div(g, add(sqrt(total), epsilon))));
  });
}

/** Options of {@link adadelta}. */
export interface AdadeltaOptions {
  /** What the steps, which find their length themselves, are multiplied by (1). */
  readonly learningRate?: LearningRate;
  /** Decay of the running means of the squared gradient and of the squared step (0.9). */
  readonly rho?: number;
  /** Added to both means (1e-6). */
  readonly epsilon?: number;
  /** Adds this multiple of the parameter to its gradient (0). */
  readonly weightDecay?: number;
}

/**
 * Adadelta: Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012. The same trajectories as PyTorch's `Adadelta`.
 *
 * @example
 * const updates = adadelta(loss, [w, b]);
 */
export function adadelta(descended: LossOrGradients, parameters: readonly Node[], options?: AdadeltaOptions): Update[] {
  const { learningRate, rho, epsilon, weightDecay } = optionsOf('adadelta', options, {
    learningRate: 1,
    rho: 0.9,
    epsilon: 1e-6,
    weightDecay: 0,
  });
  return descend('adadelta', descended, parameters, (parameter, gradient, states) => {
    const g = decayed(gradient, parameter, weightDecay);
    const { v, moved } = states.zeros(parameter, ['v', 'moved']);
    const meanSquare = states.update(v, blend(v, square(g), rho));
    const step = mul(div(sqrt(add(moved, epsilon)), sqrt(add(meanSquare, epsilon))), g);
    states.update(moved, blend(moved, square(step), rho));
    return sub(parameter, mul(states.rate(learningRate, parameter.dtype), step));
  });
}
