import { Graph, type Node, vjp } from '@tapegrad/core';
import { describe, expect, it } from 'vitest';
import * as ops from '../src/index.js';
import { checkDerivatives, expectClose, inputsOf, spread, valuesOf } from './derivatives.js';

const logits = spread([3, 4], [-2, 2]);
const labels = [2, 0, 3];

const rowsOf = (data: readonly number[]) => [0, 4, 8].map((i) => data.slice(i, i + 4));
const logSoftmaxOf = (row: readonly number[]) => {
  const total = Math.log(row.reduce((s, v) => s + Math.exp(v), 0));
  return row.map((v) => v - total);
};

describe('softmax', () => {
  it('and its logarithm are what they say', () => {
    const { inputs, feeds } = inputsOf([logits]);
    const wanted = rowsOf(logits.data).flatMap(logSoftmaxOf);
    expectClose(valuesOf(ops.logSoftmax(inputs[0]!), feeds), wanted, 'logSoftmax', 1e-14);
    expectClose(valuesOf(ops.softmax(inputs[0]!), feeds), wanted.map(Math.exp), 'softmax', 1e-14);
    const turned = ops.transpose(ops.softmax(ops.transpose(inputs[0]!), { axis: 0 }));
    expectClose(valuesOf(turned, feeds), wanted.map(Math.exp), 'softmax along 0', 1e-14);
  });

  it.each<[string, (x: Node) => Node]>([
    ['softmax', (x) => ops.softmax(x)],
    ['softmax along 0', (x) => ops.softmax(x, { axis: 0 })],
    ['logSoftmax', (x) => ops.logSoftmax(x)],
  ])('%s has its derivatives', (_name, call) => {
    checkDerivatives((x) => call(x!), [logits]);
  });

  it('does not overflow; a row of -Infinity is NaN', () => {
    const graph = new Graph({ dtype: 'float64' });
    expect(valuesOf(ops.logSoftmax(graph.constant([1000, 0, -1000])))).toEqual([0, -1000, -2000]);
    expectClose(valuesOf(ops.softmax(graph.constant([1, -Infinity, 2]))), [1 / (1 + Math.E), 0, Math.E / (1 + Math.E)], 'masked');
    expect(valuesOf(ops.softmax(graph.constant([-Infinity, -Infinity])))).toEqual([NaN, NaN]);
  });

  it('stays one node', () => {
    const graph = new Graph();
    const y = ops.softmax(graph.input('x', ['batch', 10]));
    expect(y.toString()).toBe('%1 = softmax(%0, axis: -1) float32 [batch, 10]');
    expect(graph.nodes.length).toBe(2);
  });
});

describe('crossEntropy', () => {
  const each = rowsOf(logits.data).map((row, i) => -logSoftmaxOf(row)[labels[i]!]!);
  const smooth = rowsOf(logits.data).map((row, i) => {
    const log = logSoftmaxOf(row);
    return -0.9 * log[labels[i]!]! - (0.1 / 4) * log.reduce((a, b) => a + b);
  });
  const loss = (options: Parameters<typeof ops.crossEntropy>[2]) => (x: Node) =>
    ops.crossEntropy(x, x.graph.constant(labels, 'int32'), options);

  it.each<[Parameters<typeof ops.crossEntropy>[2], number[]]>([
    [{}, [(each[0]! + each[1]! + each[2]!) / 3]],
    [{ reduction: 'sum' }, [each[0]! + each[1]! + each[2]!]],
    [{ reduction: 'none' }, each],
    [{ reduction: 'none', labelSmoothing: 0.1 }, smooth],
    [{ ignoreIndex: 0 }, [(each[0]! + each[2]!) / 2]],
    [{ ignoreIndex: 0, reduction: 'none' }, [each[0]!, 0, each[2]!]],
    [{ ignoreIndex: 0, labelSmoothing: 0.1 }, [(smooth[0]! + smooth[2]!) / 2]],
  ])('with %o', (options, wanted) => {
    const { inputs, feeds } = inputsOf([logits]);
    expectClose(valuesOf(loss(options)(inputs[0]!), feeds), wanted, 'value', 1e-14);
    checkDerivatives((x) => loss(options)(x!), [logits]);
  });

  it('takes classes on any axis', () => {
    const { inputs, feeds } = inputsOf([logits]);
    const turned = ops.crossEntropy(ops.transpose(inputs[0]!), inputs[0]!.graph.constant(labels, 'int32'), {
      axis: 0,
      reduction: 'none',
    });
    expectClose(valuesOf(turned, feeds), each, 'value', 1e-14);
  });

  it('is right for huge logits', () => {
    const { graph, inputs, feeds } = inputsOf([{ shape: [2, 2], data: [1e4, -1e4, -1e4, 1e4] }]);
    const y = ops.crossEntropy(inputs[0]!, graph.constant([1, 1], 'int32'));
    const [g] = vjp([y], inputs, [graph.splat(1, [], 'float64')]);
    expect(valuesOf(y, feeds)).toEqual([1e4]);
    expectClose(valuesOf(g!, feeds), [0.5, -0.5, 0, 0], 'gradient', 1e-15);
  });

  it('gives NaN for a label that is no class, unless it is ignored', () => {
    const graph = new Graph();
    const x = graph.constant([
      [1, 2],
      [3, 4],
    ]);
    const y = graph.constant([-100, 1], 'int32');
    expect(valuesOf(ops.crossEntropy(x, y))).toEqual([NaN]);
    expectClose(valuesOf(ops.crossEntropy(x, y, { ignoreIndex: -100 })), [Math.log(1 + Math.exp(-1))], 'loss');
  });

  it('takes named batches', () => {
    const graph = new Graph();
    const x = graph.input('x', ['batch', 2]);
    const y = graph.input('y', ['batch'], 'int32');
    const batch = {
      x: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      y: [1, 1, 1],
    };
    expectClose(valuesOf(ops.crossEntropy(x, y), batch), [Math.log(1 + Math.exp(-1))], 'loss');
  });

  it('refuses labels of another shape or dtype', () => {
    const graph = new Graph();
    const x = graph.input('x', [32, 10]);
    expect(() => ops.crossEntropy(x, graph.input('y', [32, 1], 'int32'))).toThrow(
      'crossEntropy: logits [32, 10] over axis 1 want labels [32], got [32, 1].',
    );
    expect(() => ops.crossEntropy(x, graph.input('z', [32]))).toThrow(
      "crossEntropy: the labels are float32; they must be int32. Cast them: cast(labels, 'int32').",
    );
  });
});

