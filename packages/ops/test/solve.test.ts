import { Graph, grad, type Node, sum } from '@tapegrad/core';
import { describe, expect, it } from 'vitest';
import { broadcastTo, det, inv, matmul, mul, reshape, slogdet, solve, transpose } from '../src/index.js';
import { checkDerivatives, expectClose, inputsOf, scattered, valuesOf } from './derivatives.js';

describe('solve', () => {
  it.each([
    [
      [3, 3],
      [3, 2],
      [3, 2],
    ],
    [[7, 7], [7], [7]],
    [
      [2, 3, 3],
      [2, 3],
      [2, 3],
    ],
    [
      [2, 1, 4, 4],
      [3, 4, 1],
      [2, 3, 4, 1],
    ],
    [[2, 3, 3], [3], [2, 3]],
    [
      [1, 1],
      [1, 5],
      [1, 5],
    ],
    [
      [0, 0],
      [0, 2],
      [0, 2],
    ],
  ])('of %j and %j gives %j', (a, b, shape) => {
    const { inputs, feeds } = inputsOf([scattered(a), scattered(b, 20)]);
    const [matrix, right] = inputs as [Node, Node];
    const x = solve(matrix, right);
    expect(x.shape).toEqual(shape);
    const columns = x.shape.length < a.length ? reshape(x, [...shape, 1]) : x;
    const product = reshape(matmul(matrix, columns), shape);
    expectClose(valuesOf(product, feeds), valuesOf(broadcastTo(right, shape), feeds), 'a·x', 1e-11);
  });

  it('exchanges rows where a pivot is missing', () => {
    const a = new Graph({ dtype: 'float64' }).constant([
      [0, 2, 0],
      [0, 0, 4],
      [5, 0, 0],
    ]);
    expect(valuesOf(solve(a, [2, 4, 5]))).toEqual([1, 1, 1]);
    expect(valuesOf(solve(transpose(a), [10, 4, 12]))).toEqual([2, 3, 2]);
  });

  it('is not hurt by a small pivot', () => {
    const a = new Graph({ dtype: 'float64' }).constant([
      [1e-20, 1],
      [1, 1],
    ]);
    expectClose(valuesOf(solve(a, [1, 2])), [1, 1], 'x', 1e-15);
  });

  it('has derivatives to third order', () => {
    const operands = [scattered([2, 3, 3]), scattered([3, 2], 20)];
    checkDerivatives(solve, operands);
    checkDerivatives(
      (a, b) => grad(sum(mul(solve(a, b), mul(solve(a, b), solve(a, b)))), a),
      [scattered([3, 3]), scattered([3, 2], 20)],
    );
    checkDerivatives((a, b) => solve(a, b), [scattered([3, 3]), scattered([3], 20)]);
  });

  it('factors once for a value and its derivatives', () => {
    const graph = new Graph();
    const [a, b] = [graph.input('a', [3, 3]), graph.input('b', [3])];
    grad(sum(solve(a, b)), [a, b]);
    expect(graph.nodes.filter(({ op }) => op.name === 'triangularFactors').length).toBe(1);
  });

  it('refuses what does not fit', () => {
    const graph = new Graph();
    const a = graph.input('a', [3, 3]);
    expect(() => solve(a, graph.input('b', [2, 3]))).toThrow(
      'solve: [3, 3] needs a right side of 3 rows, not [2, 3]. Its shape is […, n, m], or […, n].',
    );
    expect(() => solve(graph.input('c', [3, 4]), a)).toThrow('solve: takes square matrices, not [3, 4].');
    expect(() => solve(graph.input('i', [2, 2], 'int32'), graph.input('j', [2], 'int32'))).toThrow(
      "solve: got int32, wants float32 or float64. Cast it first: cast(x, 'float32').",
    );
  });

  it('takes named dims', () => {
    const graph = new Graph();
    const x = solve(graph.input('a', ['batch', 'n', 'n']), graph.input('b', ['n', 4]));
    expect(x.shape.join()).toBe('batch,n,4');
  });
});

