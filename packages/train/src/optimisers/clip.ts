import { add, cast, mul, type Node, sum } from '@tapegrad/core';
import { clamp, div, minimum, sqrt, square } from '@tapegrad/ops';

/**
 * The norm of all gradients together, as one vector.
 *
 * @example
 * const length = globalNorm(grad(loss, parameters));
 */
export function globalNorm(gradients: readonly Node[]): Node {
  return sqrt(gradients.map((g) => sum(square(g))).reduce((a, b) => add(a, b)));
}

/**
 * The gradients, scaled down together where their global norm is above `limit`: by `limit / (norm + 1e-6)`, as in PyTorch's
 * `clip_grad_norm_`. Pascanu et al., "On the difficulty of training recurrent neural networks", 2013.
 *
 * @example
 * const updates = sgd(clipByGlobalNorm(grad(loss, parameters), 1), parameters, { learningRate: 0.1 });
 */
export function clipByGlobalNorm(gradients: readonly Node[], limit: number | Node): Node[] {
  if (gradients.length === 0) return [];
  const scale = minimum(div(limit, add(globalNorm(gradients), 1e-6)), 1);
  return gradients.map((g) => mul(g, cast(scale, g.dtype)));
}

/**
 * The gradients, each element held within ±`limit`; NaN stays.
 *
 * @example
 * const updates = sgd(clipByValue(grad(loss, parameters), 0.5), parameters, { learningRate: 0.1 });
 */
export function clipByValue(gradients: readonly Node[], limit: number): Node[] {
  return gradients.map((g) => clamp(g, { min: -limit, max: limit }));
}

/**
 * Each gradient, scaled down on its own where its norm is above `limit`: by `limit / (norm + 1e-6)`.
 *
 * @example
 * const updates = sgd(clipByNorm(grad(loss, parameters), 1), parameters, { learningRate: 0.1 });
 */
export function clipByNorm(gradients: readonly Node[], limit: number | Node): Node[] {
  return gradients.flatMap((g) => clipByGlobalNorm([g], limit));
}
