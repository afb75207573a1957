import { callOn, evaluate, Graph, type Node, vjp } from '@tapegrad/core';
import { describe, expect, it } from 'vitest';
import * as ops from '../src/index.js';
import { checkDerivatives, expectClose, inputsOf, spread, valuesOf } from './derivatives.js';

const args = [spread([2, 3, 4], [-2, 2])];
const options = [{}, { axis: 1 }, { axis: [0, -1] }, { axis: 0, keepDims: true }, { axis: [] }];

/** The values that each element of a reduction takes together. */
function groups(axis: number | readonly number[] | undefined): number[][] {
  const shape = [2, 3, 4];
  const axes = axis === undefined ? [0, 1, 2] : [axis].flat().map((a) => (a + 3) % 3);
  const result = new Map<string, number[]>();
  args[0]!.data.forEach((value, i) => {
    const at = [Math.floor(i / 12), Math.floor(i / 4) % 3, i % 4].filter((_, a) => !axes.includes(a) && shape[a]! > 0);
    result.set(at.join(), [...(result.get(at.join()) ?? []), value]);
  });
  return [...result.values()];
}

const total = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0);
const average = (xs: readonly number[]) => total(xs) / xs.length;
const deviation = (xs: readonly number[]) => total(xs.map((x) => (x - average(xs)) ** 2));

describe.each<[string, (x: Node, options: object) => Node, (xs: readonly number[]) => number]>([
  ['mean', ops.mean, average],
  ['max', ops.max, (xs) => Math.max(...xs)],
  ['min', ops.min, (xs) => Math.min(...xs)],
  ['logSumExp', ops.logSumExp, (xs) => Math.log(total(xs.map(Math.exp)))],
  ['norm', ops.norm, (xs) => Math.hypot(...xs)],
  ['biased variance', (x, o) => ops.variance(x, { ...o, correction: 0 }), (xs) => deviation(xs) / xs.length],
])('%s', (_name, call, plain) => {
  it.each(options)('over %o', (option) => {
    const { inputs, feeds } = inputsOf(args);
    const y = call(inputs[0]!, option);
    expectClose(valuesOf(y, feeds), groups('axis' in option ? option.axis : undefined).map(plain), 'value', 1e-13);
    if ('keepDims' in option) expect(y.shape).toEqual([1, 3, 4]);
    checkDerivatives((x) => call(x!, option), args);
  });
});

it('variance and std are unbiased unless said', () => {
  const { inputs, feeds } = inputsOf(args);
  const wanted = groups(1).map((xs) => deviation(xs) / (xs.length - 1));
  expectClose(valuesOf(ops.variance(inputs[0]!, { axis: 1 }), feeds), wanted, 'variance');
  expectClose(valuesOf(ops.std(inputs[0]!, { axis: 1 }), feeds), wanted.map(Math.sqrt), 'std');
  checkDerivatives((x) => ops.std(x!, { axis: 1 }), args);
});

/** Values and gradients of a reduction of one list. */
function reduction(call: (x: Node) => Node, data: readonly number[]): { value: number[]; slope: number[] } {
  const { graph, inputs, feeds } = inputsOf([{ shape: [data.length], data }]);
  const y = call(inputs[0]!);
  const [g] = vjp([y], inputs, [graph.splat(1, y.shape, y.dtype)]);
  return { value: valuesOf(y, feeds), slope: valuesOf(g!, feeds) };
}

