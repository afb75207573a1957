import { Graph, grad, type Node, sum } from '@tapegrad/core';
import { describe, expect, it } from 'vitest';
import { matmul, mul, qr, square, svd, transpose, tril, unsqueeze } from '../src/index.js';
import { type Argument, checkDerivatives, expectClose, inputsOf, scattered, valuesOf } from './derivatives.js';

const turned = (x: Node) => transpose(x, [...x.shape.slice(0, -2).keys(), x.shape.length - 1, x.shape.length - 2]);
const shapes = [[[1, 1]], [[4, 4]], [[6, 3]], [[3, 6]], [[2, 2, 5, 3]], [[20, 12]], [[3, 1]], [[1, 3]], [[3, 0]]];

/** Columns of matrices are orthonormal. */
function expectOrthonormal(x: Node, feeds: Record<string, Float64Array>): void {
  const product = valuesOf(matmul(turned(x), x), feeds);
  const n = x.shape.at(-1) as number;
  const identity = product.map((_, i) => Number(Math.floor(i / n) % n === i % n));
  expectClose(product, identity, 'xᵀ·x', 1e-13);
}

/** Matrices that are harder than most: of low rank, with equal rows, of extreme scale, of zeros. */
const hard: [string, Argument][] = [
  ['of rank 2', { shape: [4, 3], data: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] }],
  ['of rank 1', { shape: [3, 3], data: [1, 2, 3, 2, 4, 6, -1, -2, -3] }],
  ['of zeros', { shape: [4, 3], data: Array<number>(12).fill(0) }],
  ['with a column of zeros', { shape: [3, 2], data: [0, 1, 0, 2, 0, 3] }],
  ['orthogonal', { shape: [2, 2], data: [0.6, -0.8, 0.8, 0.6] }],
  ['small', { shape: [3, 2], data: scattered([3, 2]).data.map((x) => x * 1e-250) }],
  ['large', { shape: [3, 2], data: scattered([3, 2]).data.map((x) => x * 1e250) }],
  ['graded', { shape: [3, 3], data: scattered([3, 3]).data.map((x, i) => x * 1e-9 ** (i % 3)) }],
];

/** The same values, whatever their scale. */
function expectSame(got: readonly number[], wanted: readonly number[]): void {
  const scale = Math.max(...wanted.map(Math.abs)) || 1;
  expectClose(
    got.map((x) => x / scale),
    wanted.map((x) => x / scale),
    'product',
    1e-13,
  );
}

describe('qr', () => {
  it.each([...shapes.map(([shape]) => [`shape ${shape}`, scattered(shape!)] as const), ...hard])('of %s', (_name, argument) => {
    const { inputs, feeds } = inputsOf([argument]);
    const { q, r } = qr(inputs[0]!);
    expectSame(valuesOf(matmul(q, r), feeds), [...feeds.a!]);
    expectOrthonormal(q, feeds);
    expect(valuesOf(tril(r, { k: -1 }), feeds).every((x) => x === 0)).toBe(true);
  });

  it('has a diagonal that is not negative', () => {
    const a = new Graph({ dtype: 'float64' }).constant([
      [-3, 1],
      [-4, 2],
    ]);
    const { q, r } = qr(a);
    expectClose(valuesOf(r), [5, -2.2, 0, 0.4], 'r', 1e-14);
    expectClose(valuesOf(q), [-0.6, -0.8, -0.8, 0.6], 'q', 1e-14);
  });

  it('has derivatives to third order', () => {
    for (const shape of [
      [3, 3],
      [4, 2],
      [2, 4],
      [2, 3, 2],
    ]) {
      checkDerivatives((x) => qr(x).q, [scattered(shape)]);
      checkDerivatives((x) => qr(x).r, [scattered(shape)]);
    }
    checkDerivatives((x) => grad(sum(matmul(square(qr(x).q), square(qr(x).r))), x), [scattered([3, 2])]);
  });

  it('passes NaN on, and refuses vectors', () => {
    const { r } = qr(new Graph().constant([[NaN], [1]]));
    expect(valuesOf(r)).toEqual([NaN]);
    expect(() => qr(new Graph().input('x', [3]))).toThrow('qr: takes matrices, not [3].');
  });
});

describe('svd', () => {
  it.each([...shapes.map(([shape]) => [`shape ${shape}`, scattered(shape!)] as const), ...hard])('of %s', (_name, argument) => {
    const { inputs, feeds } = inputsOf([argument]);
    const { u, s, vt } = svd(inputs[0]!);
    expectSame(valuesOf(matmul(mul(u, unsqueeze(s, { axis: -2 })), vt), feeds), [...feeds.a!]);
    expectOrthonormal(u, feeds);
    expectOrthonormal(turned(vt), feeds);
    const values = valuesOf(s, feeds);
    const k = s.shape.at(-1) as number;
    expect(values.every((x, i) => x >= 0 && (i % k === 0 || x <= values[i - 1]!))).toBe(true);
  });

  it('is exact for diagonal matrices', () => {
    const { s } = svd(
      new Graph().constant([
        [0, -3],
        [5, 0],
      ]),
    );
    expect(valuesOf(s)).toEqual([5, 3]);
  });

  it('has derivatives to third order', () => {
    for (const shape of [
      [3, 3],
      [4, 2],
      [2, 4],
      [2, 3, 2],
    ]) {
      checkDerivatives((x) => svd(x).s, [scattered(shape)]);
      checkDerivatives((x) => svd(x).u, [scattered(shape)]);
      checkDerivatives((x) => svd(x).vt, [scattered(shape)]);
    }
    checkDerivatives((x) => grad(sum(mul(square(svd(x).u), svd(x).s)), x), [scattered([3, 2])]);
  });

  it('passes NaN on, and refuses vectors', () => {
    const { s } = svd(
      new Graph().constant(
        [
          [NaN, 1],
          [1, 2],
        ].map((row) => [...row]),
      ),
    );
    expect(valuesOf(s)).toEqual([NaN, NaN]);
    expect(() => svd(new Graph().input('x', [3]))).toThrow('svd: takes matrices, not [3].');
  });
});
