import {
  type DimLike,
  graphOf,
  type Node,
  nodeOf,
  normaliseAxes,
  normaliseAxis,
  type Operand,
  optionsOf,
  quoteDim,
  reshapeTo,
  resolveReshape,
  ShapeError,
  sameDim,
  showShape,
  withOp,
} from '@tapegrad/core';

/**
 * The same elements in the same row-major order under another shape, in which one -1 stands for what is left, and names may stand.
 * Throws `ShapeError` where the elements do not fit.
 *
 * @formula y has the elements of x in row-major order
 * @derivative x̄ = ȳ in the shape of x
 * @example
 * const rows = reshape(images, ['batch', -1]); // [batch, 28, 28] gives [batch, 784]
 */
export const reshape = withOp(reshapeTo, (x: Operand, shape: readonly DimLike[]): Node => {
  const graph = graphOf('reshape', [x]);
  const node = nodeOf(x, graph);
  return reshapeTo(node, resolveReshape('reshape', node.shape, shape));
});

/**
 * Drops axes of size 1: those of `axis`, or all unless said. Throws `ShapeError` where an axis to be dropped has another size.
 *
 * @formula y = x without axes of size 1
 * @derivative x̄ = ȳ in the shape of x
 * @example
 * const row = squeeze(x, { axis: 0 }); // [1, 10] gives [10]
 */
export const squeeze = withOp(reshapeTo, (x: Operand, options?: { axis?: number | readonly number[] }): Node => {
  const { axis } = optionsOf('squeeze', options, { axis: undefined });
  const graph = graphOf('squeeze', [x]);
  const node = nodeOf(x, graph);
  const ones = node.shape.flatMap((size, i) => (sameDim(size, 1) ? [i] : []));
  const axes = axis === undefined ? ones : normaliseAxes('squeeze', axis, node.shape.length);
  const longer = axes.find((i) => !sameDim(node.shape[i]!, 1));
  if (longer !== undefined) {
    throw new ShapeError(
      `squeeze: axis ${longer} of ${showShape(node.shape)} has size ${quoteDim(node.shape[longer]!)}; only axes of size 1 can be dropped.`,
      { op: 'squeeze' },
    );
  }
  return reshapeTo(
    node,
    node.shape.filter((_, i) => !axes.includes(i)),
  );
});

/**
 * Adds an axis of size 1, which is `axis` of the result; a negative one counts from its back. Throws `ShapeError` where there is no such axis.
 *
 * @formula y = x with an axis of size 1
 * @derivative x̄ = ȳ in the shape of x
 * @example
 * const column = unsqueeze(x, { axis: -1 }); // [10] gives [10, 1]
 */
export const unsqueeze = withOp(reshapeTo, (x: Operand, options: { axis: number }): Node => {
  const { axis } = optionsOf('unsqueeze', options, { axis: undefined });
  const graph = graphOf('unsqueeze', [x]);
  const node = nodeOf(x, graph);
  return reshapeTo(node, node.shape.toSpliced(normaliseAxis('unsqueeze', axis, node.shape.length + 1), 0, 1));
});
