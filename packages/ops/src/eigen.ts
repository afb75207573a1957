import { asPublic, mul, multiplyDims, type Node, type Operand, type Procedure, sum, type Value, where } from '@tapegrad/core';
import { div, sub } from './arithmetic.js';
import { matmul } from './matmul.js';
import { unsqueeze } from './reshape.js';
import { decomposition, epsilonOf, type Matrix, part, range } from './support/decomposition.js';
import { onDiagonal, squareMatricesOf, symmetrised, transposed } from './support/matrices.js';

/** More than any matrix takes: each sweep squares what is left, and a few suffice. */
const SWEEPS = 40;

/** Visits all pairs of `n` columns, sweep after sweep, and turns those that are not orthogonal, until all are. */
export function sweepPairs(
  p: Procedure,
  n: number,
  visit: (i: Value, j: Value) => { readonly isOrthogonal: Value; readonly turn: () => void },
): void {
  const turned = p.variable(p.literal(1));
  const pair = (i: Value, j: Value): void => {
    const { isOrthogonal, turn } = visit(i, j);
    p.if(isOrthogonal.apply('not'), () => {
      turned.set(1);
      turn();
    });
  };
  p.for(SWEEPS, () => {
    p.if(turned.value.ne(0), () => {
      turned.set(0);
      p.for(n, (i) => range(p, [i.add(1), n], (j) => pair(i, j)));
    });
  });
}

/**
 * Eigenvectors and eigenvalues of ½(A + Aᵀ): `[…, 2n, n]`. The upper half has the vectors as its columns, the lower one the values on its
 * diagonal, ascending. By cyclic Jacobi rotations, which keep the relative accuracy of small eigenvalues where the matrix has it: Golub and
 * Van Loan, "Matrix Computations", 4th edition, 2013, section 8.5; Demmel and Veselić, "Jacobi's method is more accurate than QR", 1992.
 */
const jacobi = decomposition('jacobi', {
  packed: (n) => [multiplyDims(n, 2), n],
  each: (p, a, vectors, { rows: n, dtype }) => {
    const s = vectors.from(n);
    const [zero, one] = [p.literal(0, dtype), p.literal(1, dtype)];
    const half = (i: Value, j: Value): Value => a.get(i, j).mul(0.5);
    const prepare = (i: Value, j: Value): void => {
      vectors.set(i, j, i.eq(j).select(one, zero));
      s.set(i, j, half(i, j).add(half(j, i)));
    };
    p.for(n, (i) => p.for(n, (j) => prepare(i, j)), { parallel: true });
    sweepPairs(p, n, (i, j) => {
      const limit = s.get(i, i).apply('abs').sqrt().mul(s.get(j, j).apply('abs').sqrt()).mul(epsilonOf(dtype));
      return { isOrthogonal: s.get(i, j).apply('abs').le(limit), turn: () => annihilate(p, { s, vectors, i, j, n }) };
    });
    p.for(n, (i) => {
      const least = p.variable(i);
      range(p, [i.add(1), n], (j) => p.if(s.get(j, j).lt(s.get(least.value, least.value)), () => least.set(j)));
      p.if(least.value.ne(i), () => {
        s.swap([i, i], [least.value, least.value]);
        p.for(n, (row) => vectors.swap([row, i], [row, least.value]), { parallel: true });
      });
    });
  },
});

/** Cosine and sine of the rotation that makes the element between two axes 0, and the tangent, of at most 45 degrees. */
export function rotation(p: Procedure, cotangentOfDouble: Value): { cosine: Value; sine: Value; tangent: Value } {
  const size = cotangentOfDouble.apply('abs');
  const one = p.literal(1, size.type);
  const steep = one.div(size.add(size.apply('hypot', 1)));
  const tangent = cotangentOfDouble.lt(0).select(steep.apply('neg'), steep);
  const cosine = one.div(tangent.apply('hypot', 1));
  return { cosine, sine: cosine.mul(tangent), tangent };
}

/** Turns the elements of two columns of one row. */
export function turnColumns(m: Matrix, row: Value, [i, j]: readonly [Value, Value], by: { cosine: Value; sine: Value }): void {
  const [x, y] = [m.get(row, i), m.get(row, j)];
  m.set(row, i, by.cosine.mul(x).sub(by.sine.mul(y)));
  m.set(row, j, by.sine.mul(x).add(by.cosine.mul(y)));
}

interface Pair {
  readonly s: Matrix;
  readonly vectors: Matrix;
  readonly i: Value;
  readonly j: Value;
  readonly n: number;
}

