import { Graph, grad, type Node, sum } from '@tapegrad/core';
import { describe, expect, it } from 'vitest';
import { cumprod, cumsum, mul, prod, recurrence } from '../src/index.js';
import { checkDerivatives, expectClose, inputsOf, spread, valuesOf } from './derivatives.js';

const range = [-1, 1] as const;

/** The lanes of a row-major array along an axis, each as its positions. */
function lanes(shape: readonly number[], axis: number): number[][] {
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const outer = shape.slice(0, axis).reduce((a, b) => a * b, 1);
  return Array.from({ length: outer * inner }, (_, lane) => {
    const start = Math.floor(lane / inner) * inner * shape[axis]! + (lane % inner);
    return Array.from({ length: shape[axis]! }, (_, i) => start + i * inner);
  });
}

function recurrenceByLoops(a: readonly number[], b: readonly number[], shape: readonly number[], axis: number, reverse: boolean) {
  const h = new Array<number>(b.length).fill(0);
  for (const lane of lanes(shape, axis)) {
    let last = 0;
    for (const at of reverse ? lane.toReversed() : lane) {
      last = a[at]! * last + b[at]!;
      h[at] = last;
    }
  }
  return h;
}

describe.each([
  [0, false],
  [1, false],
  [2, false],
  [0, true],
  [2, true],
])('recurrence along axis %d, reverse %s', (axis, reverse) => {
  const shape = [3, 2, 4];
  const [a, b] = [spread(shape, range), spread(shape, range, 9)];

  it('agrees with a loop', () => {
    const { inputs, feeds } = inputsOf([a, b]);
    const y = recurrence(inputs[0]!, inputs[1]!, { axis, reverse });
    expectClose(valuesOf(y, feeds), recurrenceByLoops(a.data, b.data, shape, axis, reverse), 'recurrence', 1e-12);
  });

  it('has derivatives to third order', () => {
    const call = (x: Node, y: Node) => recurrence(x, y, { axis, reverse });
    checkDerivatives(call, [a, b]);
    checkDerivatives((x, y) => grad(sum(mul(call(x, y), call(x, y))), x), [a, b]);
  });
});

describe('running sums and products', () => {
  it('run along any axis, in either direction', () => {
    const graph = new Graph();
    const x = graph.constant([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(valuesOf(cumsum(x))).toEqual([1, 3, 6, 4, 9, 15]);
    expect(valuesOf(cumsum(x, { axis: 0 }))).toEqual([1, 2, 3, 5, 7, 9]);
    expect(valuesOf(cumsum(x, { reverse: true }))).toEqual([6, 5, 3, 15, 11, 6]);
    expect(valuesOf(cumprod(x))).toEqual([1, 2, 6, 4, 20, 120]);
    expect(valuesOf(cumprod(x, { axis: -2 }))).toEqual([1, 2, 3, 4, 10, 18]);
    expect(valuesOf(cumprod(x, { reverse: true }))).toEqual([6, 6, 3, 120, 30, 6]);
  });

  it('start afresh: an infinite first element stays what it is', () => {
    const graph = new Graph();
    expect(valuesOf(cumprod(graph.constant([Infinity, 2, -1])))).toEqual([Infinity, Infinity, -Infinity]);
    expect(valuesOf(cumsum(graph.constant([Infinity, 2])))).toEqual([Infinity, Infinity]);
  });

  it('keep integers, and count bools', () => {
    const graph = new Graph();
    const counted = cumsum(graph.constant([true, false, true]));
    expect([counted.dtype, ...valuesOf(counted)]).toEqual(['int32', 1, 1, 2]);
    const product = cumprod(graph.constant([2, 3, 4], 'int32'));
    expect([product.dtype, ...valuesOf(product)]).toEqual(['int32', 2, 6, 24]);
  });

  it('take named and empty axes', () => {
    const graph = new Graph();
    const x = graph.input('x', ['seq', 2]);
    const y = cumprod(cumsum(x, { axis: 0 }), { axis: 0 });
    expect(y.shape.join()).toBe('seq,2');
    expect(valuesOf(y, { x: new Float32Array(0) })).toEqual([]);
    expect(valuesOf(y, { x: [[1, 2]] })).toEqual([1, 2]);
  });

  it('have derivatives, exact where factors are 0', () => {
    const zeros = { shape: [5], data: [0.7, 0, -1.3, 0, 2] };
    checkDerivatives((x) => cumsum(x, { axis: 0 }), [spread([3, 2], range)]);
    checkDerivatives((x) => cumprod(x), [zeros]);
    checkDerivatives((x) => grad(sum(mul(cumprod(x), cumprod(x))), x), [zeros]);
    checkDerivatives((x) => cumprod(x, { axis: 0, reverse: true }), [spread([3, 2], range)]);
  });

  it('refuse a missing axis', () => {
    expect(() => cumsum(new Graph().input('x', [2]), { axis: 1 })).toThrow(
      'cumsum: there is no axis 1 in rank 1: axes go from -1 to 0.',
    );
  });
});

describe('prod', () => {
  it('multiplies over any axes', () => {
    const x = new Graph().constant([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(valuesOf(prod(x))).toEqual([720]);
    expect(valuesOf(prod(x, { axis: 0 }))).toEqual([4, 10, 18]);
    expect(prod(x, { axis: -1, keepDims: true }).shape).toEqual([2, 1]);
    expect(valuesOf(prod(x, { axis: [] }))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('is 1 over no elements, and int32 over bools', () => {
    const graph = new Graph();
    expect(valuesOf(prod(graph.input('x', [2, 0]), { axis: 1 }), { x: new Float32Array(0) })).toEqual([1, 1]);
    const all = prod(graph.constant([true, true]));
    expect([all.dtype, ...valuesOf(all)]).toEqual(['int32', 1]);
  });

  it('has exact derivatives at zeros, over several axes', () => {
    const zeros = { shape: [2, 3, 2], data: [2, 0, 1, 3, -1, 4, 0, 0.5, 1, 2, 0, 3] };
    checkDerivatives((x) => prod(x, { axis: 1 }), [zeros]);
    checkDerivatives((x) => prod(x, { axis: [0, 2] }), [zeros]);
    checkDerivatives((x) => prod(x), [spread([2, 3], range)]);
    checkDerivatives((x) => grad(sum(mul(prod(x, { axis: 1 }), prod(x, { axis: 1 }))), x), [zeros]);
    const graph = new Graph();
    const x = graph.input('x', [3]);
    expect(valuesOf(grad(prod(x), x), { x: [0, 3, 2] })).toEqual([6, 0, 0]);
    expect(valuesOf(grad(prod(x), x), { x: [0, 3, 0] })).toEqual([0, 0, 0]);
  });
});
