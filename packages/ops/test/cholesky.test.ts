import { Graph, grad, type Node, sum } from '@tapegrad/core';
import { describe, expect, it } from 'vitest';
import { add, cholesky, matmul, mul, transpose, triangularSolve, tril, triu } from '../src/index.js';
import { checkDerivatives, expectClose, inputsOf, spread, valuesOf } from './derivatives.js';

const range = [-1, 1] as const;
const identity = (n: number) => Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => Number(i === j)));

/** A positive definite matrix made of any. */
function definite(x: Node, n: number): Node {
  const axes = x.shape.map((_, i) => i);
  return add(matmul(x, transpose(x, [...axes.slice(0, -2), ...axes.slice(-2).reverse()])), x.graph.constant(identity(n)));
}

describe('cholesky', () => {
  it.each([[[1, 1]], [[4, 4]], [[2, 3, 5, 5]], [[0, 0]], [[0, 3, 3]]])('multiplies back to a matrix of shape %j', (shape) => {
    const { inputs, feeds } = inputsOf([spread(shape, range)]);
    const a = definite(inputs[0]!, shape.at(-1)!);
    const l = cholesky(a);
    const axes = shape.map((_, i) => i);
    const back = matmul(l, transpose(l, [...axes.slice(0, -2), ...axes.slice(-2).reverse()]));
    expectClose(valuesOf(back, feeds), valuesOf(a, feeds), 'L·Lᵀ', 1e-12);
    expect(valuesOf(triu(l, { k: 1 }), feeds).every((value) => value === 0)).toBe(true);
  });

  it('takes the symmetric part', () => {
    expectClose(
      valuesOf(
        cholesky(
          new Graph({ dtype: 'float64' }).constant([
            [4, 0],
            [4, 3],
          ]),
        ),
      ),
      [2, 0, 1, Math.SQRT2],
      'cholesky',
      1e-12,
    );
  });

  it('is NaN from the failing column on, in that matrix only', () => {
    const x = new Graph().constant([
      [
        [4, 2],
        [2, 1],
      ],
      [
        [1, 0],
        [0, 1],
      ],
      [
        [-1, 0],
        [0, 1],
      ],
    ]);
    expect(valuesOf(cholesky(x))).toEqual([2, 0, 1, NaN, 1, 0, 0, 1, NaN, 0, NaN, NaN]);
  });

  it('has derivatives to third order', () => {
    const call = (x: Node) =>
      cholesky(
        add(
          x,
          x.graph.constant([
            [3, 0, 0],
            [0, 3, 0],
            [0, 0, 3],
          ]),
        ),
      );
    checkDerivatives(call, [spread([2, 3, 3], range)]);
    checkDerivatives((x) => grad(sum(mul(call(x), mul(call(x), call(x)))), x), [spread([3, 3], range)]);
  });

  it('refuses what it cannot factor', () => {
    const graph = new Graph();
    expect(() => cholesky(graph.input('x', [2, 3]))).toThrow('cholesky: takes square matrices, not [2, 3].');
    expect(() => cholesky(graph.input('i', [2, 2], 'int32'))).toThrow(
      "cholesky: got int32, wants float32 or float64. Cast it first: cast(x, 'float32').",
    );
  });
});

const options = [true, false].flatMap((lower) =>
  [true, false].flatMap((turn) => [true, false].map((unitDiagonal) => ({ lower, transpose: turn, unitDiagonal }))),
);

describe.each(options)('triangularSolve with %j', (option) => {
  const shift = [
    [2, 0, 0],
    [0, 2, 0],
    [0, 0, 2],
  ];
  const call = (a: Node, b: Node) => triangularSolve(add(a, a.graph.constant(shift)), b, option);
  const operands = [spread([3, 3], range), spread([3, 2], range, 20)];

  it('solves the system of the triangle that is meant', () => {
    const { inputs, feeds } = inputsOf(operands);
    const [a, b] = inputs as [Node, Node];
    const full = add(a, a.graph.constant(shift));
    const inset = option.unitDiagonal ? 1 : 0;
    const half = option.lower ? tril(full, { k: 0 - inset }) : triu(full, { k: inset });
    const system = option.unitDiagonal ? add(half, a.graph.constant(identity(3))) : half;
    const back = matmul(option.transpose ? transpose(system) : system, call(a, b));
    expectClose(valuesOf(back, feeds), valuesOf(b, feeds), 'a·x', 1e-12);
  });

  it('has derivatives to third order', () => {
    checkDerivatives(call, operands);
    checkDerivatives((a, b) => grad(sum(mul(call(a, b), mul(call(a, b), call(a, b)))), a), operands);
  });
});

describe('triangularSolve', () => {
  it('broadcasts leading axes, and takes named dims', () => {
    const { inputs, feeds } = inputsOf([spread([2, 1, 2, 2], [1, 2]), spread([3, 2, 1], range)]);
    const [a, b] = inputs as [Node, Node];
    const x = triangularSolve(a, b);
    expect(x.shape).toEqual([2, 3, 2, 1]);
    expectClose(valuesOf(matmul(tril(a), x), feeds), [...feeds.b!, ...feeds.b!], 'a·x', 1e-12);
    const graph = new Graph();
    const named = triangularSolve(graph.input('a', ['batch', 'n', 'n']), graph.input('b', ['n', 4]));
    expect(named.shape.join()).toBe('batch,n,4');
  });

  it('refuses a right side that does not fit', () => {
    const graph = new Graph();
    const a = graph.input('a', [3, 3]);
    expect(() => triangularSolve(a, graph.input('b', [3]))).toThrow(
      'triangularSolve: [3, 3] needs a right side of 3 rows, not [3]. Its shape is […, n, m].',
    );
    expect(() => triangularSolve(graph.input('c', [3, 4]), a)).toThrow('triangularSolve: takes square matrices, not [3, 4].');
  });
});

describe('triangles', () => {
  it('keep what lies on their side of a diagonal', () => {
    const x = new Graph().constant([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(valuesOf(tril(x))).toEqual([1, 0, 0, 4, 5, 0]);
    expect(valuesOf(tril(x, { k: 1 }))).toEqual([1, 2, 0, 4, 5, 6]);
    expect(valuesOf(tril(x, { k: -5 }))).toEqual([0, 0, 0, 0, 0, 0]);
    expect(valuesOf(triu(x))).toEqual([1, 2, 3, 0, 5, 6]);
    expect(valuesOf(triu(x, { k: -1 }))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(valuesOf(triu(x, { k: 9 }))).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('have derivatives, and refuse vectors', () => {
    checkDerivatives((x) => tril(x, { k: -1 }), [spread([2, 3, 3], range)]);
    checkDerivatives((x) => triu(x), [spread([2, 3], range)]);
    expect(() => tril(new Graph().input('x', [3]))).toThrow('tril: takes matrices and a whole number k, not [3] and 0.');
  });
});
