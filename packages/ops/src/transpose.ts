import {
  graphOf,
  isConstant,
  linear,
  type Node,
  nodeOf,
  normaliseAxis,
  type Operand,
  ShapeError,
  showShape,
  withOp,
} from '@tapegrad/core';

interface TransposeAttrs {
  /** Axis `i` of the result is axis `axes[i]` of the input. */
  readonly axes: readonly number[];
}

function inverse(axes: readonly number[]): number[] {
  return axes.map((_, i) => axes.indexOf(i));
}

const permute = linear<TransposeAttrs>('transpose', {
  shape: ([x], { axes }) => axes.map((axis) => x!.shape[axis]!),
  adjoint: (node, g) => permuted(g, inverse(node.attrs.axes)),
  simplify: ({ inputs: [x], attrs: { axes } }) => {
    if (x!.op !== transpose.op) return null;
    const first = (x as Node<TransposeAttrs>).attrs.axes;
    return permuted(
      x!.inputs[0]!,
      axes.map((axis) => first[axis]!),
    );
  },
  lower: (k) =>
    k.load(
      0,
      inverse(k.attrs.axes).map((axis) => k.at[axis]!),
    ),
});

function permuted(x: Node, axes: readonly number[]): Node {
  if (axes.every((axis, i) => axis === i)) return x;
  if (!isConstant(x)) return permute(x, { axes });
  return x.graph.splat(
    x.attrs.value,
    axes.map((axis) => x.shape[axis]!),
    x.dtype,
  );
}

/**
 * Reorders axes: axis `i` of the result is axis `axes[i]` of `x`; all are reversed unless said. Negative axes count from the back.
 * Throws `ShapeError` unless `axes` names each axis once.
 *
 * @formula Y = Xᵀ, or axis i of y = axis axes[i] of x
 * @derivative x̄ = ȳ with the axes put back
 * @example
 * const channelsFirst = transpose(images, [0, 3, 1, 2]); // [n, h, w, c] gives [n, c, h, w]
 */
export const transpose = withOp(permute, (x: Operand, axes?: readonly number[]): Node => {
  const graph = graphOf('transpose', [x]);
  const node = nodeOf(x, graph);
  const rank = node.shape.length;
  const order = axes?.map((axis) => normaliseAxis('transpose', axis, rank)) ?? node.shape.map((_, i) => rank - 1 - i);
  if (order.length !== rank || new Set(order).size !== rank) {
    throw new ShapeError(
      `transpose: axes ${showShape(axes!)} do not reorder ${showShape(node.shape)}. Name each of its ${rank} axes once.`,
      { op: 'transpose' },
    );
  }
  return permuted(node, order);
});
