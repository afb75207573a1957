import {
  add,
  addDims,
  broadcastShapes,
  broadcastTo,
  composite,
  countOf,
  general,
  type Node,
  type Op,
  type Operand,
  type Procedure,
  quoteDim,
  reshapeTo,
  ShapeError,
  sameDim,
  sameDtype,
  sameShape,
  showShape,
  type Value,
  withOp,
} from '@tapegrad/core';
import { neg } from './arithmetic.js';
import { matmul } from './matmul.js';
import { decomposition, Matrix, range } from './support/decomposition.js';
import { floats } from './support/dtypes.js';
import { batchOf, identityLike, squareMatricesOf, transposed } from './support/matrices.js';

/**
 * The triangular factors of square matrices, by Gaussian elimination with partial pivoting: `[…, n + 1, n]`. The upper triangle is U, what is
 * below it L without its diagonal of ones. Entry j of the last row is the row that row j was exchanged with before step j. Golub and Van
 * Loan, "Matrix Computations", 4th edition, 2013, algorithm 3.4.1. A column without a pivot is left as it is, with a pivot of 0.
 */
export const triangularFactors = decomposition('triangularFactors', {
  packed: (n) => [addDims(n, 1), n],
  each: (p, a, work, { rows: n, dtype }) => {
    const last = p.literal(n);
    p.for(n, (i) => p.for(n, (j) => work.set(i, j, a.get(i, j)), { parallel: true }), { parallel: true });
    p.for(n, (j) => {
      const chosen = pivotRow(p, work, j, n);
      work.set(last, j, chosen.cast(dtype));
      p.if(chosen.ne(j), () => p.for(n, (k) => work.swap([j, k], [chosen, k]), { parallel: true }));
      const pivot = work.get(j, j);
      p.if(pivot.ne(0), () => range(p, [j.add(1), n], (i) => eliminate(p, work, { i, j, pivot, n }), { parallel: true }));
    });
  },
});

/** The row, from the diagonal on, with the greatest magnitude in a column. */
function pivotRow(p: Procedure, work: Matrix, j: Value, n: number): Value {
  const row = p.variable(j);
  const greatest = p.variable(work.get(j, j).apply('abs'));
  range(p, [j.add(1), n], (i) => {
    const size = work.get(i, j).apply('abs');
    p.if(size.gt(greatest.value), () => {
      row.set(i);
      greatest.set(size);
    });
  });
  return row.value;
}

/** Takes a multiple of row j from row i, so that its element in column j would be 0; the multiple is kept there. */
function eliminate(p: Procedure, work: Matrix, { i, j, pivot, n }: { i: Value; j: Value; pivot: Value; n: number }): void {
  const factor = work.get(i, j).div(pivot);
  work.set(i, j, factor);
  range(p, [j.add(1), n], (k) => work.set(i, k, work.get(i, k).sub(factor.mul(work.get(j, k)))), { parallel: true });
}

interface SolveAttrs {
  readonly transpose: boolean;
}

const solveOp: Op<SolveAttrs> = general<SolveAttrs>('solve', {
  kind: 'procedure',
  cost: 100,
  dtype: floats('solve'),
  shape: ([, , b]) => b!.shape,
  // op(A)·dX = dB - op(dA)·X; B̄ = op(A)⁻ᵀ·X̄, and Ā = -B̄·Xᵀ, or -X·B̄ᵀ for the transposed system.
  jvp: (node, [da, , db]) => {
    const { transpose } = node.attrs;
    const pushed = da && neg(matmul(transpose ? transposed(da) : da, node as Node));
    const drive = pushed && db ? add(pushed, db) : (pushed ?? db);
    return drive ? solveBy(node.inputs[0]!, node.inputs[1]!, drive, node.attrs) : null;
  },
  vjp: (node, g, i) => {
    if (i === 1) return null;
    const { transpose } = node.attrs;
    const back = solveBy(node.inputs[0]!, node.inputs[1]!, g, { transpose: !transpose });
    if (i === 2) return back;
    const [left, right] = transpose ? [node as Node, back] : [back, node as Node];
    return neg(matmul(left, transposed(right)));
  },
  procedure: (p, node) => {
    const [n, columns] = node.shape.slice(-2) as [number, number];
    const { dtype } = node;
    const each = (k: Value): void => {
      const factors = new Matrix(p, { buffer: 1, dtype, start: k.mul((n + 1) * n), columns: n });
      const b = new Matrix(p, { buffer: 2, dtype, start: k.mul(n * columns), columns });
      const x = new Matrix(p, { buffer: 3, dtype, start: k.mul(n * columns), columns });
      p.for(columns, (column) => substitute(p, { factors, b, x, column, n, transpose: node.attrs.transpose }), {
        parallel: true,
      });
    };
    p.for(countOf(node.shape.slice(0, -2)), each, { parallel: true });
  },
}).op;

interface Column {
  readonly factors: Matrix;
  readonly b: Matrix;
  readonly x: Matrix;
  readonly column: Value;
  readonly n: number;
  readonly transpose: boolean;
}

