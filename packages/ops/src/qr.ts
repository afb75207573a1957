import {
  add,
  addDims,
  asPublic,
  type Dim,
  multiplyDims,
  type Node,
  numberOf,
  type Operand,
  type Procedure,
  type Value,
} from '@tapegrad/core';
import { sub } from './arithmetic.js';
import { triangularSolve } from './cholesky.js';
import { concat } from './concat.js';
import { matmul } from './matmul.js';
import { slice } from './slice.js';
import { decomposition, largest, type Matrix, part, range, sumOver } from './support/decomposition.js';
import { matricesOf, transposed } from './support/matrices.js';
import { tril } from './triangle.js';

/**
 * Q and R of matrices with at least as many rows as columns, by Householder reflections: `[…, m + 1, 2n]`. The left half of the first m rows
 * has R and zeros below it, the right half Q; the last row is the reflections' factors. Golub and Van Loan, "Matrix Computations", 4th edition,
 * 2013, algorithms 5.1.1 and 5.2.1. Rows of R and columns of Q are turned so that the diagonal of R is not negative.
 */
const householder = decomposition('householder', {
  packed: (m, n) => [addDims(m, 1), multiplyDims(n, 2)],
  each: (p, a, r, { rows: m, columns: n, dtype }) => {
    const q = r.from(0, n);
    const [zero, one] = [p.literal(0, dtype), p.literal(1, dtype)];
    const prepare = (i: Value, j: Value): void => {
      r.set(i, j, a.get(i, j));
      q.set(i, j, i.eq(j).select(one, zero));
    };
    p.for(m, (i) => p.for(n, (j) => prepare(i, j), { parallel: true }), { parallel: true });
    const factorAt = p.literal(m);
    p.for(n, (j) => {
      r.set(factorAt, j, reflect(p, r, j, m));
      range(p, [j.add(1), n], (k) => applyReflection(p, r, j, { to: r, column: k, m }), { parallel: true });
    });
    p.for(n, (step) => {
      const j = p.literal(n - 1).sub(step);
      range(p, [j, n], (k) => applyReflection(p, r, j, { to: q, column: k, m }), { parallel: true });
    });
    p.for(n, (j) => range(p, [j.add(1), m], (i) => r.set(i, j, zero)));
    p.for(n, (j) => {
      p.if(r.get(j, j).lt(0), () => {
        range(p, [j, n], (k) => r.set(j, k, r.get(j, k).apply('neg')));
        p.for(m, (i) => q.set(i, j, q.get(i, j).apply('neg')));
      });
    });
  },
});

/**
 * Makes column j, from the diagonal down, the vector of the reflection that maps it to the first axis, but for its first element, which is 1
 * and whose place takes the result. Gives the factor; 0 where there is nothing to reflect.
 */
function reflect(p: Procedure, r: Matrix, j: Value, m: number): Value {
  const head = r.get(j, j);
  const scale = largest(p, [j, m], head.apply('abs'), (i) => r.get(i, j));
  const factor = p.variable(p.literal(0, head.type));
  p.if(scale.ne(0), () => {
    const squares = sumOver(p, [j, m], p.literal(0, head.type), (i) => {
      const part = r.get(i, j).div(scale);
      return part.mul(part);
    });
    const length = squares.sqrt().mul(scale);
    const image = head.lt(0).select(length, length.apply('neg'));
    const first = head.sub(image);
    factor.set(first.div(image).apply('neg'));
    range(p, [j.add(1), m], (i) => r.set(i, j, r.get(i, j).div(first)), { parallel: true });
    r.set(j, j, image);
  });
  return factor.value;
}

/** Reflects a column of `to` by the vector in column j of `r`. */
function applyReflection(p: Procedure, r: Matrix, j: Value, { to, column, m }: { to: Matrix; column: Value; m: number }): void {
  const below = [j.add(1), m] as const;
  const along = sumOver(p, below, to.get(j, column), (i) => r.get(i, j).mul(to.get(i, column)));
  const back = along.mul(r.get(p.literal(m), j)).apply('neg');
  to.change(j, column, back);
  range(p, below, (i) => to.change(i, column, r.get(i, j).mul(back)));
}

/** What the tangents share: C = Qᵀ·dA·R⁻¹, dA·R⁻¹, and the skew Ω with the lower triangle of C. */
function skewPart(a: Node, work: Node, da: Node): { driven: Node; c: Node; skew: Node } {
  const driven = transposed(triangularSolve(rPart(a, work), transposed(da), { lower: false, transpose: true }));
  const c = matmul(transposed(qPart(a, work)), driven);
  const lower = tril(c, { k: -1 });
  return { driven, c, skew: sub(lower, transposed(lower)) };
}

// dQ = Q·Ω + dA·R⁻¹ - Q·C.
const qPart = part('orthogonalFactor', {
  shape: (m, n) => [m, n],
  at: ([i, j], { columns }) => [i!, j!.plus(columns)],
  tangent: (q, da) => {
    const { driven, c, skew } = skewPart(q.inputs[0]!, q.inputs[1]!, da);
    return add(driven, matmul(q, sub(skew, c)));
  },
});

// dR = (C - Ω)·R.
const rPart = part('triangularFactor', {
  shape: (_m, n) => [n, n],
  at: ([i, j]) => [i!, j!],
  tangent: (r, da) => {
    const { c, skew } = skewPart(r.inputs[0]!, r.inputs[1]!, da);
    return matmul(sub(c, skew), r);
  },
});

/** Of matrices with at least as many rows as columns. */
function tall(a: Node): { q: Node; r: Node } {
  const work = householder(a);
  return { q: qPart(a, work), r: rPart(a, work) };
}

/** The numbers of rows and columns; a matrix that is not square needs numbers. */
export function sizesOf(op: string, { shape }: Node): readonly [rows: number, columns: number] {
  return [shape.at(-2)!, shape.at(-1)!].map((size: Dim) => numberOf(size, op)) as [number, number];
}

/**
 * The thin QR decomposition of matrices `[…, m, n]`: `q`, `[…, m, k]`, with orthonormal columns, and the upper triangular `r`, `[…, k, n]`, with
 * k = min(m, n) and `q·r = a`. The diagonal of `r` is not negative, which makes both unique for full rank.
 *
 * The derivative needs the first k columns to be independent, and is infinite or NaN elsewhere. m and n must be numbers.
 * Throws `ShapeError` below two axes, `DtypeError` for what is no float.
 * Derivatives: Walter and Lehmann, "Algorithmic differentiation of linear algebra functions with application in optimum experimental design",
 * 2010.
 *
 * @formula A = Q·R, QᵀQ = 1, R upper triangular
 * @derivative dQ = Q·Ω + dA·R⁻¹ − Q·C, dR = (C − Ω)·R, C = Qᵀ·dA·R⁻¹, Ω skew with the lower triangle of C
 * @example
 * const { q, r } = qr(x);
 */
export const qr = asPublic('qr', (a: Operand): { q: Node; r: Node } => {
  const node = matricesOf('qr', a);
  const [m, n] = sizesOf('qr', node);
  if (m >= n) return tall(node);
  const leading = node.shape.slice(0, -1).map((): [] => []);
  const { q, r } = tall(slice(node, [...leading, [0, m]]));
  const rest = slice(node, [...leading, [m, n]]);
  return { q, r: concat([r, matmul(transposed(q), rest)], { axis: -1 }) };
});
