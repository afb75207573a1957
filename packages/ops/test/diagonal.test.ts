import { Graph } from '@tapegrad/core';
import { describe, expect, it } from 'vitest';
import { diagonal, einsum, trace } from '../src/index.js';
import { checkDerivatives, spread, valuesOf } from './derivatives.js';

describe('diagonal', () => {
  it('takes equal indices along any two axes', () => {
    const x = new Graph().constant([
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      [
        [7, 8],
        [9, 10],
        [11, 12],
      ],
    ]);
    const along = (axes: [number, number]) => {
      const y = diagonal(x, { axes });
      return [y.shape, valuesOf(y)];
    };
    expect(along([-2, -1])).toEqual([
      [2, 2],
      [1, 4, 7, 10],
    ]);
    expect(along([0, 2])).toEqual([
      [2, 3],
      [1, 3, 5, 8, 10, 12],
    ]);
    expect(along([2, 0])).toEqual([
      [3, 2],
      [1, 8, 3, 10, 5, 12],
    ]);
    expect(valuesOf(trace(x))).toEqual([5, 17]);
  });

  it.each([
    [3, 3],
    [2, 4],
    [4, 2],
  ])('has derivatives for %d by %d', (m, n) => {
    checkDerivatives((x) => diagonal(x), [spread([2, m, n], [-1, 1])]);
    checkDerivatives((x) => diagonal(x, { axes: [2, 0] }), [spread([m, 2, n], [-1, 1])]);
  });

  it('takes named dims where both are the same', () => {
    const graph = new Graph();
    expect(diagonal(graph.input('x', ['batch', 'n', 'n'])).shape.join()).toBe('batch,n');
    expect(() => diagonal(graph.input('y', ['n', 3]))).toThrow(
      "diagonal: needs a number where 'n' is given. Give this axis a fixed size.",
    );
  });

  it('refuses one axis twice, and einsum a letter of two sizes', () => {
    const x = new Graph().input('x', [2, 3]);
    expect(() => diagonal(x, { axes: [1, -1] })).toThrow('diagonal: axes 1 and -1 of [2, 3] are one axis; it takes two.');
    expect(() => einsum('ii->i', x)).toThrow("einsum: 'ii->i' gives 'i' two sizes, 2 and 3.");
  });
});
