import { Graph, type Node, vjp } from '@tapegrad/core';
import { describe, expect, it } from 'vitest';
import * as ops from '../src/index.js';
import { checkDerivatives, expectClose, inputsOf, spread, valuesOf } from './derivatives.js';

const x = spread([3, 4], [-2, 2]);
const y = spread([3, 4], [-1, 1], 4);
const p = spread([3, 4], [0.05, 0.95]);
const t = spread([3, 4], [0.05, 0.95], 4);
const average = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;

type Loss = (a: Node, b: Node, options?: { reduction?: 'mean' | 'sum' | 'none' }) => Node;
type Row = readonly [name: string, loss: Loss, plain: (a: number, b: number) => number, a: typeof x, b: typeof x];

describe.each<Row>([
  ['mse', ops.mse, (a, b) => (a - b) ** 2, x, y],
  ['l1', ops.l1, (a, b) => Math.abs(a - b), x, y],
  [
    'huber',
    (a, b, options) => ops.huber(a, b, { delta: 0.7, ...options }),
    (a, b) => (Math.abs(a - b) < 0.7 ? (a - b) ** 2 / 2 : 0.7 * (Math.abs(a - b) - 0.35)),
    x,
    y,
  ],
  ['hinge', ops.hinge, (a, b) => Math.max(0, 1 - a * b), x, y],
  ['bce', ops.bce, (a, b) => -b * Math.log(a) - (1 - b) * Math.log1p(-a), p, t],
  ['bceWithLogits', ops.bceWithLogits, (a, b) => Math.log1p(Math.exp(a)) - a * b, x, t],
  ['klDiv', (a, b, options) => ops.klDiv(a, b, { reduction: 'mean', ...options }), (a, b) => b * (Math.log(b) - a), x, t],
])('%s', (_name, loss, plain, a, b) => {
  it('is each, their mean or their sum', () => {
    const { inputs, feeds } = inputsOf([a, b]);
    const [u, v] = inputs as [Node, Node];
    const each = a.data.map((value, i) => plain(value, b.data[i]!));
    expectClose(valuesOf(loss(u, v, { reduction: 'none' }), feeds), each, 'each', 1e-14);
    expectClose(valuesOf(loss(u, v), feeds), [average(each)], 'mean', 1e-14);
    expectClose(valuesOf(loss(u, v, { reduction: 'sum' }), feeds), [12 * average(each)], 'sum', 1e-14);
  });

  it('has its derivatives', () => {
    checkDerivatives((u, v) => loss(u!, v!), [a, b]);
    checkDerivatives((u) => loss(u!, u!.graph.splat(0.4, [], 'float64')), [a]);
  });

  it('refuses other shapes', () => {
    const graph = new Graph();
    expect(() => loss(graph.input('u', [2]), graph.input('v', [2, 1]))).toThrow(
      `${_name}: shapes [2] and [2, 1] differ; give both the same shape.`,
    );
  });
});

/** Losses, and first and second derivatives by the first operand, at points. */
function at(loss: Loss, points: readonly number[], targets: readonly number[], dtype: 'float32' | 'float64' = 'float64') {
  const graph = new Graph({ dtype });
  const u = graph.input('u', [points.length]);
  const value = loss(u, graph.constant(targets), { reduction: 'none' });
  const ones = graph.splat(1, value.shape, dtype);
  const slope = vjp([value], [u], [ones])[0]!;
  const bend = vjp([slope], [u], [ones])[0]!;
  return [value, slope, bend].map((node) => valuesOf(node, { u: points }));
}

describe('at their edges', () => {
  it('klDiv sums unless said, and counts nothing where the target is 0', () => {
    const graph = new Graph();
    const [logP, target] = [graph.constant([-1, -Infinity, -2]), graph.constant([1, 0, 0])];
    expect(valuesOf(ops.klDiv(logP, target))).toEqual([1]);
    expect(at(ops.klDiv, [-1, -Infinity, -2], [1, 0, 0])[1]!.map((v) => v + 0)).toEqual([-1, 0, 0]);
  });

  it('l1 is flat where it is 0, huber is a parabola there', () => {
    expect(at(ops.l1, [1], [1])).toEqual([[0], [0], [0]]);
    expect(at(ops.huber, [1, 3, -1e200], [1, 2, 0])).toEqual([
      [0, 0.5, 1e200],
      [0, 1, -1],
      [1, 0, 0],
    ]);
    expect(() => at((a, b) => ops.huber(a, b, { delta: 0 }), [1], [1])).toThrow('huber: delta is 0; it must be above 0.');
  });

  it('hinge is flat from 1 on, and takes integer labels', () => {
    const graph = new Graph();
    const scores = graph.constant([0.5, -2, 3]);
    expect(valuesOf(ops.hinge(scores, graph.constant([1, 1, -1], 'int32'), { reduction: 'none' }))).toEqual([0.5, 3, 4]);
    expect(at(ops.hinge, [1, 0.5], [1, 1])[1]!.map((v) => v + 0)).toEqual([0, -1]);
  });

  it('bce is finite at 0 and 1, with the slopes of PyTorch', () => {
    const [value, slope, bend] = at(ops.bce, [0, 0, 1, 1], [0, 1, 0, 1]);
    expect(value!.map((v) => v + 0)).toEqual([0, 100, 100, 0]);
    expect(slope!.map((v) => v + 0)).toEqual([0, -1e12, 1e12, 0]);
    expect(bend!.every(Number.isFinite)).toBe(true);
    expect(at(ops.bce, [1e-20, -0.1], [0, 1])[0]).toEqual([1e-20, NaN]);
    const third = at(ops.bce, [0, 0, 1, 1], [0, 1, 0, 1], 'float32');
    expect(third.flat().every(Number.isFinite)).toBe(true);
  });

  it('bce and bceWithLogits take labels of any dtype', () => {
    const graph = new Graph();
    const z = graph.constant([0.3, -1.2]);
    const wanted = valuesOf(ops.bceWithLogits(z, graph.constant([1, 0])));
    for (const labels of [graph.constant([1, 0], 'int32'), graph.constant([true, false])]) {
      expect(valuesOf(ops.bceWithLogits(z, labels))).toEqual(wanted);
      expectClose(valuesOf(ops.bce(ops.sigmoid(z), labels)), wanted, 'bce');
    }
  });

  it.each(['float32', 'float64'] as const)('bceWithLogits neither overflows nor cancels in %s', (dtype) => {
    const [value, slope, bend] = at(ops.bceWithLogits, [50, -50, 1000, -1000, 0], [1, 0, 0, 1, 1], dtype);
    const tiny = Math.exp(-50);
    expectClose(value!.slice(2), [1000, 1000, Math.LN2], 'value', 1e-7);
    expectClose(slope!.slice(2), [1, -1, -0.5], 'slope', 1e-7);
    expectClose(bend!.slice(2), [0, 0, 0.25], 'bend', 1e-7);
    for (const [i, sign] of [
      [0, -1],
      [1, 1],
    ] as const) {
      expect(value![i]! / tiny).toBeCloseTo(1, 5);
      expect(slope![i]! / tiny).toBeCloseTo(sign, 5);
      expect(bend![i]! / tiny).toBeCloseTo(1, 5);
    }
  });
});
