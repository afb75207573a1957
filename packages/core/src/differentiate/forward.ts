import { DerivativeError } from '../errors.js';
import type { Node } from '../graph/node.js';
import { between } from '../graph/replay.js';
import { add, total, zerosLike } from '../primitives/forms.js';
import { differentiable } from '../primitives/rules.js';
import { checked, derivativeOf, noRule, transpose } from './sweep.js';

/** The bare sweep of forward mode: the tangents of `outputs`, given those of `inputs`. Costs what lies between inputs and outputs. */
export function forward(outputs: readonly Node[], inputs: readonly Node[], tangents: readonly Node[]): Node[] {
  const tangent = new Map<Node, Node>();
  inputs.forEach((x, i) => {
    const given = tangent.get(x);
    tangent.set(x, given ? add(given, tangents[i]!) : tangents[i]!);
  });
  for (const node of between(inputs, outputs)) {
    const moving = node.inputs.map((x) => tangent.get(x) ?? null);
    if (!differentiable(node) || moving.every((t) => t === null)) continue;
    const t = derivativeOf(node, () => pushForward(node, moving));
    if (t) tangent.set(node, checked(t, node, `${node.op.name}: its jvp`));
  }
  return outputs.map((y) => tangent.get(y) ?? zerosLike(y));
}

/** The tangent of a node: its op's rule, or the transpose of the other rule, summed over the inputs that move. */
function pushForward(node: Node, tangents: readonly (Node | null)[]): Node | null {
  const { op } = node;
  if (op.jvp) return op.jvp(node, tangents);
  if (!op.vjp) throw new DerivativeError(noRule(node), { op: op.name });
  const rule = op.vjp.bind(op);
  const message = `${op.name}: this vjp is not linear in its cotangent; state a jvp too.`;
  return total(tangents.map((t, i) => t && transpose((g) => rule(node, g, i), node, t, message)));
}
