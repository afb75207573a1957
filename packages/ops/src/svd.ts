import { add, addDims, asPublic, mul, type Node, type Operand, type Procedure, type Value } from '@tapegrad/core';
import { div, sub } from './arithmetic.js';
import { diagonal } from './diagonal.js';
import { overGaps, rotation, sweepPairs, turnColumns } from './eigen.js';
import { matmul } from './matmul.js';
import { sizesOf } from './qr.js';
import { unsqueeze } from './reshape.js';
import { decomposition, epsilonOf, largest, type Matrix, part, range, sumOver } from './support/decomposition.js';
import { matricesOf, transposed } from './support/matrices.js';

/** Magnitudes whose squares are far from overflow and underflow in any dtype; other matrices are scaled. */
const MODERATE = [2 ** -10, 2 ** 10] as const;

/**
 * Singular vectors and values of matrices with at least as many rows as columns: `[…, m + n + 1, n]`. The first m rows are U, the next n V, and
 * the last one the values, descending. By one-sided Jacobi rotations, which make the columns of A·V orthogonal: Hestenes, "Inversion of
 * matrices by biorthogonalization and related results", 1958; Golub and Van Loan, "Matrix Computations", 4th edition, 2013, section 8.6.3.
 */
const hestenes = decomposition('hestenes', {
  packed: (m, n) => [addDims(addDims(m, n), 1), n],
  each: (p, a, u, { rows: m, columns: n, dtype }) => {
    const [v, values] = [u.from(m), u.from(m + n)];
    const [zero, one, row] = [p.literal(0, dtype), p.literal(1, dtype), p.literal(0)];
    const greatest = p.variable(zero);
    p.for(m, (i) => greatest.set(largest(p, [0, n], greatest.value, (j) => a.get(i, j))));
    const size = greatest.value;
    const isModerate = size.eq(0).or(size.gt(MODERATE[0]).and(size.lt(MODERATE[1])));
    const scale = isModerate.select(one, size);
    p.for(m, (i) => p.for(n, (j) => u.set(i, j, a.get(i, j).div(scale)), { parallel: true }), { parallel: true });
    p.for(n, (i) => p.for(n, (j) => v.set(i, j, i.eq(j).select(one, zero)), { parallel: true }), { parallel: true });
    const product = (i: Value, j: Value): Value => sumOver(p, [0, m], zero, (k) => u.get(k, i).mul(u.get(k, j)));
    sweepPairs(p, n, (i, j) => {
      const [x, y, between] = [product(i, i), product(j, j), product(i, j)];
      const limit = x
        .sqrt()
        .mul(y.sqrt())
        .mul(epsilonOf(dtype) * Math.sqrt(m));
      const turn = (): void => {
        const by = rotation(p, y.sub(x).mul(0.5).div(between));
        p.for(m, (k) => turnColumns(u, k, [i, j], by), { parallel: true });
        p.for(n, (k) => turnColumns(v, k, [i, j], by), { parallel: true });
      };
      return { isOrthogonal: between.apply('abs').le(limit), turn };
    });
    p.for(n, (j) => values.set(row, j, product(j, j).sqrt()));
    descend(p, { u, v, values }, m, n);
    p.for(n, (j) => normalise(p, u, { j, length: values.get(row, j), m }));
    p.for(n, (j) => values.set(row, j, values.get(row, j).mul(scale)));
  },
});

/** Brings the greatest value and its vectors to the front, then the next, … . */
function descend(p: Procedure, { u, v, values }: { u: Matrix; v: Matrix; values: Matrix }, m: number, n: number): void {
  const row = p.literal(0);
  p.for(n, (i) => {
    const most = p.variable(i);
    range(p, [i.add(1), n], (j) => p.if(values.get(row, j).gt(values.get(row, most.value)), () => most.set(j)));
    p.if(most.value.ne(i), () => {
      values.swap([row, i], [row, most.value]);
      p.for(m, (k) => u.swap([k, i], [k, most.value]), { parallel: true });
      p.for(n, (k) => v.swap([k, i], [k, most.value]), { parallel: true });
    });
  });
}

/** Makes column j of U a unit vector; a column of zeros becomes one that is orthogonal to those before it. */
function normalise(p: Procedure, u: Matrix, { j, length, m }: { j: Value; length: Value; m: number }): void {
  const divide = (by: Value): void => p.for(m, (i) => u.set(i, j, u.get(i, j).div(by)), { parallel: true });
  p.if(
    length.ne(0),
    () => divide(length),
    () => {
      const [zero, one] = [p.literal(0, length.type), p.literal(1, length.type)];
      const chosen = leastCovered(p, u, { j, m, zero });
      p.for(m, (i) => u.set(i, j, i.eq(chosen).select(one, zero)), { parallel: true });
      // Twice: the second time takes away what the first left by rounding.
      p.for(2, () => {
        p.for(j, (k) => {
          const along = sumOver(p, [0, m], zero, (i) => u.get(i, k).mul(u.get(i, j))).apply('neg');
          p.for(m, (i) => u.change(i, j, u.get(i, k).mul(along)), { parallel: true });
        });
        divide(sumOver(p, [0, m], zero, (i) => u.get(i, j).mul(u.get(i, j))).sqrt());
      });
    },
  );
}

