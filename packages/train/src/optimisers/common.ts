import { DerivativeError, GraphError, grad, isState, Node } from '@tapegrad/core';

/** A learning rate that follows the steps: given how many were made before, as a float scalar, the rate of this one. */
export type Schedule = (step: Node) => Node;

/** A number, a node (an input, say, or a state that something else updates), or a schedule. */
export type LearningRate = number | Node | Schedule;

/** What an optimiser descends: a scalar loss, or gradients made (and clipped, say) before, one for each parameter. */
export type LossOrGradients = Node | readonly Node[];

/** The gradients to descend. Throws `GraphError` for what is no state, or given twice, `DerivativeError` where there is not one gradient for each. */
export function gradientsOf(name: string, descended: LossOrGradients, parameters: readonly Node[]): readonly Node[] {
  const seen = new Set<Node>();
  for (const node of parameters) {
    if (!isState(node)) {
      throw new GraphError(
        `${name}: %${node.id} is the result of ${node.op.name}; only parameters and other state can be updated.`,
        { op: name },
      );
    }
    if (seen.has(node)) throw new GraphError(`${name}: '${node.attrs.name}' is given twice; name it once.`, { op: name });
    seen.add(node);
  }
  if (descended instanceof Node) return grad(descended, parameters);
  if (descended.length === parameters.length) return descended;
  throw new DerivativeError(
    `${name}: got ${descended.length} gradients for ${parameters.length} parameters; give one for each.`,
    { op: name },
  );
}

/** Every parameter with its gradient. */
export function* paired(
  parameters: readonly Node[],
  gradients: readonly Node[],
): Generator<readonly [parameter: Node, gradient: Node]> {
  for (const [i, parameter] of parameters.entries()) yield [parameter, gradients[i]!];
}
