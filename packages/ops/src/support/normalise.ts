import { add, keptShape, mul, type Node, reshapeTo, ShapeError, sameShape, showShape } from '@tapegrad/core';
import { square, sub } from '../arithmetic.js';
import { mean } from '../mean.js';
import { rsqrt } from '../root.js';

/** `x` divided by the root of its mean square over `axes`. */
export function ofUnitSquare(x: Node, axes: readonly number[], epsilon: number): Node {
  return mul(x, rsqrt(add(mean(square(x), { axis: axes, keepDims: true }), epsilon)));
}

/** `x` with mean 0 and variance 1 over `axes`. */
export function standardised(x: Node, axes: readonly number[], epsilon: number): Node {
  return ofUnitSquare(sub(x, mean(x, { axis: axes, keepDims: true })), axes, epsilon);
}

/** A node of some axes of `x`, with axes of size 1 for the others. */
export function aligned(op: string, name: string, along: Node, x: Node, axes: readonly number[]): Node {
  const wanted = axes.map((axis) => x.shape[axis]!);
  if (sameShape(along.shape, wanted)) {
    const others = x.shape.flatMap((_, i) => (axes.includes(i) ? [] : [i]));
    return reshapeTo(along, keptShape(x.shape, others));
  }
  const which = axes.length === 1 ? `axis ${axes[0]}` : `axes ${showShape(axes)}`;
  throw new ShapeError(
    `${op}: ${name} is ${showShape(along.shape)}; along ${which} of ${showShape(x.shape)} it must be ${showShape(wanted)}.`,
    { op },
  );
}

/** `x` times a factor, plus an offset, for each place on `axes`. */
export function affine(op: string, x: Node, gamma: Node, beta: Node, axes: readonly number[]): Node {
  return add(mul(x, aligned(op, 'gamma', gamma, x, axes)), aligned(op, 'beta', beta, x, axes));
}
