import { add, cast, mul, type Node, optionsOf, type Update, where } from '@tapegrad/core';
import { abs, div, gt, maximum, pow, sqrt, square, sub } from '@tapegrad/ops';
import type { AdamOptions } from './adam.js';
import type { LossOrGradients } from './common.js';
import { blend, decayed, descend, unbiasing } from './descend.js';

/** Options of {@link adamax}, whose learning rate is 0.002 unless said, and of {@link radam}: those of Adam. */
export type MomentsOptions = Omit<AdamOptions, 'amsgrad'>;

/**
 * Adamax, Adam with the greatest recent gradient in place of the mean square: Kingma & Ba, "Adam: A Method for Stochastic Optimization", 2015.
 * Weight decay is added to the gradient. The same trajectories as PyTorch's `Adamax`.
 *
 * @example
 * const updates = adamax(loss, [w, b], { learningRate: 0.002 });
 */
export function adamax(descended: LossOrGradients, parameters: readonly Node[], options?: MomentsOptions): Update[] {
  const {
    learningRate,
    betas: [beta1, beta2],
    epsilon,
    weightDecay,
  } = optionsOf('adamax', options, { learningRate: 0.002, betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0 });
  return descend('adamax', descended, parameters, (parameter, gradient, states) => {
    const g = decayed(gradient, parameter, weightDecay);
    const { m, peak } = states.zeros(parameter, ['m', 'peak']);
    const mean = states.update(m, blend(m, g, beta1));
    const greatest = states.update(peak, maximum(mul(beta2, peak), add(abs(g), epsilon)));
    const rate = states.rate(learningRate, parameter.dtype);
    const stride = div(rate, unbiasing(beta1, add(states.step, 1), parameter.dtype));
    return sub(parameter, mul(stride, div(mean, greatest)));
  });
}

/** Options of {@link nadam}, whose learning rate is 0.002 unless said. */
export interface NadamOptions extends MomentsOptions {
  /** How fast the momentum grows from half of the first beta to all of it (0.004). */
  readonly momentumDecay?: number;
  /**
   * Divides the mean by what the product of the momenta up to the next step leaves of 1, as the paper and PyTorch 2 do; else the present
   * step's momentum counts twice in that product, as in PyTorch 1.13 (false).
   */
  readonly correctedProduct?: boolean;
}

/**
 * Adam with Nesterov momentum: Dozat, "Incorporating Nesterov Momentum into Adam", 2016. Weight decay is added to the gradient. The same
 * trajectories as the `NAdam` of PyTorch 1.13, or with `correctedProduct` of PyTorch 2.
 *
 * @example
 * const updates = nadam(loss, [w, b], { learningRate: 0.002 });
 */
export function nadam(descended: LossOrGradients, parameters: readonly Node[], options?: NadamOptions): Update[] {
  const {
    learningRate,
    betas: [beta1, beta2],
    epsilon,
    weightDecay,
    momentumDecay,
    correctedProduct,
  } = optionsOf('nadam', options, {
    learningRate: 0.002,
    betas: [0.9, 0.999],
    epsilon: 1e-8,
    weightDecay: 0,
    momentumDecay: 0.004,
    correctedProduct: false,
  });
  const momentumAt = (count: Node): Node => mul(beta1, sub(1, mul(0.5, pow(0.96, mul(count, momentumDecay)))));
  return descend('nadam', descended, parameters, (parameter, gradient, states) => {
    const g = decayed(gradient, parameter, weightDecay);
    const { m, v } = states.zeros(parameter, ['m', 'v']);
    const mean = states.update(m, blend(m, g, beta1));
    const meanSquare = states.update(v, blend(v, square(g), beta2));
    const count = cast(add(states.step, 1), parameter.dtype);
    const [momentum, following] = [momentumAt(count), momentumAt(add(count, 1))];
    const before = states.own(parameter, 'product', { shape: [], value: 1 });
    const product = states.update(before, mul(before, momentum));
    const root = add(sqrt(div(meanSquare, unbiasing(beta2, count, parameter.dtype))), epsilon);
    const ofGradient = div(mul(sub(1, momentum), g), sub(1, product));
    const next = mul(correctedProduct ? product : mul(product, momentum), following);
    const ofMean = div(mul(following, mean), sub(1, next));
    const rate = states.rate(learningRate, parameter.dtype);
    return sub(parameter, mul(rate, div(add(ofGradient, ofMean), root)));
  });
}

/**
 * Adam whose first steps, while the mean square says little, are plain momentum: Liu et al., "On the Variance of the Adaptive Learning Rate and
 * Beyond", 2020. Weight decay is added to the gradient. The same trajectories as PyTorch's `RAdam`.
 *
 * @example
 * const updates = radam(loss, [w, b], { learningRate: 0.001 });
 */
export function radam(descended: LossOrGradients, parameters: readonly Node[], options?: MomentsOptions): Update[] {
  const {
    learningRate,
    betas: [beta1, beta2],
    epsilon,
    weightDecay,
  } = optionsOf('radam', options, { learningRate: 0.001, betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0 });
  return descend('radam', descended, parameters, (parameter, gradient, states) => {
    const { dtype } = parameter;
    const g = decayed(gradient, parameter, weightDecay);
    const { m, v } = states.zeros(parameter, ['m', 'v']);
    const mean = states.update(m, blend(m, g, beta1));
    const meanSquare = states.update(v, blend(v, square(g), beta2));
    const count = cast(add(states.step, 1), dtype);
    const unbiased = unbiasing(beta2, count, dtype);
    const { isKnown, factor } = rectification(beta2, count, unbiased);
    const root = div(add(sqrt(meanSquare), epsilon), sqrt(unbiased));
    const direction = div(mean, unbiasing(beta1, count, dtype));
    return sub(parameter, mul(states.rate(learningRate, dtype), where(isKnown, div(mul(direction, factor), root), direction)));
  });
}

/** Is the variance of the mean square known well enough, and by what is the step corrected then? */
function rectification(beta2: number, count: Node, unbiased: Node): { isKnown: Node; factor: Node } {
  const limit = 2 / (1 - beta2) - 1;
  const length = sub(limit, mul(2, div(mul(count, sub(1, unbiased)), unbiased)));
  const isKnown = gt(length, 5);
  const safe = where(isKnown, length, 5);
  const ratio = div(mul(mul(sub(safe, 4), sub(safe, 2)), limit), mul((limit - 4) * (limit - 2), safe));
  return { isKnown, factor: sqrt(ratio) };
}
