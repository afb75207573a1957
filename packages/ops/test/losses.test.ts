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

describe('mse', () => {
  it('is the mean of squares, or their sum, or each', () => {
    const graph = new Graph();
    const [x, y] = [graph.constant([1, 2]), graph.constant([3, 5])];
    expect(valuesOf(ops.mse(x, y))).toEqual([6.5]);
    expect(valuesOf(ops.mse(x, y, { reduction: 'sum' }))).toEqual([13]);
    expect(valuesOf(ops.mse(x, 0, { reduction: 'none' }))).toEqual([1, 4]);
    expect(() => ops.mse(x, graph.input('z', [2, 1]))).toThrow('mse: shapes [2] and [2, 1] differ; give both the same shape.');
    checkDerivatives((a, b) => ops.mse(a!, b!), [logits, spread([3, 4], [-1, 1], 4)]);
  });
});

describe('layerNorm', () => {
  const [gamma, beta] = [spread([4], [0.5, 2]), spread([4], [-1, 1], 3)];
  it('normalises, scales and shifts', () => {
    const { inputs, feeds } = inputsOf([logits, gamma, beta]);
    const wanted = rowsOf(logits.data).flatMap((row) => {
      const mean = row.reduce((a, b) => a + b) / 4;
      const variance = row.reduce((s, v) => s + (v - mean) ** 2, 0) / 4;
      return row.map((v, i) => ((v - mean) / Math.sqrt(variance + 1e-5)) * gamma.data[i]! + beta.data[i]!);
    });
    const [x, g, b] = inputs as [Node, Node, Node];
    expectClose(valuesOf(ops.layerNorm(x, g, b), feeds), wanted, 'value', 1e-14);
    checkDerivatives((p, q, r) => ops.layerNorm(p!, q!, r!), [logits, gamma, beta]);
  });

  it('over other axes', () => {
    checkDerivatives(
      (x, g, b) => ops.layerNorm(x!, g!, b!, { axis: 0, epsilon: 1e-3 }),
      [logits, spread([3], [0.5, 2]), spread([3], [-1, 1])],
    );
  });

  it('refuses a gamma of another shape', () => {
    const graph = new Graph();
    expect(() => ops.layerNorm(graph.input('x', [2, 3]), graph.input('g', [2]), graph.input('b', [3]))).toThrow(
      'layerNorm: gamma is [2]; over axes [1] it must be [3].',
    );
  });
});
