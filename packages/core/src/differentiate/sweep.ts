import { DerivativeError } from '../errors.js';
import { holeLike } from '../graph/leaves.js';
import type { Node } from '../graph/node.js';
import { between, reached } from '../graph/replay.js';
import { expandAfter } from '../passes/expand.js';
import { add, zerosLike } from '../primitives/forms.js';
import { differentiable } from '../primitives/rules.js';
import { sameShape, showShape } from '../tensor/shape.js';

/**
 * The bare sweep of reverse mode: the cotangents of `inputs`, given those of `outputs`. The node list is in order already, a rule sees one
 * node and one cotangent, and null is zero. Costs what lies between inputs and outputs.
 */
export function sweep(outputs: readonly Node[], inputs: readonly Node[], cotangents: readonly Node[]): Node[] {
  const cotangent = new Map<Node, Node>();
  const send = (x: Node, g: Node): void => {
    const sent = cotangent.get(x);
    cotangent.set(x, sent ? add(sent, g) : g);
  };
  outputs.forEach((y, i) => {
    send(y, cotangents[i]!);
  });
  const path = between(inputs, outputs);
  const varies = new Set([...inputs, ...path].filter(differentiable));
  for (const node of path.reverse()) {
    const g = cotangent.get(node);
    if (!g || !varies.has(node)) continue;
    derivativeOf(node, () => {
      node.inputs.forEach((x, i) => {
        const gx = varies.has(x) ? pullBack(node, g, i) : null;
        if (gx) send(x, checked(gx, x, `${node.op.name}: its vjp by input ${i}`));
      });
    });
  }
  return inputs.map((x) => cotangent.get(x) ?? zerosLike(x));
}

/** Runs `make`; what it appends says that it is part of the derivative of `node`, and where the user made that. */
export function derivativeOf<T>(node: Node, make: () => T): T {
  const { site, from } = node.origin;
  return node.graph.making({ site, of: from ?? node, from: null, region: null }, make);
}

/** The cotangent of input `i` of a node: its op's rule, or the transpose of the other rule. */
function pullBack(node: Node, g: Node, i: number): Node | null {
  const { op } = node;
  if (op.vjp) return op.vjp(node, g, i);
  if (!op.jvp) throw new DerivativeError(noRule(node), { op: op.name });
  const rule = op.jvp.bind(op);
  const tangent = (d: Node): Node | null =>
    rule(
      node,
      node.inputs.map((_, k) => (k === i ? d : null)),
    );
  return transpose(tangent, node.inputs[i]!, g, `${op.name}: this jvp is not linear in its tangent; state a vjp too.`);
}

/** Refuses what a rule made if its type is not that of the node which it is the tangent or cotangent of. */
export function checked(derivative: Node, of: Node, rule: string): Node {
  if (sameShape(derivative.shape, of.shape) && derivative.dtype === of.dtype) return derivative;
  const show = (node: Node): string => `${node.dtype} ${showShape(node.shape)}`;
  throw new DerivativeError(`${rule} gives ${show(derivative)} for ${show(of)}; they must agree.`);
}

/** The message for a node that a derivative needs and cannot have. */
export function noRule(node: Node): string {
  return `${node.op.name}: has no derivative, as it states neither jvp nor vjp. State one, or take it out of the derivative with stopGradient.`;
}

/**
 * The transpose of a linear map, applied to `g`: the map is written out on a hole of the type of `like`, and `g` is pulled back through it
 * to the hole. The result does not depend on the hole exactly if the map is linear.
 */
export function transpose(map: (hole: Node) => Node | null, like: Node, g: Node, otherwise: string): Node | null {
  const hole = holeLike(like);
  const image = map(hole);
  if (!image) return null;
  const expanded = expandAfter([hole], [image]);
  if (between([hole], expanded).length === 0 && expanded[0] !== hole) return null;
  const [pulled] = sweep(expanded, [hole], [g]) as [Node];
  if (reached([pulled], (node) => node.id < hole.id).includes(hole)) throw new DerivativeError(otherwise);
  return pulled;
}