describe('edges', () => {
  it('ties share the derivative equally, and NaN wins', () => {
    expect(reduction(ops.max, [2, 1, 2])).toEqual({ value: [2], slope: [0.5, 0, 0.5] });
    expect(reduction(ops.min, [2, 1, 1, 3])).toEqual({ value: [1], slope: [0, 0.5, 0.5, 0] });
    expect(reduction(ops.max, [2, NaN]).value).toEqual([NaN]);
  });

  it('norm and std have derivative 0 where they are 0', () => {
    expect(reduction(ops.norm, [0, 0])).toEqual({ value: [0], slope: [0, 0] });
    expect(reduction(ops.std, [2, 2, 2])).toEqual({ value: [0], slope: [0, 0, 0] });
    expect(reduction(ops.variance, [2]).value).toEqual([NaN]);
  });

  it('logSumExp of infinities', () => {
    expect(reduction(ops.logSumExp, [Infinity, 1]).value).toEqual([Infinity]);
    expect(reduction(ops.logSumExp, [-Infinity, -Infinity]).value).toEqual([-Infinity]);
    expect(reduction(ops.logSumExp, []).value).toEqual([-Infinity]);
    expect(reduction(ops.logSumExp, [1000, 1000]).value).toEqual([1000 + Math.LN2]);
  });

  it('the mean of nothing is NaN, the maximum an error', () => {
    const graph = new Graph();
    const x = graph.input('x', [3, 0]);
    expect(valuesOf(ops.mean(x), { x: [[], [], []] })).toEqual([NaN]);
    expect(() => ops.max(x, { axis: 1 })).toThrow('max: axis 1 of [3, 0] has no elements, and there is no max of nothing.');
    expect(ops.max(x, { axis: 0 }).shape).toEqual([0]);
    expect(() => ops.argmin(x)).toThrow('argmin: axis 1 of [3, 0] has no elements, and there is no argmin of nothing.');
    expect(() => ops.mean(graph.constant([1, 2], 'int32'))).toThrow(
      "mean: got int32, wants float32 or float64. Cast it first: cast(x, 'float32').",
    );
  });

  it('divides by a named size', () => {
    const graph = new Graph();
    const x = graph.input('x', ['batch', 2]);
    const feeds = {
      x: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    };
    expect(valuesOf(ops.mean(x, { axis: 0 }), feeds)).toEqual([3, 4]);
    expect(valuesOf(ops.variance(x, { axis: 0 }), feeds)).toEqual([4, 4]);
    const [g] = vjp([ops.mean(x)], [x], [graph.splat(6, [], 'float32')]);
    expect(valuesOf(g!, feeds)).toEqual([1, 1, 1, 1, 1, 1]);
  });
});

describe('argmax', () => {
  const graph = new Graph();
  const x = graph.constant([
    [1, 5, 5],
    [7, 2, 7],
  ]);
  it('is the first, by axis or flat', () => {
    expect(valuesOf(ops.argmax(x, { axis: 1 }))).toEqual([1, 0]);
    expect(valuesOf(ops.argmax(x, { axis: 0 }))).toEqual([1, 0, 1]);
    expect(valuesOf(ops.argmax(x))).toEqual([3]);
    expect(valuesOf(ops.argmin(x))).toEqual([0]);
    expect(valuesOf(ops.argmin(x, { axis: -1, keepDims: true }))).toEqual([0, 1]);
    expect(ops.argmax(x, { axis: 1, keepDims: true }).shape).toEqual([2, 1]);
    expect(ops.argmax(x).dtype).toBe('int32');
  });
  it('lets NaN win', () => {
    expect(valuesOf(ops.argmax(graph.constant([1, NaN, 3, NaN])))).toEqual([1]);
    expect(valuesOf(ops.argmin(graph.constant([1, NaN, 3, NaN])))).toEqual([1]);
    expect(valuesOf(ops.argmax(graph.constant([-Infinity, -Infinity])))).toEqual([0]);
  });
});

describe('other dtypes', () => {
  const graph = new Graph();
  it('integers and bools have extremes', () => {
    expect(valuesOf(ops.max(graph.constant([-5, -2], 'int32')))).toEqual([-2]);
    expect(valuesOf(ops.min(graph.constant([5, 4294967295], 'uint32')))).toEqual([5]);
    const bools = graph.constant([
      [true, false],
      [false, false],
    ]);
    expect(valuesOf(ops.max(bools, { axis: 1 }))).toEqual([1, 0]);
    expect(valuesOf(ops.min(bools, { axis: 1 }))).toEqual([0, 0]);
    expect(valuesOf(ops.argmax(bools, { axis: 1 }))).toEqual([0, 0]);
    expect([ops.max(bools).dtype, ops.sum(bools).dtype]).toEqual(['bool', 'int32']);
  });

  it('composites are methods too', () => {
    expect(valuesOf(callOn(graph, () => ops.mean([1, 2, 6])))).toEqual([3]);
    expect(valuesOf(callOn(graph, () => ops.iota([2, 2], { axis: 1 })))).toEqual([0, 1, 0, 1]);
    expect(() => ops.mean([1, 2])).toThrow('mean: no node among its operands. Call it as a method of a graph: graph.mean(…).');
  });
});

it('the variance of fewer elements than the correction is NaN', () => {
  const graph = new Graph();
  const x = graph.input('x', ['n', 2]);
  for (const rows of [0, 1]) {
    expect(evaluate(ops.variance(x, { axis: 0 }), { x: new Float32Array(2 * rows) }).toArray()).toEqual([NaN, NaN]);
  }
});