/** One column of the right side: by L, then U; for the transposed system by Uᵀ, then Lᵀ. The exchanges of rows come first, or last. */
function substitute(p: Procedure, { factors, b, x, column, n, transpose }: Column): void {
  const backwards = (step: Value): Value => p.literal(n - 1).sub(step);
  const exchange = (i: Value): void => {
    const other = factors.get(p.literal(n), i).cast('int32');
    p.if(other.ne(i), () => x.swap([i, column], [other, column]));
  };
  const factor = (i: Value, j: Value): Value => (transpose ? factors.get(j, i) : factors.get(i, j));
  const reduced = (i: Value, bounds: readonly [Value | number, Value | number]): Value => {
    const rest = p.variable(x.get(i, column));
    range(p, bounds, (j) => rest.set(rest.value.sub(factor(i, j).mul(x.get(j, column)))));
    return rest.value;
  };
  const divided = (i: Value, value: Value, divides: boolean): void =>
    x.set(i, column, divides ? value.div(factors.get(i, i)) : value);
  p.for(n, (i) => x.set(i, column, b.get(i, column)));
  if (!transpose) p.for(n, exchange);
  p.for(n, (i) => divided(i, reduced(i, [0, i]), transpose));
  p.for(n, (step) => {
    const i = backwards(step);
    divided(i, reduced(i, [i.add(1), n]), !transpose);
  });
  if (transpose) p.for(n, (step) => exchange(backwards(step)));
}

/** The x with `a·x = b`, or `aᵀ·x = b`, by the factors of `a`, all of the same leading axes. */
export function solveBy(a: Node, factors: Node, b: Node, attrs: SolveAttrs = { transpose: false }): Node {
  return a.graph.append(solveOp, [a, factors, b], attrs) as Node;
}

/** Is this a vector for each matrix? By its shape, as in PyTorch: one axis, or the axes of `a` without the last. */
function isVector(a: Node, b: Node): boolean {
  return b.shape.length === 1 || sameShape(b.shape, a.shape.slice(0, -1));
}

/**
 * The x with `a·x = b` for square matrices `a`, `[…, n, n]`, by Gaussian elimination with partial pivoting, which all derivatives share. `b`
 * is `[…, n, m]`, leading axes broadcast; or a vector for each matrix, if it has the shape of `a` without the last axis, or one axis. Dtypes
 * promote. A singular matrix gives Infinity or NaN.
 *
 * Throws `ShapeError` where `a` is not square or `b` has another number of rows, `DtypeError` for what is no float.
 * Derivatives: Giles, "An extended collection of matrix derivative results for forward and reverse mode algorithmic differentiation", 2008.
 *
 * @formula X = A⁻¹·B
 * @derivative B̄ = A⁻ᵀ·X̄, Ā = −B̄·Xᵀ
 * @example
 * const weights = solve(matmul(transpose(x), x), matmul(transpose(x), y));
 */
export const solve = withOp(solveOp, (a: Operand, b: Operand): Node => {
  const [matrices, right] = sameDtype('solve', [a, b]) as [Node, Node];
  const n = squareMatricesOf('solve', matrices).shape.at(-1)!;
  const vectors = isVector(matrices, right);
  const columns = vectors ? reshapeTo(right, [...right.shape, 1]) : right;
  if (columns.shape.length < 2 || !sameDim(columns.shape.at(-2)!, n)) {
    throw new ShapeError(
      `solve: ${showShape(matrices.shape)} needs a right side of ${quoteDim(n)} rows, not ${showShape(right.shape)}. Its shape is […, n, m], or […, n].`,
      { op: 'solve' },
    );
  }
  const factors = triangularFactors(matrices);
  const batch = broadcastShapes('solve', batchOf(matrices), batchOf(columns));
  const x = solveBy(
    broadcastTo(matrices, [...batch, n, n]),
    broadcastTo(factors, [...batch, ...factors.shape.slice(-2)]),
    broadcastTo(columns, [...batch, n, columns.shape.at(-1)!]),
  );
  return vectors ? reshapeTo(x, x.shape.slice(0, -1)) : x;
});

/**
 * The inverses of square matrices `[…, n, n]`. Same shape out. A singular matrix gives Infinity or NaN. `solve` is faster and more accurate
 * where the inverse is only multiplied with something.
 *
 * Throws `ShapeError` for what is not square, `DtypeError` for what is no float. Derivatives as for `solve`.
 *
 * @formula Y = A⁻¹
 * @derivative Ā = −Yᵀ·Ȳ·Yᵀ
 * @example
 * const precision = inv(covariance);
 */
export const inv = composite<[Node]>('inv', {
  define: (a) => {
    const matrices = squareMatricesOf('inv', a);
    // Of all axes: one identity for two matrices of order 2 would count as a vector for each.
    return solve(matrices, broadcastTo(identityLike(matrices), matrices.shape));
  },
});
