import { Graph, type Node, vjp } from '@tapegrad/core';
import { describe, expect, it } from 'vitest';
import * as ops from '../src/index.js';
import { checkDerivatives, spread, valuesOf } from './derivatives.js';

const graph = new Graph({ dtype: 'float64' });
const x = graph.constant([
  [10, 11],
  [20, 21],
  [30, 31],
]);
const int = (value: number | readonly (number | readonly number[])[]) => graph.constant(value, 'int32');

describe('gather', () => {
  it('goes element by element', () => {
    expect(valuesOf(ops.gather(x, int([[2, 0]])))).toEqual([30, 11]);
    expect(valuesOf(ops.gather(x, int([[1], [0], [1]]), { axis: 1 }))).toEqual([11, 20, 31]);
    expect(valuesOf(ops.gather(x, [[2, 0]]))).toEqual([30, 11]);
  });

  it('gives NaN, or 0, out of range', () => {
    expect(valuesOf(ops.gather(x, int([[3, -1]])))).toEqual([NaN, NaN]);
    expect(valuesOf(ops.gather(ops.cast(x, 'int32'), int([[3, 2147483647]])))).toEqual([0, 0]);
    expect(valuesOf(ops.gather(graph.constant([4294967295], 'uint32'), graph.constant([4294967295], 'uint32')))).toEqual([0]);
    const nothing = graph.input('nothing', [0]);
    expect(valuesOf(ops.gather(nothing, int([0])), { nothing: [] })).toEqual([NaN]);
  });
});

describe('take', () => {
  it('takes slices in the order and shape of the index', () => {
    const y = ops.take(x, int([[2, 0]]));
    expect([y.shape, valuesOf(y)]).toEqual([
      [1, 2, 2],
      [30, 31, 10, 11],
    ]);
    const scalar = ops.take(x, int(1), { axis: -1 });
    expect([scalar.shape, valuesOf(scalar)]).toEqual([[3], [11, 21, 31]]);
    expect(valuesOf(ops.take(x, int([3, 0])))).toEqual([NaN, NaN, 10, 11]);
  });
});

describe('scatterAdd', () => {
  it('adds what meets, and drops what is out of range', () => {
    const base = graph.constant([1, 1, 1, 1]);
    expect(valuesOf(ops.scatterAdd(base, int([0, 2, 0, 4, -1]), [1, 2, 3, 100, NaN]))).toEqual([5, 1, 3, 1]);
    expect(valuesOf(ops.scatterAdd(base, int([3, 3]), 2))).toEqual([1, 1, 1, 5]);
    expect(valuesOf(ops.scatterAdd(base, int([3]), [7, 8]))).toEqual([1, 1, 1, 8]);
  });

  it('goes element by element along any axis', () => {
    const y = ops.scatterAdd(x, int([[1], [1], [0]]), [[5], [6], [7]], { axis: 1 });
    expect(valuesOf(y)).toEqual([10, 16, 20, 27, 37, 31]);
  });
});

describe('derivatives', () => {
  const values = spread([3, 4], [-2, 2]);
  it.each<[string, (...x: Node[]) => Node, boolean]>([
    [
      'gather',
      (a) =>
        ops.square(
          ops.gather(a!, [
            [2, 0, 2, 1],
            [2, 2, 0, 1],
          ]),
        ),
      false,
    ],
    [
      'gather along 1',
      (a) =>
        ops.square(
          ops.gather(
            a!,
            [
              [3, 3],
              [0, 1],
              [2, 2],
            ],
            { axis: 1 },
          ),
        ),
      false,
    ],
    [
      'take',
      (a) =>
        ops.square(
          ops.take(
            a!,
            [
              [1, 3],
              [3, 3],
            ],
            { axis: 1 },
          ),
        ),
      false,
    ],
    [
      'scatterAdd',
      (a, b) =>
        ops.square(
          ops.scatterAdd(
            a!,
            [
              [2, 0, 2, 1],
              [2, 2, 0, 1],
              [0, 0, 0, 9],
            ],
            b!,
          ),
        ),
      true,
    ],
  ])('%s', (_name, call, two) => {
    checkDerivatives(call, two ? [values, spread([3, 4], [-2, 2], 5)] : [values]);
  });
});

describe('indexing refuses', () => {
  it.each([
    [
      () => ops.gather(x, graph.constant([[0.5]])),
      "gather: the index is float64; it must be int32. Cast it: cast(index, 'int32').",
    ],
    [() => ops.gather(x, int([1])), 'gather: index [1] does not fit [3, 2]: beside axis 0, its axes must not be longer.'],
    [
      () => ops.scatterAdd(x, int([[0, 0, 0]]), 1),
      'scatterAdd: index [1, 3] does not fit [3, 2]: beside axis 0, its axes must not be longer.',
    ],
    [() => ops.take(x, int([0]), { axis: 2 }), 'take: there is no axis 2 in rank 2: axes go from -2 to 1.'],
  ])('%#', (call, message) => {
    expect(call).toThrow(message);
  });
});

describe('what is empty', () => {
  const empty = new Graph();
  const table = empty.input('table', ['rows', 2]);
  const index = empty.input('index', ['n'], 'int32');
  it.each([
    [0, 0],
    [0, 2],
    [2, 0],
  ])('%d rows taken %d times', (rows, n) => {
    const feeds = { table: new Float32Array(2 * rows), index: new Int32Array(n) };
    const y = ops.take(table, index);
    const [g] = vjp([y], [table], [y]);
    expect(valuesOf(y, feeds)).toEqual(Array(2 * n).fill(rows === 0 ? NaN : 0));
    if (rows > 0 || n === 0) expect(valuesOf(g!, feeds)).toEqual(Array(2 * rows).fill(0));
  });
});
