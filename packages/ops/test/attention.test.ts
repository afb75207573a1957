import { Graph, type Node, vjp } from '@tapegrad/core';
import { describe, expect, it } from 'vitest';
import * as ops from '../src/index.js';
import { checkDerivatives, expectClose, inputsOf, spread, valuesOf } from './derivatives.js';

const q = spread([2, 3, 4], [-2, 2]);
const k = spread([2, 5, 4], [-2, 2], 3);
const v = spread([2, 5, 3], [-2, 2], 7);

/** softmax(q·kᵀ/√d)·v in plain loops, over the keys that `sees` names. */
function plain(sees: (query: number, key: number) => boolean): number[] {
  const at = ({ shape, data }: typeof q, ...index: number[]) => data[index.reduce((flat, i, axis) => flat * shape[axis]! + i)]!;
  const result: number[] = [];
  for (let batch = 0; batch < 2; batch++) {
    for (let query = 0; query < 3; query++) {
      const weights = [0, 1, 2, 3, 4].map((key) => {
        const product = [0, 1, 2, 3].reduce((sum, i) => sum + at(q, batch, query, i) * at(k, batch, key, i), 0);
        return sees(query, key) ? Math.exp(product / 2) : 0;
      });
      const total = weights.reduce((a, b) => a + b) || 1;
      for (let i = 0; i < 3; i++) result.push(weights.reduce((sum, w, key) => sum + (w / total) * at(v, batch, key, i), 0));
    }
  }
  return result;
}

const holes = [
  [true, false, true, true, false],
  [false, false, false, false, false],
  [true, true, true, true, true],
];
const biases = holes.map((row) => row.map((seen, i) => (seen ? 0.1 * i : -Infinity)));

describe('attention', () => {
  const { inputs, feeds } = inputsOf([q, k, v]);
  const [a, b, c] = inputs as [Node, Node, Node];

  it('mixes values by how well keys answer queries', () => {
    expectClose(
      valuesOf(ops.attention(a, b, c), feeds),
      plain(() => true),
      'all',
      1e-14,
    );
    expectClose(
      valuesOf(ops.attention(a, b, c, { causal: true }), feeds),
      plain((i, j) => j <= i),
      'causal',
      1e-14,
    );
    expectClose(
      valuesOf(ops.attention(a, b, c, { mask: holes }), feeds),
      plain((i, j) => holes[i]![j]!),
      'mask',
      1e-14,
    );
    const both = plain((i, j) => holes[i]![j]! && j <= i);
    expectClose(valuesOf(ops.attention(a, b, c, { mask: holes, causal: true }), feeds), both, 'both', 1e-14);
  });

  it('adds a mask of floats to the scores', () => {
    const bias = spread([3, 5], [-1, 1], 2);
    const wanted = (x: Node, y: Node, z: Node, w: Node) =>
      ops.matmul(ops.softmax(ops.add(ops.div(ops.matmul(x, ops.transpose(y, [0, 2, 1])), 2), w)), z);
    const { inputs: all, feeds: fed } = inputsOf([q, k, v, bias]);
    const [x, y, z, w] = all as [Node, Node, Node, Node];
    expectClose(valuesOf(ops.attention(x, y, z, { mask: w }), fed), valuesOf(wanted(x, y, z, w), fed), 'value', 1e-14);
    checkDerivatives((...n) => ops.attention(n[0]!, n[1]!, n[2]!, { mask: n[3]! }), [q, k, v, bias]);
  });

  it('has its derivatives, also where a query sees no key', () => {
    checkDerivatives((...n) => ops.attention(...(n as [Node, Node, Node])), [q, k, v]);
    checkDerivatives((...n) => ops.attention(...(n as [Node, Node, Node]), { causal: true }), [q, k, v]);
    checkDerivatives((...n) => ops.attention(...(n as [Node, Node, Node]), { mask: holes }), [q, k, v]);
  });

  it.each<[string, number[][] | boolean[][]]>([
    ['bools', holes],
    ['floats', biases],
  ])('gives 0 with a derivative of 0 for a query that sees no key, by a mask of %s', (_name, mask) => {
    const y = ops.attention(a, b, c, { mask });
    expect(valuesOf(y, feeds).slice(3, 6)).toEqual([0, 0, 0]);
    const [g] = vjp([y], [a], [ops.onesLike(y)]);
    const slopes = valuesOf(g!, feeds);
    expect(slopes.slice(4, 8).map((s) => s + 0)).toEqual([0, 0, 0, 0]);
    expect(slopes.every(Number.isFinite)).toBe(true);
  });

  it('does not overflow, and shows NaN', () => {
    const graph = new Graph();
    const queries = graph.constant([[1000]]);
    const keys = graph.constant([[1000], [-1000], [2000]]);
    const values = graph.constant([[1], [2], [3]]);
    expect(valuesOf(ops.attention(queries, keys, values))).toEqual([3]);
    expect(valuesOf(ops.attention(queries, keys, values, { mask: [true, true, false] }))).toEqual([1]);
    expect(valuesOf(ops.attention(graph.constant([[NaN]]), keys, values, { causal: true }))).toEqual([NaN]);
  });

  it('takes names and broadcasts leading axes', () => {
    const graph = new Graph();
    const x = graph.input('x', ['batch', 'seq', 2]);
    const y = ops.attention(x, x, x, { causal: true });
    expect(`${y.shape}`).toBe('batch,seq,2');
    const rows = [
      [1, 0],
      [0, 0],
    ];
    expectClose(valuesOf(y, { x: [rows] }), [1, 0, 0.5, 0], 'value');
    expect(ops.attention(graph.input('q', [8, 3, 4]), graph.input('k', [5, 4]), graph.input('v', [5, 6])).shape).toEqual([
      8, 3, 6,
    ]);
  });

  it('refuses what does not fit', () => {
    const graph = new Graph();
    const [x, y] = [graph.input('x', [3, 4]), graph.input('y', [5, 3])];
    expect(() => ops.attention(x, y, y)).toThrow(
      'attention: q [3, 4], k [5, 3] and v [5, 3] do not fit; they are […, queries, d], […, keys, d] and […, keys, e].',
    );
    expect(() => ops.attention(x, x, x, { mask: graph.input('m', [3, 3], 'int32') })).toThrow(
      'attention: the mask is int32; it must be bool or float. Compare it: ne(mask, 0).',
    );
  });
});
