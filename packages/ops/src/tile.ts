import {
  asPublic,
  broadcastTo,
  graphOf,
  multiplyDims,
  type Node,
  nodeOf,
  normaliseAxis,
  type Operand,
  optionsOf,
  reshapeTo,
  ShapeError,
  showShape,
} from '@tapegrad/core';

function checkCounts(op: string, counts: readonly number[]): void {
  if (counts.every((count) => Number.isInteger(count) && count >= 0)) return;
  throw new ShapeError(`${op}: counts ${showShape(counts)}; give whole numbers of at least 0.`, { op });
}

/**
 * The whole of `x` laid `counts[i]` times along axis `i`, as NumPy does: the shorter of shape and counts is filled up with 1 in front. Throws
 * `ShapeError` for counts that are no whole numbers of at least 0.
 *
 * @formula y[i] = x[i mod n]
 * @derivative x̄[i] = the sum of its copies in ȳ
 * @example
 * const board = tile(square, [4, 4]); // [2, 2] gives [8, 8]
 */
export const tile = asPublic('tile', (x: Operand, counts: readonly number[]): Node => {
  checkCounts('tile', counts);
  const graph = graphOf('tile', [x]);
  const node = nodeOf(x, graph);
  const rank = Math.max(node.shape.length, counts.length);
  const shape = [...Array<number>(rank - node.shape.length).fill(1), ...node.shape];
  const times = [...Array<number>(rank - counts.length).fill(1), ...counts];
  const apart = reshapeTo(
    node,
    shape.flatMap((size) => [1, size]),
  );
  const laid = broadcastTo(
    apart,
    shape.flatMap((size, i) => [times[i]!, size]),
  );
  return reshapeTo(
    laid,
    shape.map((size, i) => multiplyDims(size, times[i]!)),
  );
});

/**
 * Each element of an axis `count` times in a row. Throws `ShapeError` for a count that is no whole number of at least 0.
 *
 * @formula y[i] = x[⌊i/count⌋]
 * @derivative x̄[i] = the sum of its copies in ȳ
 * @example
 * const doubled = repeat(x, 2, { axis: 0 }); // [1, 2] gives [1, 1, 2, 2]
 */
export const repeat = asPublic('repeat', (x: Operand, count: number, options?: { axis?: number }): Node => {
  const { axis } = optionsOf('repeat', options, { axis: 0 });
  checkCounts('repeat', [count]);
  const graph = graphOf('repeat', [x]);
  const node = nodeOf(x, graph);
  const at = normaliseAxis('repeat', axis, node.shape.length);
  const apart = reshapeTo(node, node.shape.toSpliced(at + 1, 0, 1));
  const laid = broadcastTo(apart, node.shape.toSpliced(at + 1, 0, count));
  return reshapeTo(laid, node.shape.with(at, multiplyDims(node.shape[at]!, count)));
});
