import {
  add,
  broadcastShapes,
  broadcastTo,
  countOf,
  general,
  graphOf,
  mul,
  type Node,
  nodeOf,
  type Op,
  type Operand,
  optionsOf,
  type Procedure,
  quoteDim,
  ShapeError,
  sameDim,
  sameDtype,
  showShape,
  type Value,
  withOp,
} from '@tapegrad/core';
import { neg } from './arithmetic.js';
import { matmul } from './matmul.js';
import { floats } from './support/dtypes.js';
import { orderOf, symmetrised, transposed } from './support/matrices.js';
import { tril, triu } from './triangle.js';

const choleskyOp: Op<undefined> = general<undefined>('cholesky', {
  kind: 'procedure',
  cost: 100,
  dtype: floats('cholesky'),
  shape: ([a]) => {
    orderOf('cholesky', a!);
    return a!.shape;
  },
  // dL = L·Φ(L⁻¹·dA·L⁻ᵀ) and Ā = L⁻ᵀ·Φ(Lᵀ·L̄)·L⁻¹, each symmetrised; Φ is the lower triangle with half its diagonal.
  jvp: (node, [da]) => {
    if (!da) return null;
    const l = node as Node;
    const half = solved(l, symmetrised(da));
    return matmul(l, lowerHalf(solved(l, transposed(half))));
  },
  vjp: (node, g) => {
    const l = node as Node;
    const half = solved(l, lowerHalf(matmul(transposed(l), g)), { transpose: true });
    return symmetrised(transposed(solved(l, transposed(half), { transpose: true })));
  },
  procedure: (p, node) => {
    const n = node.shape.at(-1) as number;
    const batch = countOf(node.shape.slice(0, -2));
    p.for(batch, (matrix) => factorise(p, node as Node, matrix.mul(n * n), n), { parallel: true });
  },
}).op;

/** Column by column, each from the columns before it; a pivot that is not positive makes NaN of all that follows from it. */
function factorise(p: Procedure, { dtype }: Node, start: Value, n: number): void {
  const at = (i: Value, j: Value): Value => start.add(i.mul(n)).add(j);
  const reduced = (i: Value, j: Value): Value => {
    const mean = p
      .load(0, dtype, at(i, j))
      .add(p.load(0, dtype, at(j, i)))
      .mul(0.5);
    const rest = p.variable(mean);
    p.for(j, (k) => rest.set(rest.value.sub(p.load(1, dtype, at(i, k)).mul(p.load(1, dtype, at(j, k))))));
    return rest.value;
  };
  p.for(n, (j) => {
    p.for(j, (i) => p.store(1, at(i, j), p.literal(0, dtype)), { parallel: true });
    const pivot = reduced(j, j);
    const root = pivot.gt(0).select(pivot.sqrt(), NaN);
    p.store(1, at(j, j), root);
    p.for(
      p.literal(n - 1).sub(j),
      (step) => {
        const i = j.add(1).add(step);
        p.store(1, at(i, j), reduced(i, j).div(root));
      },
      { parallel: true },
    );
  });
}

/** Φ: the lower triangle with half its diagonal. */
function lowerHalf(x: Node): Node {
  return mul(add(tril(x), tril(x, { k: -1 })), 0.5);
}

/**
 * The lower triangular L with `L·Lᵀ = ½(A + Aᵀ)`, for symmetric positive definite matrices `[…, n, n]`; zeros above the diagonal. Where a
 * matrix is not positive definite, L is NaN from the failing column on. The number n may be a name.
 *
 * Throws `ShapeError` for what is not square, `DtypeError` for what is no float.
 * Derivatives: Murray, "Differentiation of the Cholesky decomposition", 2016.
 *
 * @formula A = L·Lᵀ, L lower triangular with a positive diagonal
 * @derivative Ā = sym(L⁻ᵀ · Φ(Lᵀ·L̄) · L⁻¹), Φ the lower triangle with its diagonal halved
 * @example
 * const sample = matmul(cholesky(covariance), noise);
 */
export const cholesky = withOp(choleskyOp, (a: Operand): Node => {
  const node = nodeOf(a, graphOf('cholesky', [a]));
  return node.graph.append(choleskyOp, [node], undefined) as Node;
});

/** Which triangle of the matrix {@link triangularSolve} reads, and how. */
export interface TriangularSolveOptions {
  /** Is the lower triangle of `a` meant, or the upper one? The lower unless said; the other is never read. */
  readonly lower?: boolean;
  /** Solves `aᵀ·x = b` instead. */
  readonly transpose?: boolean;
  /** Takes the diagonal of `a` to be 1 without reading it. */
  readonly unitDiagonal?: boolean;
}

type SolveAttrs = Required<TriangularSolveOptions>;

