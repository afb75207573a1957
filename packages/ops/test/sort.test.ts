import { Graph, grad, sum } from '@tapegrad/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { argsort, mul, sort, topK } from '../src/index.js';
import { checkDerivatives, spread, valuesOf } from './derivatives.js';

/** Sorts positions by value, NaN last, ties in their order. */
function argsortByHost(values: readonly number[], descending: boolean): number[] {
  const sign = descending ? -1 : 1;
  const rank = (i: number, j: number): number => {
    const [x, y] = [values[i]!, values[j]!];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || i - j;
    return x < y ? -sign : x > y ? sign : i - j;
  };
  return [...values.keys()].sort(rank);
}

describe('argsort', () => {
  it('is stable, NaN last, for every length', () => {
    const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(NaN, Infinity, -Infinity, -0, 0.5));
    const holds = (values: number[], descending: boolean) => {
      const x = new Graph().input('x', [values.length]);
      expect(valuesOf(argsort(x, { descending }), { x: values })).toEqual(argsortByHost(values, descending));
    };
    fc.assert(fc.property(fc.array(value, { maxLength: 40 }), fc.boolean(), holds), { numRuns: 150 });
  });

  it('runs along any axis', () => {
    const x = new Graph().constant([
      [
        [3, 1],
        [2, 2],
      ],
      [
        [1, 5],
        [0, 4],
      ],
    ]);
    expect(valuesOf(argsort(x, { axis: 0 }))).toEqual([1, 0, 1, 0, 0, 1, 0, 1]);
    expect(valuesOf(argsort(x, { axis: 1 }))).toEqual([1, 0, 0, 1, 1, 1, 0, 0]);
    expect(valuesOf(argsort(x))).toEqual([1, 0, 0, 1, 0, 1, 0, 1]);
  });

  it('sorts integers and bools, and gives int32', () => {
    const graph = new Graph();
    const unsigned = argsort(graph.constant([3000000000, 5, 4000000000], 'uint32'));
    expect([unsigned.dtype, ...valuesOf(unsigned)]).toEqual(['int32', 1, 0, 2]);
    expect(valuesOf(argsort(graph.constant([true, false, true])))).toEqual([1, 0, 2]);
  });

  it('takes empty axes, and refuses a scalar', () => {
    const graph = new Graph();
    expect(valuesOf(argsort(graph.input('x', [0, 2]), { axis: 0 }), { x: new Float32Array(0) })).toEqual([]);
    expect(() => argsort(graph.scalar('s'))).toThrow('argsort: there is no axis -1: a scalar has none.');
  });
});

describe('sort', () => {
  it('orders each lane', () => {
    const x = new Graph().constant([
      [3, NaN, 1],
      [2, 2, -1],
    ]);
    expect(valuesOf(sort(x))).toEqual([1, 3, NaN, -1, 2, 2]);
    expect(valuesOf(sort(x, { descending: true }))).toEqual([3, 1, NaN, 2, 2, -1]);
    expect(valuesOf(sort(x, { axis: 0 }))).toEqual([2, 2, -1, 3, NaN, 1]);
  });

  it('sends derivatives where the elements went', () => {
    const graph = new Graph();
    const x = graph.input('x', [3]);
    const loss = sum(mul(sort(x), graph.constant([1, 10, 100])));
    expect(valuesOf(grad(loss, x), { x: [5, 1, 3] })).toEqual([100, 1, 10]);
    checkDerivatives((a) => mul(sort(a, { axis: 0, descending: true }), a), [spread([4, 2], [-1, 1])]);
  });

  it('is one node of its own name', () => {
    expect(sort(new Graph().input('x', ['batch', 3]), { axis: -1 }).toString()).toBe(
      '%1 = sort(%0, axis: -1) float32 [batch, 3]',
    );
  });
});

describe('topK', () => {
  it('gives the greatest and where they are', () => {
    const { values, indices } = topK(
      new Graph().constant([
        [3, 9, 1, 9],
        [0, -1, 5, 2],
      ]),
      2,
    );
    expect([valuesOf(values), valuesOf(indices)]).toEqual([
      [9, 9, 5, 2],
      [1, 3, 2, 3],
    ]);
  });

  it('refuses more than there are', () => {
    expect(() => topK(new Graph().input('x', [2, 3]), 4)).toThrow(
      'topK: 4 of [2, 3] along axis -1: it must be a whole number from 0 to 3.',
    );
  });
});
