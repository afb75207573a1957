import { ShapeError } from '../errors.js';
import type { Node } from '../graph/node.js';
import { publicCall } from '../graph/public-call.js';
import { onesLike } from '../primitives/forms.js';
import { showShape } from '../tensor/shape.js';
import { forward } from './forward.js';
import { checkEnds, checkSeeds, label, onStable } from './prepare.js';
import { sweep } from './sweep.js';

/**
 * Reverse mode: the cotangents of `inputs`, given those of `outputs`; for a loss with cotangent 1, its gradients. Each input is a variable of
 * its own, an intermediate node too: what it is computed from counts only where the outputs depend on that in another way. An input that
 * the outputs do not depend on gets zeros.
 *
 * Each cotangent has the shape and dtype of its output, each result those of its input.
 * Throws `DtypeError` where a node is not float, `ShapeError` where a cotangent does not fit, `DerivativeError` for empty lists and ops
 * without derivative.
 *
 * @example
 * const [dx, dw] = vjp([y], [x, w], [dy]);
 */
export function vjp(outputs: readonly Node[], inputs: readonly Node[], cotangents: readonly Node[]): Node[] {
  return publicCall(vjp, () => {
    checkEnds('vjp', outputs, inputs);
    checkSeeds('vjp', 'cotangent', outputs, cotangents);
    return onStable(outputs, inputs, (ys, xs) => sweep(ys, xs, cotangents));
  });
}

/**
 * Forward mode: the tangents of `outputs`, the directional derivatives along `tangents` of `inputs`. Inputs are variables as in `vjp`; an
 * input given twice moves by the sum of its tangents.
 *
 * Each tangent has the shape and dtype of its input, each result those of its output. Throws as `vjp` does.
 *
 * @example
 * const [dy] = jvp([y], [x], [v]); // the derivative of y along v
 */
export function jvp(outputs: readonly Node[], inputs: readonly Node[], tangents: readonly Node[]): Node[] {
  return publicCall(jvp, () => {
    checkEnds('jvp', outputs, inputs);
    checkSeeds('jvp', 'tangent', inputs, tangents);
    return onStable(outputs, inputs, (ys, xs) => forward(ys, xs, tangents));
  });
}

/**
 * The gradients of a scalar by nodes: an array for an array, a node for a node. They are ordinary nodes, and can be differentiated again.
 * Inputs are variables as in `vjp`.
 *
 * Each gradient has the shape and dtype of its node. Throws `ShapeError` where the loss is no scalar, and as `vjp` does.
 *
 * @example
 * const [dw, db] = grad(loss, [w, b]);
 */
export function grad(loss: Node, nodes: readonly Node[]): Node[];
export function grad(loss: Node, node: Node): Node;
export function grad(loss: Node, nodes: Node | readonly Node[]): Node | Node[] {
  return publicCall(grad, () => {
    const inputs = isList(nodes) ? nodes : [nodes];
    checkEnds('grad', [loss], inputs);
    checkScalar('grad', loss);
    const gradients = onStable([loss], inputs, (ys, xs) => sweep(ys, xs, [onesLike(loss)]));
    return isList(nodes) ? gradients : gradients[0]!;
  });
}

export function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}

export function checkScalar(name: string, loss: Node): void {
  if (loss.shape.length === 0) return;
  throw new ShapeError(
    `${name}: the loss ${label(loss)} has shape ${showShape(loss.shape)}; it must be a scalar. Take its sum or mean, or use vjp.`,
    { op: name },
  );
}
