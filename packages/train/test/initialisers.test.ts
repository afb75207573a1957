import { Graph, type Initialiser, interpreter, TapeMachine } from '@tapegrad/core';
import { describe, expect, it } from 'vitest';
import { constant, ones, zeros } from '../src/initialisers/constant.js';
import { orthogonal } from '../src/initialisers/orthogonal.js';
import {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  normal,
  truncatedNormal,
  uniform,
} from '../src/initialisers/random.js';

/** First values of parameters, by machine. */
async function values(initialisers: readonly Initialiser[], seed = 0, dtype: 'float32' | 'float64' = 'float32') {
  const graph = new Graph({ dtype });
  const parameters = initialisers.map((first, i) => graph.parameter(`p${i}`, first));
  const machine = new TapeMachine(graph, { backend: interpreter(), seed });
  return Promise.all(parameters.map((parameter) => machine.get(parameter)));
}

function moments(data: ArrayLike<number>): { mean: number; deviation: number; largest: number } {
  const all = Array.from(data);
  const mean = all.reduce((a, b) => a + b, 0) / all.length;
  const variance = all.reduce((a, b) => a + (b - mean) ** 2, 0) / all.length;
  return { mean, deviation: Math.sqrt(variance), largest: Math.max(...all.map(Math.abs)) };
}

describe('initialisers', () => {
  it('fill', async () => {
    const [a, b, c] = await values([zeros([2]), ones([1, 2]), constant([], 0.25)]);
    expect(a!.toArray()).toEqual([0, 0]);
    expect(b!.toArray()).toEqual([[1, 1]]);
    expect(c!.item()).toBe(0.25);
  });

  it('follow the seed; equal shapes differ', async () => {
    const [a, b] = await values([uniform([50]), uniform([50])], 3);
    const [again, again2] = await values([uniform([50]), uniform([50])], 3);
    const [other] = await values([uniform([50])], 4);
    expect(a!.equals(again!)).toBe(true);
    expect(b!.equals(again2!)).toBe(true);
    expect(a!.equals(b!)).toBe(false);
    expect(a!.equals(other!)).toBe(false);
  });

  it.each<[string, Initialiser, { deviation: number; bound?: number }]>([
    ['uniform', uniform([10_000], { low: -2, high: 2 }), { deviation: 2 / Math.sqrt(3), bound: 2 }],
    ['normal', normal([10_000], { mean: 0, std: 3 }), { deviation: 3 }],
    ['glorotUniform', glorotUniform([100, 50]), { deviation: Math.sqrt(2 / 150), bound: Math.sqrt(6 / 150) }],
    ['glorotNormal', glorotNormal([100, 50]), { deviation: Math.sqrt(2 / 150) }],
    ['heUniform', heUniform([100, 50]), { deviation: Math.sqrt(2 / 100), bound: Math.sqrt(6 / 100) }],
    ['heNormal', heNormal([100, 50]), { deviation: Math.sqrt(2 / 100) }],
    ['lecunUniform', lecunUniform([100, 50]), { deviation: Math.sqrt(1 / 100), bound: Math.sqrt(3 / 100) }],
    ['lecunNormal', lecunNormal([100, 50]), { deviation: Math.sqrt(1 / 100) }],
    // The deviation of a standard normal cut at 2.
    ['truncatedNormal', truncatedNormal([10_000], { std: 3 }), { deviation: 3 * 0.8796, bound: 6 }],
    ['heNormal of a kernel', heNormal([40, 10, 5, 5]), { deviation: Math.sqrt(2 / 250) }],
    ['glorotUniform of a kernel', glorotUniform([20, 10, 5, 5]), { deviation: Math.sqrt(2 / 750) }],
  ])('%s has its moments', async (_name, initialiser, { deviation, bound = Number.POSITIVE_INFINITY }) => {
    for (const dtype of ['float32', 'float64'] as const) {
      const [made] = await values([initialiser], 1, dtype);
      expect(made!.dtype).toBe(dtype);
      const got = moments(made!.data);
      expect(Math.abs(got.mean)).toBeLessThan(0.05 * deviation);
      expect(Math.abs(got.deviation / deviation - 1)).toBeLessThan(0.05);
      expect(got.largest).toBeLessThanOrEqual(bound);
    }
  });

  it.each([[[6, 4]], [[4, 6]], [[3, 3]], [[4, 2, 3, 3]]])('orthogonal of %j has orthonormal rows or columns', async (shape) => {
    const [made] = await values([orthogonal(shape, { gain: 2 })], 5, 'float64');
    expect(made!.shape).toEqual(shape);
    const [rows, columns] = [shape[0]!, shape.slice(1).reduce((a, b) => a * b, 1)];
    const at = (line: number, k: number): number => made!.data[rows < columns ? line * columns + k : k * columns + line]!;
    const [lines, length] = [Math.min(rows, columns), Math.max(rows, columns)];
    for (let i = 0; i < lines; i++) {
      for (let j = 0; j < lines; j++) {
        const product = Array.from({ length }, (_, k) => at(i, k) * at(j, k)).reduce((a, b) => a + b, 0);
        expect(Math.abs(product - (i === j ? 4 : 0))).toBeLessThan(1e-13);
      }
    }
  });

  it('orthogonal needs a matrix', () => {
    expect(() => orthogonal([10])).toThrow('orthogonal: [10] is no matrix; give at least two axes.');
  });

  it('need fans', () => {
    expect(() => heNormal([10])).toThrow('heNormal: [10] has no fans; give a matrix [in, out] or a kernel [out, in, …].');
  });
});