describe('inv', () => {
  it('multiplies to the identity, and is one node', () => {
    const { inputs, feeds } = inputsOf([scattered([2, 3, 3])]);
    const y = inv(inputs[0]!);
    const one = [1, 0, 0, 0, 1, 0, 0, 0, 1];
    expectClose(valuesOf(matmul(inputs[0]!, y), feeds), [...one, ...one], 'a·a⁻¹', 1e-12);
    expect(y.op.name).toBe('inv');
  });

  it('inverts as many matrices as they have rows', () => {
    const { inputs, feeds } = inputsOf([scattered([2, 2, 2])]);
    const y = inv(inputs[0]!);
    const one = [1, 0, 0, 1];
    expect(y.shape).toEqual([2, 2, 2]);
    expectClose(valuesOf(matmul(inputs[0]!, y), feeds), [...one, ...one], 'a·a⁻¹', 1e-12);
  });

  it('has derivatives, and refuses what is not square', () => {
    checkDerivatives(inv, [scattered([3, 3])]);
    expect(() => inv(new Graph().input('x', [2, 3]))).toThrow('inv: takes square matrices, not [2, 3].');
  });
});

describe('det', () => {
  it('is right for matrices known by hand', () => {
    const graph = new Graph({ dtype: 'float64' });
    const values = (matrix: number[][][]) => valuesOf(det(graph.constant(matrix)));
    const [a, b, c] = [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 10],
    ];
    expectClose(
      values([
        [a!, b!, c!],
        [b!, a!, c!],
        [b!, c!, a!],
      ]),
      [-3, 3, -3],
      'det',
      1e-14,
    );
    expectClose(values([[a!, b!, a!]]), [0], 'det', 1e-14);
    expect(valuesOf(det(graph.input('none', [2, 0, 0])), { none: new Float64Array(0) })).toEqual([1, 1]);
  });

  it('has derivatives to third order', () => {
    checkDerivatives(det, [scattered([2, 3, 3])]);
    checkDerivatives((x) => grad(sum(mul(det(x), mul(det(x), det(x)))), x), [scattered([3, 3])]);
  });

  it.each([
    ['of rank 2', [1, 2, 3, 4, 5, 6, 5, 7, 9]],
    ['of rank 1', [1, 2, 3, 2, 4, 6, -1, -2, -3]],
    ['of zeros', [0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['with pivots in other rows', [0, 0, 1, 0, 0, 2, 1, 0, 0]],
  ])('has first and second derivatives at a singular matrix %s', (_name, data) => {
    checkDerivatives(det, [{ shape: [3, 3], data }]);
  });
});

describe('slogdet', () => {
  it('neither overflows nor vanishes', () => {
    const scaled = Array.from({ length: 40 }, (_, i) =>
      Array.from({ length: 40 }, (_, j) => (i === j ? (i % 2 ? -1e20 : 1e20) : 0)),
    );
    const { sign, logAbsDet } = slogdet(new Graph({ dtype: 'float64' }).constant([scaled, scaled.toReversed()]));
    expect(valuesOf(sign)).toEqual([1, 1]);
    expectClose(valuesOf(logAbsDet), [800 * Math.LN10, 800 * Math.LN10], 'log', 1e-14);
  });

  it('has the sign of the determinant, 0 where it is singular', () => {
    const { sign, logAbsDet } = slogdet(
      new Graph().constant([
        [
          [0, 1],
          [1, 0],
        ],
        [
          [1, 2],
          [2, 4],
        ],
      ]),
    );
    expect([valuesOf(sign), valuesOf(logAbsDet)]).toEqual([
      [-1, 0],
      [0, -Infinity],
    ]);
  });

  it('has derivatives to third order', () => {
    const call = (x: Node) => slogdet(x).logAbsDet;
    checkDerivatives(call, [scattered([2, 3, 3])]);
    checkDerivatives((x) => grad(sum(mul(call(x), mul(call(x), call(x)))), x), [scattered([3, 3])]);
    checkDerivatives((x) => mul(slogdet(x).sign, call(x)), [scattered([3, 3])]);
  });
});
