import { Graph, type Node } from '@tapegrad/core';
import { describe, expect, it } from 'vitest';
import * as ops from '../src/index.js';
import { type Argument, checkDerivatives, expectClose, inputsOf, spread, valuesOf } from './derivatives.js';

const logistic = (x: number) => 1 / (1 + Math.exp(-x));
const x = spread([2, 3], [-1, 1]);
const h = spread([2, 2], [-1, 1], 2);
const c = spread([2, 2], [-1, 1], 5);
/** wi, wh, bi and bh of a number of gates. */
const weights = (gates: number): Argument[] =>
  [[2 * gates, 3], [2 * gates, 2], [2 * gates], [2 * gates]].map((shape, i) => spread(shape, [-1, 1], 3 * i));

/** One affine map of a row: its products with the rows of `w`, plus `b`. */
function affine(row: readonly number[], w: Argument, b: Argument): number[] {
  return b.data.map((bias, i) => row.reduce((sum, v, j) => sum + v * w.data[i * row.length + j]!, bias));
}

/** For both rows: what the inputs and what the hidden state give to each gate. */
function parts([wi, wh, bi, bh]: readonly Argument[]): { fromX: number[]; fromH: number[]; row: number }[] {
  return [0, 1].map((row) => ({
    fromX: affine(x.data.slice(3 * row, 3 * row + 3), wi!, bi!),
    fromH: affine(h.data.slice(2 * row, 2 * row + 2), wh!, bh!),
    row,
  }));
}

type Six = [Node, Node, Node, Node, Node, Node];
type Seven = [...Six, Node];

describe('cells', () => {
  it('rnnTanhCell', () => {
    const args = [x, h, ...weights(1)];
    const { inputs, feeds } = inputsOf(args);
    const wanted = parts(weights(1)).flatMap(({ fromX, fromH }) => fromX.map((v, i) => Math.tanh(v + fromH[i]!)));
    expectClose(valuesOf(ops.rnnTanhCell(...(inputs as Six)), feeds), wanted, 'value', 1e-14);
    checkDerivatives((...n) => ops.rnnTanhCell(...(n as Six)), args);
  });

  it('gruCell', () => {
    const args = [x, h, ...weights(3)];
    const { inputs, feeds } = inputsOf(args);
    const wanted = parts(weights(3)).flatMap(({ fromX, fromH, row }) =>
      [0, 1].map((i) => {
        const r = logistic(fromX[i]! + fromH[i]!);
        const z = logistic(fromX[2 + i]! + fromH[2 + i]!);
        const n = Math.tanh(fromX[4 + i]! + r * fromH[4 + i]!);
        return (1 - z) * n + z * h.data[2 * row + i]!;
      }),
    );
    expectClose(valuesOf(ops.gruCell(...(inputs as Six)), feeds), wanted, 'value', 1e-14);
    checkDerivatives((...n) => ops.gruCell(...(n as Six)), args);
  });

  it('lstmCell', () => {
    const args = [x, h, c, ...weights(4)];
    const { inputs, feeds } = inputsOf(args);
    const wanted = parts(weights(4)).flatMap(({ fromX, fromH, row }) =>
      [0, 1].map((i) => {
        const [input, forget, candidate, output] = [0, 2, 4, 6].map((gate) => fromX[gate + i]! + fromH[gate + i]!);
        const memory = logistic(forget!) * c.data[2 * row + i]! + logistic(input!) * Math.tanh(candidate!);
        return { memory, hidden: logistic(output!) * Math.tanh(memory) };
      }),
    );
    const [hidden, memory] = ops.lstmCell(...(inputs as Seven));
    expectClose(
      valuesOf(hidden, feeds),
      wanted.map((each) => each.hidden),
      'h',
      1e-14,
    );
    expectClose(
      valuesOf(memory, feeds),
      wanted.map((each) => each.memory),
      'c',
      1e-14,
    );
    checkDerivatives((...n) => ops.concat(ops.lstmCell(...(n as Seven))), args);
  });

  it('take one row without a batch, and named batches', () => {
    const graph = new Graph();
    const [wi, wh, b] = [graph.input('wi', [8, 3]), graph.input('wh', [8, 2]), graph.input('b', [8])];
    const single = ops.lstmCell(graph.input('x1', [3]), graph.input('h1', [2]), graph.input('c1', [2]), wi, wh, b, b);
    expect(single.map(({ shape }) => shape)).toEqual([[2], [2]]);
    const [xs, hs] = [graph.input('xs', ['batch', 3]), graph.input('hs', ['batch', 2])];
    expect(`${ops.lstmCell(xs, hs, hs, wi, wh, b, b)[0].shape}`).toBe('batch,2');
    expect(() => ops.lstmCell(hs, hs, hs, wi, wh, b, b)).toThrow(
      'linear: takes x […, inputs] and w [outputs, inputs], not [batch, 2] and [8, 3].',
    );
  });
});
