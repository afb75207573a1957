import { Graph, type Node } from '@tapegrad/core';
import { describe, expect, it } from 'vitest';
import * as ops from '../src/index.js';
import { checkDerivatives, expectClose, inputsOf, spread, valuesOf } from './derivatives.js';

const x = spread([3, 4], [-2, 2]);
const [gamma, beta] = [spread([4], [0.5, 2]), spread([4], [-1, 1], 3)];
const rowsOf = (data: readonly number[]) => [0, 4, 8].map((i) => data.slice(i, i + 4));
const average = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
const standard = (values: readonly number[], epsilon: number) => {
  const centre = average(values);
  const scale = Math.sqrt(average(values.map((v) => (v - centre) ** 2)) + epsilon);
  return values.map((v) => (v - centre) / scale);
};
const affine = (row: readonly number[]) => row.map((v, i) => v * gamma.data[i]! + beta.data[i]!);

describe('layerNorm', () => {
  it('normalises, scales and shifts', () => {
    const { inputs, feeds } = inputsOf([x, gamma, beta]);
    const wanted = rowsOf(x.data).flatMap((row) => affine(standard(row, 1e-5)));
    expectClose(valuesOf(ops.layerNorm(...(inputs as [Node, Node, Node])), feeds), wanted, 'value', 1e-14);
    checkDerivatives((p, q, r) => ops.layerNorm(p!, q!, r!), [x, gamma, beta]);
  });

  it('over other axes', () => {
    const [g, b] = [spread([3], [0.5, 2]), spread([3], [-1, 1])];
    checkDerivatives((p, q, r) => ops.layerNorm(p!, q!, r!, { axis: 0, epsilon: 1e-3 }), [x, g, b]);
    const [all, none] = [spread([3, 4], [0.5, 2]), spread([3, 4], [-1, 1])];
    checkDerivatives((p, q, r) => ops.layerNorm(p!, q!, r!, { axis: [0, 1] }), [x, all, none]);
  });
});

describe('rmsNorm', () => {
  it('divides by the root of the mean square', () => {
    const { inputs, feeds } = inputsOf([x, gamma]);
    const wanted = rowsOf(x.data).flatMap((row) => {
      const scale = Math.sqrt(average(row.map((v) => v * v)) + 1e-6);
      return row.map((v, i) => (v / scale) * gamma.data[i]!);
    });
    expectClose(valuesOf(ops.rmsNorm(inputs[0]!, inputs[1]!), feeds), wanted, 'value', 1e-14);
    checkDerivatives((p, q) => ops.rmsNorm(p!, q!, { epsilon: 0.1 }), [x, gamma]);
  });
});

describe('batchNorm', () => {
  it('normalises each channel over the batch', () => {
    const { inputs, feeds } = inputsOf([x, gamma, beta]);
    const columns = [0, 1, 2, 3].map((i) =>
      standard(
        rowsOf(x.data).map((row) => row[i]!),
        1e-5,
      ),
    );
    const wanted = [0, 1, 2].flatMap((i) => affine(columns.map((column) => column[i]!)));
    expectClose(valuesOf(ops.batchNorm(...(inputs as [Node, Node, Node])), feeds), wanted, 'value', 1e-14);
    checkDerivatives((p, q, r) => ops.batchNorm(p!, q!, r!), [x, gamma, beta]);
  });

  it('takes channels on any axis', () => {
    const { inputs, feeds } = inputsOf([spread([2, 4, 3], [-2, 2]), gamma, beta]);
    const [p, q, r] = inputs as [Node, Node, Node];
    const last = ops.transpose(ops.batchNorm(ops.transpose(p, [0, 2, 1]), q, r, { axis: -1 }), [0, 2, 1]);
    expectClose(valuesOf(last, feeds), valuesOf(ops.batchNorm(p, q, r), feeds), 'value', 1e-14);
  });

  it('with the statistics of the batch, for inference, is the same', () => {
    const image = spread([2, 4, 3, 2], [-2, 2]);
    const { inputs, feeds } = inputsOf([image, gamma, beta]);
    const [p, q, r] = inputs as [Node, Node, Node];
    const others = [0, 2, 3];
    const [centre, width] = [ops.mean(p, { axis: others }), ops.variance(p, { axis: others, correction: 0 })];
    const got = valuesOf(ops.batchNormEval(p, q, r, centre, width), feeds);
    expectClose(got, valuesOf(ops.batchNorm(p, q, r), feeds), 'value', 1e-13);
    checkDerivatives(
      (...all) => ops.batchNormEval(...(all as [Node, Node, Node, Node, Node]), { epsilon: 0.01 }),
      [x, gamma, beta, spread([4], [-1, 1], 5), spread([4], [0.5, 2], 6)],
    );
  });
});

describe('groupNorm', () => {
  const image = spread([2, 4, 3], [-2, 2]);
  it('normalises each group of channels of each example', () => {
    const { inputs, feeds } = inputsOf([image, gamma, beta]);
    const halves = [0, 6, 12, 18].flatMap((i) => standard(image.data.slice(i, i + 6), 1e-5));
    const wanted = halves.map((v, i) => v * gamma.data[Math.floor(i / 3) % 4]! + beta.data[Math.floor(i / 3) % 4]!);
    expectClose(valuesOf(ops.groupNorm(...(inputs as [Node, Node, Node]), { groups: 2 }), feeds), wanted, 'value', 1e-14);
    checkDerivatives((p, q, r) => ops.groupNorm(p!, q!, r!, { groups: 2 }), [image, gamma, beta]);
  });

  it('takes named batches', () => {
    const graph = new Graph();
    const p = graph.input('p', ['batch', 2, 1]);
    const feeds = { p: [[[1], [3]]] };
    expectClose(valuesOf(ops.groupNorm(p, [1, 1], [0, 5], { groups: 1 }), feeds), [-1, 6], 'value', 1e-5);
  });
});

describe('norms refuse', () => {
  const graph = new Graph();
  const [a, g, b] = [graph.input('a', [2, 3]), graph.input('g', [2]), graph.input('b', [3])];
  it.each([
    [() => ops.layerNorm(a, g, b), 'layerNorm: gamma is [2]; along axis 1 of [2, 3] it must be [3].'],
    [() => ops.layerNorm(a, g, b, { axis: [0, 1] }), 'layerNorm: gamma is [2]; along axes [0, 1] of [2, 3] it must be [2, 3].'],
    [() => ops.rmsNorm(a, g), 'rmsNorm: gamma is [2]; along axis 1 of [2, 3] it must be [3].'],
    [() => ops.batchNorm(a, b, g), 'batchNorm: beta is [2]; along axis 1 of [2, 3] it must be [3].'],
    [() => ops.batchNormEval(a, b, b, b, g), 'batchNormEval: variance is [2]; along axis 1 of [2, 3] it must be [3].'],
    [() => ops.groupNorm(a, b, b, { groups: 2 }), 'groupNorm: 2 groups do not divide the 3 channels of [2, 3].'],
    [() => ops.groupNorm(g, b, b, { groups: 1 }), 'groupNorm: x is [2]; it takes [batch, channels, …].'],
    [
      () => ops.rmsNorm(graph.input('i', [3], 'int32'), graph.constant([1, 1, 1], 'int32')),
      "rmsNorm: got int32, wants float32 or float64. Cast it first: cast(x, 'float32').",
    ],
  ])('%#', (call, message) => {
    expect(call).toThrow(message);
  });
});