function annihilate(p: Procedure, { s, vectors, i, j, n }: Pair): void {
  const [x, y, between] = [s.get(i, i), s.get(j, j), s.get(i, j)];
  const by = rotation(p, y.sub(x).mul(0.5).div(between));
  const moved = by.tangent.mul(between);
  s.set(i, i, x.sub(moved));
  s.set(j, j, y.add(moved));
  // NaN stays NaN.
  const zero = between.mul(0);
  s.set(i, j, zero);
  s.set(j, i, zero);
  const turnRow = (k: Value): void => {
    turnColumns(vectors, k, [i, j], by);
    p.if(k.ne(i).and(k.ne(j)), () => {
      turnColumns(s, k, [i, j], by);
      s.set(i, k, s.get(k, i));
      s.set(j, k, s.get(k, j));
    });
  };
  p.for(n, turnRow, { parallel: true });
}

/** Vᵀ·dS·V: the tangent of the symmetric part, in the basis of the eigenvectors. */
function inBasis(vectors: Node, da: Node): Node {
  return matmul(transposed(vectors), matmul(symmetrised(da), vectors));
}

// dλ = diag(Vᵀ·dS·V).
const valuesPart = part('eigenvalues', {
  shape: (n) => [n],
  at: ([i], { rows }) => [i!.plus(rows), i!],
  tangent: ({ inputs: [a, work] }, da) => {
    const vectors = vectorsPart(a!, work!);
    return sum(mul(vectors, matmul(symmetrised(da), vectors)), { axis: -2 });
  },
});

// dV = V·(F∘(Vᵀ·dS·V)), F(i, j) = 1 / (λ(j) - λ(i)), 0 on the diagonal.
const vectorsPart = part('eigenvectors', {
  shape: (n) => [n, n],
  at: ([i, j]) => [i!, j!],
  tangent: (node, da) => {
    const [a, work] = node.inputs as [Node, Node];
    return matmul(node, overGaps(inBasis(node, da), valuesPart(a, work)));
  },
});

/** Each element (i, j) over λ(j) - λ(i), with zeros on the diagonal. */
export function overGaps(x: Node, values: Node): Node {
  const gap = sub(unsqueeze(values, { axis: -2 }), unsqueeze(values, { axis: -1 }));
  const same = onDiagonal(x.graph, values.shape.at(-1)!);
  return where(same, 0, div(x, where(same, 1, gap)));
}

/**
 * Eigenvalues and eigenvectors of the symmetric matrices ½(A + Aᵀ), for `a` of shape `[…, n, n]`: `values`, `[…, n]`, ascending, and
 * `vectors`, `[…, n, n]`, orthonormal, one a column, each with a sign of no meaning. The accuracy is that of the dtype relative to the greatest
 * eigenvalue, and often better.
 *
 * Where eigenvalues are equal, their vectors are any orthonormal ones and have no derivative: it is infinite or NaN, unless nothing depends
 * on them. The first derivatives of the values are finite everywhere; second ones need values that differ.
 *
 * Throws `ShapeError` for what is not square, `DtypeError` for what is no float.
 * Derivatives: Giles, "An extended collection of matrix derivative results for forward and reverse mode algorithmic differentiation", 2008.
 *
 * @formula A = V·Λ·Vᵀ, Vᵀ·V = 1
 * @derivative dλ = diag(Vᵀ·dA·V), dV = V·(F ∘ Vᵀ·dA·V), Fᵢⱼ = 1/(λⱼ − λᵢ)
 * @example
 * const { values, vectors } = eigh(covariance);
 */
export const eigh = asPublic('eigh', (a: Operand): { values: Node; vectors: Node } => {
  const node = squareMatricesOf('eigh', a);
  const work = jacobi(node);
  return { values: valuesPart(node, work), vectors: vectorsPart(node, work) };
});

/**
 * The eigenvalues of the symmetric matrices ½(A + Aᵀ), ascending: `[…, n, n]` gives `[…, n]`. As `values` of {@link eigh}, whose errors,
 * derivatives and accuracy it has.
 *
 * @formula λ ascending, det(½(A + Aᵀ) − λ·1) = 0
 * @derivative Ā = V·diag(λ̄)·Vᵀ
 * @example
 * const spread = max(eigvalsh(covariance));
 */
export const eigvalsh = asPublic('eigvalsh', (a: Operand): Node => {
  const node = squareMatricesOf('eigvalsh', a);
  return valuesPart(node, jacobi(node));
});
