import { evaluate, Graph, interpreter, isState, type Node, TapeMachine, tensor } from '@tapegrad/core';
import { crossEntropy, relu, tanh } from '@tapegrad/ops';
import { describe, expect, it } from 'vitest';
import { batches } from '../src/data/batches.js';
import { fit } from '../src/fit.js';
import { constant } from '../src/initialisers/constant.js';
import { dense } from '../src/layers/dense.js';
import { sequential } from '../src/layers/sequential.js';
import { accuracy } from '../src/metrics/accuracy.js';
import { adam } from '../src/optimisers/adam.js';

const nameOf = (parameter: Node): string => (isState(parameter) ? parameter.attrs.name : '');

describe('dense', () => {
  it('is activation(x·w + b)', () => {
    const graph = new Graph();
    const layer = dense(graph, 'layer', [2, 3], { activation: relu, weights: (shape) => constant(shape, -2) });
    expect(layer.parameters.map(nameOf)).toEqual(['layer.w', 'layer.b']);
    const x = graph.input('x', ['batch', 2]);
    expect(
      evaluate(layer(x), {
        x: [
          [1, 2],
          [1, -2],
        ],
      }).toArray(),
    ).toEqual([
      [0, 0, 0],
      [2, 2, 2],
    ]);
  });

  it('shares its parameters between uses, and may have no bias', () => {
    const graph = new Graph();
    const layer = dense(graph, 'layer', [4, 4], { bias: false });
    const x = graph.input('x', [4]);
    expect(layer(layer(x)).shape).toEqual([4]);
    expect(layer.parameters.length).toBe(1);
    expect(layer(x)).toBe(layer(x));
  });
});

describe('sequential', () => {
  it('applies layers and functions in order, and lists every parameter once', () => {
    const graph = new Graph();
    const shared = dense(graph, 'shared', [2, 2]);
    const network = sequential(shared, tanh, shared, dense(graph, 'last', [2, 1]));
    expect(network.parameters.map(nameOf)).toEqual(['shared.w', 'shared.b', 'last.w', 'last.b']);
    expect(network(graph.input('x', ['n', 2])).shape.map(String)).toEqual(['n', '1']);
    expect(sequential()(shared.parameters[0]!)).toBe(shared.parameters[0]);
  });
});

describe('accuracy', () => {
  it('is the part of rows whose largest score is at the label', () => {
    const graph = new Graph();
    const scores = graph.constant([
      [1, 2, 0],
      [5, 1, 5],
      [0, 0, 1],
      [3, 1, 2],
    ]);
    const hits = accuracy(scores, graph.constant([1, 0, 0, 0], 'int32'));
    expect(evaluate(hits).item()).toBe(0.75);
    expect(hits.dtype).toBe('float32');
  });
});

describe('learning', () => {
  it('learns to tell three clusters apart', async () => {
    const count = 90;
    const labels = Int32Array.from({ length: count }, (_, i) => i % 3);
    const points = Array.from(labels, (label, i) => [
      Math.cos(2 * label) + 0.2 * Math.sin(i),
      Math.sin(2 * label) + 0.2 * Math.cos(7 * i),
    ]);
    const graph = new Graph();
    const x = graph.input('x', ['batch', 2]);
    const y = graph.input('y', ['batch'], 'int32');
    const network = sequential(dense(graph, 'hidden', [2, 8], { activation: tanh }), dense(graph, 'scores', [8, 3]));
    const loss = crossEntropy(network(x), y);
    const machine = new TapeMachine(graph, { backend: interpreter(), seed: 1 });
    const updates = adam(loss, network.parameters, { learningRate: 0.05 });
    const step = await machine.compile({ loss, accuracy: accuracy(network(x), y) }, { updates });
    const data = batches({ x: tensor(points), y: labels }, { batchSize: 16, shuffle: true });
    const { epochs } = await fit(step, data, { epochs: 8 });
    expect(epochs.at(-1)!.means.loss).toBeLessThan(0.1 * epochs[0]!.means.loss!);
    expect(epochs.at(-1)!.means.accuracy).toBe(1);
  });
});
