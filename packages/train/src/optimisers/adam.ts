import { add, cast, type DType, mul, type Node, type Update } from '@tapegrad/core';
import { div, expm1, neg, sqrt, square, sub } from '@tapegrad/ops';
import { gradientsOf, type LearningRate, type LossOrGradients, paired } from './common.js';
import { OptimiserStates } from './states.js';

/** Options of {@link adam} and {@link adamw}. */
export interface AdamOptions {
  readonly learningRate: LearningRate;
  /** Decay of the running means of the gradient and of its square ([0.9, 0.999]). */
  readonly betas?: readonly [number, number];
  /** Added to the root of the second mean (1e-8). */
  readonly epsilon?: number;
  /** How strongly weights decay (0; 0.01 for `adamw`). */
  readonly weightDecay?: number;
}

/**
 * Adam: Kingma & Ba, "Adam: A Method for Stochastic Optimization", 2015. Weight decay is added to the gradient. The same trajectories as
 * PyTorch's `Adam`.
 *
 * @example
 * const updates = adam(loss, [w, b], { learningRate: 0.001 });
 */
export function adam(descended: LossOrGradients, parameters: readonly Node[], options: AdamOptions): Update[] {
  const decay = options.weightDecay ?? 0;
  return adaptive('adam', descended, parameters, options, {
    gradient: (g, parameter) => (decay === 0 ? g : add(g, mul(decay, parameter))),
    parameter: (parameter) => parameter,
  });
}

/**
 * Adam with decoupled weight decay: Loshchilov & Hutter, "Decoupled Weight Decay Regularization", 2019. The parameter shrinks by
 * `learningRate·weightDecay` before each step. The same trajectories as PyTorch's `AdamW`.
 *
 * @example
 * const updates = adamw(loss, [w, b], { learningRate: 0.001, weightDecay: 0.01 });
 */
export function adamw(descended: LossOrGradients, parameters: readonly Node[], options: AdamOptions): Update[] {
  const decay = options.weightDecay ?? 0.01;
  return adaptive('adamw', descended, parameters, options, {
    gradient: (g) => g,
    parameter: (parameter, rate) => (decay === 0 ? parameter : mul(parameter, sub(1, mul(rate, decay)))),
  });
}

/** Where weight decay enters. */
interface Decay {
  gradient(g: Node, parameter: Node): Node;
  parameter(parameter: Node, rate: Node): Node;
}

function adaptive(
  name: string,
  descended: LossOrGradients,
  parameters: readonly Node[],
  options: AdamOptions,
  decay: Decay,
): Update[] {
  const { learningRate, betas: [beta1, beta2] = [0.9, 0.999], epsilon = 1e-8 } = options;
  const gradients = gradientsOf(name, descended, parameters);
  const [first] = parameters;
  if (!first) return [];
  const states = new OptimiserStates(name, first.graph);
  for (const [parameter, gradient] of paired(parameters, gradients)) {
    const rate = states.rate(learningRate, parameter.dtype);
    const g = decay.gradient(gradient, parameter);
    const { m, v } = states.zeros(parameter, ['m', 'v']);
    const mean = add(mul(beta1, m), mul(1 - beta1, g));
    const meanSquare = add(mul(beta2, v), mul(1 - beta2, square(g)));
    const count = add(states.step, 1);
    const stride = div(rate, unbiasing(beta1, count, parameter.dtype));
    const root = add(div(sqrt(meanSquare), sqrt(unbiasing(beta2, count, parameter.dtype))), epsilon);
    states.update(m, mean);
    states.update(v, meanSquare);
    states.update(parameter, sub(decay.parameter(parameter, rate), mul(stride, div(mean, root))));
  }
  return states.updates;
}

/** `1 - beta^count`, without the cancellation that costs float32 four digits while `beta^count` is near 1. */
function unbiasing(beta: number, count: Node, dtype: DType): Node {
  return neg(expm1(mul(Math.log(beta), cast(count, dtype))));
}