const solveOp: Op<SolveAttrs> = general<SolveAttrs>('triangularSolve', {
  kind: 'procedure',
  cost: 100,
  dtype: floats('triangularSolve'),
  shape: ([, b]) => b!.shape,
  // op(A)·dX = dB - op(dA)·X; B̄ = op(A)⁻ᵀ·X̄, and Ā = -B̄·Xᵀ, or -X·B̄ᵀ for the transposed system.
  jvp: (node, [da, db]) => {
    const [a] = node.inputs as [Node, Node];
    const pushed = da && neg(matmul(turned(meant(da, node.attrs), node.attrs), node as Node));
    const drive = pushed && db ? add(pushed, db) : (pushed ?? db);
    return drive ? solve(a, drive, node.attrs) : null;
  },
  vjp: (node, g, i) => {
    const [a] = node.inputs as [Node, Node];
    const back = solve(a, g, { ...node.attrs, transpose: !node.attrs.transpose });
    if (i === 1) return back;
    const [left, right] = node.attrs.transpose ? [node as Node, back] : [back, node as Node];
    return meant(neg(matmul(left, transposed(right))), node.attrs);
  },
  procedure: (p, node) => {
    const [n, columns] = node.shape.slice(-2) as [number, number];
    const batch = countOf(node.shape.slice(0, -2));
    p.for(
      batch,
      (matrix) =>
        p.for(columns, (column) => substitute(p, node, matrix.mul(n * n), matrix.mul(n * columns).add(column)), {
          parallel: true,
        }),
      { parallel: true },
    );
  },
}).op;

/** One column of the right side, from the row that has one unknown on. */
function substitute(p: Procedure, { attrs, dtype, shape }: Node<SolveAttrs>, matrix: Value, column: Value): void {
  const [n, columns] = shape.slice(-2) as [number, number];
  const ofA = (i: Value, j: Value): Value => {
    const [row, other] = attrs.transpose ? [j, i] : [i, j];
    return p.load(0, dtype, matrix.add(row.mul(n)).add(other));
  };
  const at = (i: Value): Value => column.add(i.mul(columns));
  const forwards = attrs.lower !== attrs.transpose;
  const rowOf = (step: Value): Value => (forwards ? step : p.literal(n - 1).sub(step));
  p.for(n, (step) => {
    const i = rowOf(step);
    const rest = p.variable(p.load(1, dtype, at(i)));
    p.for(step, (known) => {
      const j = rowOf(known);
      rest.set(rest.value.sub(ofA(i, j).mul(p.load(2, dtype, at(j)))));
    });
    p.store(2, at(i), attrs.unitDiagonal ? rest.value : rest.value.div(ofA(i, i)));
  });
}

/** The triangle of `a` that the system is about. */
function meant(a: Node, { lower, unitDiagonal }: SolveAttrs): Node {
  const inset = unitDiagonal ? 1 : 0;
  return lower ? tril(a, { k: 0 - inset }) : triu(a, { k: inset });
}

function turned(a: Node, { transpose: turn }: SolveAttrs): Node {
  return turn ? transposed(a) : a;
}

function solve(a: Node, b: Node, attrs: SolveAttrs): Node {
  return a.graph.append(solveOp, [a, b], attrs) as Node;
}

/** L⁻¹·b, or L⁻ᵀ·b. */
function solved(l: Node, b: Node, { transpose: turn = false } = {}): Node {
  return solve(l, b, { lower: true, transpose: turn, unitDiagonal: false });
}

/**
 * The x with `a·x = b` for a triangular `a`: `[…, n, n]` and `[…, n, m]` give `[…, n, m]`; leading axes broadcast, dtypes promote. A zero on
 * the diagonal gives Infinity or NaN, as division does.
 *
 * Throws `ShapeError` where `a` is not square or `b` has another number of rows, `DtypeError` for what is no float.
 * Derivatives: Giles, "An extended collection of matrix derivative results for forward and reverse mode algorithmic differentiation", 2008.
 *
 * @formula X = A⁻¹·B
 * @derivative B̄ = A⁻ᵀ·X̄, Ā = −B̄·Xᵀ in the triangle that A has
 * @example
 * const whitened = triangularSolve(cholesky(covariance), x);
 */
export const triangularSolve = withOp(solveOp, (a: Operand, b: Operand, options?: TriangularSolveOptions): Node => {
  const attrs = optionsOf('triangularSolve', options, { lower: true, transpose: false, unitDiagonal: false });
  const [x, y] = sameDtype('triangularSolve', [a, b]) as [Node, Node];
  const n = orderOf('triangularSolve', x);
  if (y.shape.length < 2 || !sameDim(y.shape.at(-2)!, n)) {
    throw new ShapeError(
      `triangularSolve: ${showShape(x.shape)} needs a right side of ${quoteDim(n)} rows, not ${showShape(y.shape)}. Its shape is […, n, m].`,
      { op: 'triangularSolve' },
    );
  }
  const batch = broadcastShapes('triangularSolve', x.shape.slice(0, -2), y.shape.slice(0, -2));
  const matrices = broadcastTo(x, [...batch, n, n]);
  return solve(matrices, broadcastTo(y, [...batch, n, y.shape.at(-1)!]), attrs);
});
