import {
  asPublic,
  type Dim,
  graphOf,
  linear,
  type Node,
  nodeOf,
  normaliseAxis,
  numberOf,
  type Op,
  type Operand,
  optionsOf,
  ShapeError,
  sameDim,
  showShape,
  sum,
  withOp,
} from '@tapegrad/core';

interface Attrs {
  /** The axis that stays, at its place, and the one that runs along with it and goes. */
  readonly axes: readonly [kept: number, dropped: number];
  /** Their sizes in the matrix. */
  readonly sizes: readonly [kept: Dim, dropped: Dim];
}

/** Where the diagonal runs once the dropped axis is gone. */
function along([kept, dropped]: Attrs['axes']): number {
  return kept > dropped ? kept - 1 : kept;
}

function lengthOf([kept, dropped]: Attrs['sizes']): Dim {
  return sameDim(kept, dropped) ? kept : Math.min(numberOf(kept, 'diagonal'), numberOf(dropped, 'diagonal'));
}

const diagonalOp: Op<Attrs> = linear<Attrs>('diagonal', {
  shape: ([x], { axes, sizes }) => x!.shape.toSpliced(axes[1], 1).with(along(axes), lengthOf(sizes)),
  adjoint: (node, g) => g.graph.append(embedDiagonalOp, [g], node.attrs) as Node,
  lower: (k) => {
    const { axes } = k.attrs;
    return k.load(0, k.at.toSpliced(axes[1], 0, k.at[along(axes)]!));
  },
}).op;

/** Zeros but on a diagonal: the adjoint of `diagonal`, by its attrs. */
const embedDiagonalOp: Op<Attrs> = linear<Attrs>('embedDiagonal', {
  kind: 'guarded',
  shape: ([x], { axes, sizes }) => x!.shape.with(along(axes), sizes[0]).toSpliced(axes[1], 0, sizes[1]),
  adjoint: (node, g) => g.graph.append(diagonalOp, [g], node.attrs) as Node,
  lower: (k) => {
    const [kept, dropped] = k.attrs.axes;
    const off = k.at[kept]!.minus(k.at[dropped]!);
    return k.guard([[off, 0, 1]], () => k.load(0, k.at.toSpliced(dropped, 1)), 0);
  },
}).op;

/**
 * The elements whose indices along two axes are equal: `[…, m, n]` gives `[…, min(m, n)]`. The first of the two axes stays where it is, the
 * second goes. Dims may be names where both are the same. Throws `ShapeError` where the two axes are one.
 *
 * @formula yᵢ = xᵢᵢ
 * @derivative x̄ᵢᵢ = ȳᵢ, and 0 off the diagonal
 * @example
 * const variances = diagonal(covariance);
 */
export const diagonal = withOp(diagonalOp, (x: Operand, options?: { axes?: readonly [number, number] }): Node => {
  const { axes } = optionsOf('diagonal', options, { axes: [-2, -1] });
  const node = nodeOf(x, graphOf('diagonal', [x]));
  const [kept, dropped] = axes.map((axis) => normaliseAxis('diagonal', axis, node.shape.length)) as [number, number];
  if (kept === dropped) {
    throw new ShapeError(`diagonal: axes ${axes[0]} and ${axes[1]} of ${showShape(node.shape)} are one axis; it takes two.`, {
      op: 'diagonal',
    });
  }
  return node.graph.append(diagonalOp, [node], {
    axes: [kept, dropped],
    sizes: [node.shape[kept]!, node.shape[dropped]!],
  }) as Node;
});

/**
 * The sum of the diagonal of the last two axes: `[…, m, n]` gives `[…]`.
 *
 * @formula y = Σᵢ xᵢᵢ
 * @derivative x̄ = ȳ · 1
 * @example
 * const total = trace(matmul(a, b));
 */
export const trace = asPublic('trace', (x: Operand): Node => sum(diagonal(x), { axis: -1 }));
