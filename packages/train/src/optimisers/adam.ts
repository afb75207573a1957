import { add, mul, type Node, optionsOf, type Update } from '@tapegrad/core';
import { div, maximum, sqrt, square, sub } from '@tapegrad/ops';
import type { LearningRate, LossOrGradients } from './common.js';
import { blend, decayed, descend, unbiasing } from './descend.js';

/** Options of {@link adam} and {@link adamw}. */
export interface AdamOptions {
  /** The length of a step, about (0.001). */
  readonly learningRate?: LearningRate;
  /** Decay of the running means of the gradient and of its square ([0.9, 0.999]). */
  readonly betas?: readonly [number, number];
  /** Added to the root of the second mean (1e-8). */
  readonly epsilon?: number;
  /** How strongly weights decay (0; 0.01 for `adamw`). */
  readonly weightDecay?: number;
  /** Divides by the greatest second mean so far: Reddi et al., "On the Convergence of Adam and Beyond", 2018 (false). */
  readonly amsgrad?: boolean;
}

const DEFAULTS = { learningRate: 0.001, betas: [0.9, 0.999], epsilon: 1e-8, amsgrad: false } as const;

/**
 * Adam: Kingma & Ba, "Adam: A Method for Stochastic Optimization", 2015. Weight decay is added to the gradient. The same trajectories as
 * PyTorch's `Adam`.
 *
 * @example
 * const updates = adam(loss, [w, b], { learningRate: 0.001 });
 */
export function adam(descended: LossOrGradients, parameters: readonly Node[], options?: AdamOptions): Update[] {
  const settings = optionsOf('adam', options, { ...DEFAULTS, weightDecay: 0 });
  return adaptive('adam', descended, parameters, settings, {
    gradient: (g, parameter) => decayed(g, parameter, settings.weightDecay),
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
export function adamw(descended: LossOrGradients, parameters: readonly Node[], options?: AdamOptions): Update[] {
  const settings = optionsOf('adamw', options, { ...DEFAULTS, weightDecay: 0.01 });
  const decay = settings.weightDecay;
  return adaptive('adamw', descended, parameters, settings, {
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
  settings: Required<AdamOptions>,
  decay: Decay,
): Update[] {
  const {
    learningRate,
    betas: [beta1, beta2],
    epsilon,
    amsgrad,
  } = settings;
  return descend(name, descended, parameters, (parameter, gradient, states) => {
    const rate = states.rate(learningRate, parameter.dtype);
    const g = decay.gradient(gradient, parameter);
    const { m, v } = states.zeros(parameter, ['m', 'v']);
    const mean = states.update(m, blend(m, g, beta1));
    const meanSquare = states.update(v, blend(v, square(g), beta2));
    const count = add(states.step, 1);
    const stride = div(rate, unbiasing(beta1, count, parameter.dtype));
    const greatest = (): Node => {
      const { peak } = states.zeros(parameter, ['peak']);
      return states.update(peak, maximum(peak, meanSquare));
    };
    const spread = amsgrad ? greatest() : meanSquare;
    const root = add(div(sqrt(spread), sqrt(unbiasing(beta2, count, parameter.dtype))), epsilon);
    return sub(decay.parameter(parameter, rate), mul(stride, div(mean, root)));
  });
}
