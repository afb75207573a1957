import { add, cast, type DType, mul, type Node, type Update } from '@tapegrad/core';
import { expm1, neg } from '@tapegrad/ops';
import { gradientsOf, type LossOrGradients, paired } from './common.js';
import { OptimiserStates } from './states.js';

/** The updates of an optimiser that moves each parameter on its own: `next` gives its value after the step. */
export function descend(
  name: string,
  descended: LossOrGradients,
  parameters: readonly Node[],
  next: (parameter: Node, gradient: Node, states: OptimiserStates) => Node,
): Update[] {
  const gradients = gradientsOf(name, descended, parameters);
  const [first] = parameters;
  if (!first) return [];
  const states = new OptimiserStates(name, first.graph);
  for (const [parameter, gradient] of paired(parameters, gradients)) {
    states.update(parameter, next(parameter, gradient, states));
  }
  return states.updates;
}

/** The gradient of the loss and `decay/2` of the parameter's square. */
export function decayed(gradient: Node, parameter: Node, decay: number): Node {
  return decay === 0 ? gradient : add(gradient, mul(decay, parameter));
}

/** `beta·mean + (1 - beta)·value`. */
export function blend(mean: Node, value: Node, beta: number): Node {
  return add(mul(beta, mean), mul(1 - beta, value));
}

/** `1 - beta^count`, without the cancellation that costs float32 four digits while `beta^count` is near 1. */
export function unbiasing(beta: number, count: Node, dtype: DType): Node {
  return neg(expm1(mul(Math.log(beta), cast(count, dtype))));
}
