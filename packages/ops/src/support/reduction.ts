import {
  type Dim,
  graphOf,
  keptShape,
  type Node,
  nodeOf,
  normaliseAxes,
  type Operand,
  optionsOf,
  type ReductionOptions,
  reshapeTo,
  ShapeError,
  showShape,
  sizeOf,
} from '@tapegrad/core';

/** The number of elements that a reduction over `axis` takes together. */
export function reducedSize(op: string, x: Node, axis: ReductionOptions['axis']): Dim {
  return sizeOf(normaliseAxes(op, axis, x.shape.length).map((i) => x.shape[i]!));
}

/** Throws `ShapeError` where there is nothing to choose from. */
export function checkNotEmpty(op: string, x: Node, axes: readonly number[]): void {
  const empty = axes.find((axis) => x.shape[axis] === 0);
  if (empty === undefined) return;
  throw new ShapeError(`${op}: axis ${empty} of ${showShape(x.shape)} has no elements, and there is no ${op} of nothing.`, {
    op,
  });
}

/** Applies `reduce`, which drops the axes, to an operand by a reduction's options. */
export function reducing(
  op: string,
  x: Operand,
  options: ReductionOptions | undefined,
  reduce: (x: Node, axes: readonly number[]) => Node,
): Node {
  const { axis, keepDims } = optionsOf(op, options, { axis: undefined, keepDims: false });
  const node = nodeOf(x, graphOf(op, [x]));
  const axes = normaliseAxes(op, axis, node.shape.length);
  const y = reduce(node, axes);
  return keepDims ? reshapeTo(y, keptShape(node.shape, axes)) : y;
}
