import {
  asPublic,
  graphOf,
  linear,
  type Node,
  nodeOf,
  normaliseAxis,
  type Op,
  type Operand,
  ShapeError,
  sameDim,
  showShape,
  sum,
  withOp,
} from '@tapegrad/core';

interface Attrs {
  /** The axis that stays, at its place, and the one that runs along with it and goes. */
  readonly axes: readonly [kept: number, dropped: number];
}

const diagonalOp: Op<Attrs> = linear<Attrs>('diagonal', {
  shape: ([x], { axes }) => x!.shape.filter((_, axis) => axis !== axes[1]),
  adjoint: (node, g) => g.graph.append(embedDiagonalOp, [g], node.attrs) as Node,
  lower: (k) => {
    const [kept, dropped] = k.attrs.axes;
    const along = k.at[kept > dropped ? kept - 1 : kept]!;
    return k.load(0, k.at.toSpliced(dropped, 0, along));
  },
}).op;

/** Zeros but on a diagonal: the adjoint of `diagonal`, by its attrs. */
const embedDiagonalOp: Op<Attrs> = linear<Attrs>('embedDiagonal', {
  kind: 'guarded',
  shape: ([x], { axes: [kept, dropped] }) => x!.shape.toSpliced(dropped, 0, x!.shape[kept > dropped ? kept - 1 : kept]!),
  adjoint: (node, g) => g.graph.append(diagonalOp, [g], node.attrs) as Node,
  lower: (k) => {
    const [kept, dropped] = k.attrs.axes;
    const off = k.at[kept]!.minus(k.at[dropped]!);
    return k.guard([[off, 0, 1]], () => k.load(0, k.at.toSpliced(dropped, 1)), 0);
  },
}).op;

/**
 * The elements whose indices along two axes are equal: `[…, n, n]` gives `[…, n]`. The first of the two axes stays where it is. Dims may
 * be names. Throws `ShapeError` where the two sizes differ.
 *
 * @example
 * const variances = diagonal(covariance);
 */
export const diagonal = withOp(diagonalOp, (x: Operand, { axes = [-2, -1] }: { axes?: readonly [number, number] } = {}): Node => {
  const node = nodeOf(x, graphOf('diagonal', [x]));
  const [kept, dropped] = axes.map((axis) => normaliseAxis('diagonal', axis, node.shape.length)) as [number, number];
  if (kept === dropped || !sameDim(node.shape[kept]!, node.shape[dropped]!)) {
    throw new ShapeError(
      `diagonal: axes ${axes[0]} and ${axes[1]} of ${showShape(node.shape)} must be two axes of one size. Slice the longer one.`,
      { op: 'diagonal' },
    );
  }
  return node.graph.append(diagonalOp, [node], { axes: [kept, dropped] }) as Node;
});

/**
 * The sum of the diagonal of the last two axes: `[…, n, n]` gives `[…]`. Throws `ShapeError` where they differ.
 *
 * @example
 * const total = trace(matmul(a, b));
 */
export const trace = asPublic('trace', (x: Operand): Node => sum(diagonal(x), { axis: -1 }));
