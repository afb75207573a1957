import { Graph, grad, type Node, sum } from '@tapegrad/core';
import { describe, expect, it } from 'vitest';
import { eigh, eigvalsh, matmul, mul, square, transpose, unsqueeze } from '../src/index.js';
import { checkDerivatives, expectClose, inputsOf, scattered, valuesOf } from './derivatives.js';

const turned = (x: Node) => transpose(x, [...x.shape.slice(0, -2).keys(), x.shape.length - 1, x.shape.length - 2]);
const symmetric = (x: Node) => mul(turned(x).graph.constant(0.5), matmul(turned(x), x));
/** A matrix with some eigenvalues. */
const rebuilt = ({ values, vectors }: { values: Node; vectors: Node }) =>
  matmul(mul(vectors, unsqueeze(values, { axis: -2 })), turned(vectors));

describe('eigh', () => {
  it.each([[[1, 1]], [[2, 2]], [[5, 5]], [[2, 3, 4, 4]], [[30, 30]], [[0, 0]]])('rebuilds a matrix of shape %j', (shape) => {
    const { inputs, feeds } = inputsOf([scattered(shape)]);
    const a = symmetric(inputs[0]!);
    const { values, vectors } = eigh(a);
    expectClose(valuesOf(rebuilt({ values, vectors }), feeds), valuesOf(a, feeds), 'V·Λ·Vᵀ', 1e-13);
    const n = shape.at(-1)!;
    const product = valuesOf(matmul(turned(vectors), vectors), feeds);
    expectClose(
      product,
      product.map((_, i) => Number(Math.floor(i / n) % n === i % n)),
      'Vᵀ·V',
      1e-13,
    );
    const ascending = valuesOf(values, feeds);
    expect(ascending.every((value, i) => i % n === 0 || value >= ascending[i - 1]!)).toBe(true);
  });

  it.each([1e-300, 1e-30, 1e30, 1e300])('is as accurate at scale %d', (scale) => {
    const { inputs, feeds } = inputsOf([scattered([4, 4])]);
    const a = symmetric(inputs[0]!);
    const values = valuesOf(eigvalsh(mul(a, scale)), feeds);
    expectClose(
      values.map((value) => value / scale),
      valuesOf(eigvalsh(a), feeds),
      'values',
      1e-13,
    );
  });

  it('takes the symmetric part, and finds small values beside large ones', () => {
    const graph = new Graph({ dtype: 'float64' });
    expectClose(
      valuesOf(
        eigvalsh(
          graph.constant([
            [2, 2],
            [0, 2],
          ]),
        ),
      ),
      [1, 3],
      'values',
      1e-15,
    );
    const graded = graph.constant([
      [1, 1e-8],
      [1e-8, 2e-14],
    ]);
    const [small] = valuesOf(eigvalsh(graded));
    expect(Math.abs(small! / 1.99e-14 - 1)).toBeLessThan(1e-12);
  });

  it('finds equal values, and passes NaN on', () => {
    const graph = new Graph();
    const exchange = graph.constant([
      [0, 1, 0],
      [1, 0, 0],
      [0, 0, 1],
    ]);
    expectClose(valuesOf(eigvalsh(exchange)), [-1, 1, 1], 'values', 1e-6);
    const broken = valuesOf(
      eigvalsh(
        graph.constant([
          [1, NaN],
          [NaN, 1],
        ]),
      ),
    );
    expect(broken).toEqual([NaN, NaN]);
  });

  it('works in float32', () => {
    const graph = new Graph();
    const x = graph.input('x', [8, 8]);
    const a = symmetric(x);
    const feeds = { x: Float32Array.from(scattered([8, 8]).data) };
    expectClose(valuesOf(rebuilt(eigh(a)), feeds), valuesOf(a, feeds), 'V·Λ·Vᵀ', 1e-5);
  });

  it('has derivatives to third order', () => {
    checkDerivatives(eigvalsh, [scattered([2, 3, 3])]);
    checkDerivatives((x) => eigh(x).vectors, [scattered([3, 3])]);
    checkDerivatives((x) => grad(sum(mul(eigvalsh(x), square(eigvalsh(x)))), x), [scattered([3, 3])]);
    checkDerivatives((x) => matmul(eigh(x).vectors, eigh(x).values), [scattered([4, 4])]);
  });

  it('has finite first derivatives of the values where they are equal', () => {
    const graph = new Graph({ dtype: 'float64' });
    const x = graph.input('x', [2, 2]);
    expect(
      valuesOf(grad(sum(square(eigvalsh(x))), x), {
        x: [
          [3, 0],
          [0, 3],
        ],
      }),
    ).toEqual([6, 0, 0, 6]);
  });

  it('decomposes once, and refuses what is not square', () => {
    const graph = new Graph();
    const x = graph.input('x', [3, 3]);
    const { values, vectors } = eigh(x);
    grad(sum(matmul(vectors, values)), x);
    expect(graph.nodes.filter(({ op }) => op.name === 'jacobi').length).toBe(1);
    expect(() => eigvalsh(graph.input('y', [2, 3]))).toThrow('eigvalsh: takes square matrices, not [2, 3].');
    expect(() => eigh(graph.input('i', [2, 2], 'int32'))).toThrow(
      "eigh: got int32, wants float32 or float64. Cast it first: cast(x, 'float32').",
    );
    expect(eigh(graph.input('z', ['batch', 'n', 'n'])).vectors.shape.join()).toBe('batch,n,n');
  });
});