/** The axis of which the columns before j have the smallest part. */
function leastCovered(p: Procedure, u: Matrix, { j, m, zero }: { j: Value; m: number; zero: Value }): Value {
  const [axis, least] = [p.variable(p.literal(0)), p.variable(zero.add(Infinity))];
  p.for(m, (i) => {
    const covered = sumOver(p, [0, j], zero, (k) => u.get(i, k).mul(u.get(i, k)));
    p.if(covered.lt(least.value), () => {
      axis.set(i);
      least.set(covered);
    });
  });
  return axis.value;
}

/** dP = Uᵀ·dA·V, in a basis where the matrix is diagonal. */
function inBases(a: Node, work: Node, da: Node): Node {
  return matmul(transposed(uPart(a, work)), matmul(da, vPart(a, work)));
}

/** X over σ(j)² - σ(i)², which is taken by factors so that close values do not cancel. */
function overSquares(x: Node, s: Node): Node {
  const sums = add(unsqueeze(s, { axis: -2 }), unsqueeze(s, { axis: -1 }));
  return overGaps(div(x, sums), s);
}

function scaledColumns(x: Node, s: Node): Node {
  return mul(x, unsqueeze(s, { axis: -2 }));
}

function scaledRows(x: Node, s: Node): Node {
  return mul(x, unsqueeze(s, { axis: -1 }));
}

// dU = U·(F∘(dP·S + S·dPᵀ)) + (dA·V - U·dP)·S⁻¹.
const uPart = part('leftSingularVectors', {
  shape: (m, n) => [m, n],
  at: ([i, j]) => [i!, j!],
  tangent: (u, da) => {
    const [a, work] = u.inputs as [Node, Node];
    const s = sPart(a, work);
    const dp = inBases(a, work, da);
    const within = overSquares(add(scaledColumns(dp, s), scaledRows(transposed(dp), s)), s);
    const outside = sub(matmul(da, vPart(a, work)), matmul(u, dp));
    return add(matmul(u, within), div(outside, unsqueeze(s, { axis: -2 })));
  },
});

// dS = diag(dP).
const sPart = part('singularValues', {
  shape: (_m, n) => [n],
  at: ([i], { rows, columns }) => [i!.times(0).plus(rows + columns), i!],
  tangent: (s, da) => diagonal(inBases(s.inputs[0]!, s.inputs[1]!, da)),
});

// dV = V·(F∘(S·dP + dPᵀ·S)).
const vPart = part('rightSingularVectors', {
  shape: (_m, n) => [n, n],
  at: ([i, j], { rows }) => [i!.plus(rows), j!],
  tangent: (v, da) => {
    const [a, work] = v.inputs as [Node, Node];
    const s = sPart(a, work);
    const dp = inBases(a, work, da);
    return matmul(v, overSquares(add(scaledRows(dp, s), scaledColumns(transposed(dp), s)), s));
  },
});

/**
 * The thin singular value decomposition of matrices `[…, m, n]`: `u`, `[…, m, k]`, `s`, `[…, k]`, descending, and `vt`, `[…, k, n]`, with
 * k = min(m, n), so that `u·diag(s)·vt = a`. The columns of `u` and the rows of `vt` are orthonormal; the sign of a pair has no meaning.
 *
 * The first derivatives of values above 0 exist everywhere. Those of the vectors, and second ones, are infinite or NaN where values are equal, or
 * 0, unless nothing depends on them. m and n must be numbers.
 *
 * Throws `ShapeError` below two axes, `DtypeError` for what is no float.
 * Derivatives: Townsend, "Differentiating the singular value decomposition", 2016.
 *
 * @formula A = U·Σ·Vᵀ, UᵀU = VᵀV = 1, σ descending
 * @derivative dσ = diag(Uᵀ·dA·V); those of U and V as Townsend states them
 * @example
 * const { u, s, vt } = svd(x);
 */
export const svd = asPublic('svd', (a: Operand): { u: Node; s: Node; vt: Node } => {
  const node = matricesOf('svd', a);
  const [m, n] = sizesOf('svd', node);
  const tall = m >= n ? node : transposed(node);
  const work = hestenes(tall);
  const [u, s, v] = [uPart(tall, work), sPart(tall, work), vPart(tall, work)];
  return m >= n ? { u, s, vt: transposed(v) } : { u: v, s, vt: transposed(u) };
});