describe('nllLoss', () => {
  const each = rowsOf(logits.data).map((row, i) => -row[labels[i]!]!);
  const loss = (options: Parameters<typeof ops.nllLoss>[2]) => (x: Node) =>
    ops.nllLoss(x, x.graph.constant(labels, 'int32'), options);

  it.each<[Parameters<typeof ops.nllLoss>[2], number[]]>([
    [{}, [(each[0]! + each[1]! + each[2]!) / 3]],
    [{ reduction: 'none' }, each],
    [{ ignoreIndex: 3, reduction: 'sum' }, [each[0]! + each[1]!]],
    [{ ignoreIndex: 3 }, [(each[0]! + each[1]!) / 2]],
  ])('with %o', (options, wanted) => {
    const { inputs, feeds } = inputsOf([logits]);
    expectClose(valuesOf(loss(options)(inputs[0]!), feeds), wanted, 'value', 1e-14);
    checkDerivatives((x) => loss(options)(x!), [logits]);
  });

  it('sees no other class, and no label that is none', () => {
    const graph = new Graph();
    const x = graph.constant([
      [-Infinity, -1],
      [NaN, -3],
    ]);
    expect(valuesOf(ops.nllLoss(x, graph.constant([1, 1], 'int32')))).toEqual([2]);
    expect(valuesOf(ops.nllLoss(x, graph.constant([1, 2], 'int32'), { reduction: 'none' }))).toEqual([1, NaN]);
    expect(() => ops.nllLoss(x, graph.constant([1], 'int32'))).toThrow(
      'nllLoss: log-probabilities [2, 2] over axis 1 want labels [2], got [1].',
    );
  });
});

describe('crossEntropySoft', () => {
  const targets = spread([3, 4], [0, 0.5], 2);
  const each = rowsOf(logits.data).map((row, i) =>
    logSoftmaxOf(row).reduce((total, v, j) => total - v * targets.data[4 * i + j]!, 0),
  );

  it('is each, their mean or their sum', () => {
    const { inputs, feeds } = inputsOf([logits, targets]);
    const [x, t] = inputs as [Node, Node];
    expectClose(valuesOf(ops.crossEntropySoft(x, t, { reduction: 'none' }), feeds), each, 'each', 1e-14);
    expectClose(valuesOf(ops.crossEntropySoft(x, t), feeds), [(each[0]! + each[1]! + each[2]!) / 3], 'mean', 1e-14);
    checkDerivatives((a, b) => ops.crossEntropySoft(a!, b!, { axis: 0, labelSmoothing: 0.2 }), [logits, targets]);
  });

  it('of a hard target is crossEntropy', () => {
    const { graph, inputs, feeds } = inputsOf([logits]);
    const hard = graph.constant(labels, 'int32');
    for (const labelSmoothing of [0, 0.1]) {
      const soft = ops.crossEntropySoft(inputs[0]!, ops.oneHot(hard, 4), { labelSmoothing });
      expectClose(valuesOf(soft, feeds), valuesOf(ops.crossEntropy(inputs[0]!, hard, { labelSmoothing }), feeds), 'loss', 1e-14);
    }
  });

  it('does not mind impossible classes whose target is 0', () => {
    const graph = new Graph({ dtype: 'float64' });
    const x = graph.input('x', [3]);
    const y = ops.crossEntropySoft(x, [0.5, 0.5, 0]);
    const [g] = vjp([y], [x], [graph.splat(1, [], 'float64')]);
    const feeds = { x: [1, 1, -Infinity] };
    expectClose(valuesOf(y, feeds), [Math.log(2)], 'loss', 1e-15);
    expectClose(valuesOf(g!, feeds), [0, 0, 0], 'gradient', 1e-15);
    expect(() => ops.crossEntropySoft(x, graph.input('t', [2]))).toThrow(
      'crossEntropySoft: shapes [3] and [2] differ; give both the same shape.',
    );
  });
});
