import { callOn, evaluate, Graph } from '@tapegrad/core';
import { describe, expect, it } from 'vitest';
import { broadcastTo, randomCategorical, randomPermutation } from '../src/index.js';

describe('randomCategorical', () => {
  it('draws by softmax of the logits, and never what is impossible', () => {
    const graph = new Graph();
    const logits = graph.constant([Math.log(1), Math.log(2), -Infinity, Math.log(5)]);
    const drawn = evaluate(randomCategorical(broadcastTo(logits, [4_000, 4])), {}, { seed: 3 });
    expect([drawn.dtype, drawn.shape]).toEqual(['int32', [4_000]]);
    const portions = [0, 1, 2, 3].map((k) => Array.from(drawn.data).filter((x) => x === k).length / 4_000);
    [1 / 8, 2 / 8, 0, 5 / 8].forEach((wanted, k) => {
      expect(Math.abs(portions[k]! - wanted)).toBeLessThan(wanted === 0 ? 1e-9 : 0.027);
    });
  });

  it('takes another axis, and refuses integers', () => {
    const graph = new Graph();
    const certain = graph.constant([
      [0, -Infinity],
      [-Infinity, 0],
    ]);
    expect(evaluate(randomCategorical(certain, { axis: 0 })).toArray()).toEqual([0, 1]);
    expect(() => randomCategorical(graph.constant([1, 2], 'int32'))).toThrow(
      "randomCategorical: got int32, wants float32 or float64. Cast it first: cast(x, 'float32').",
    );
  });
});

describe('randomPermutation', () => {
  const permuted = (count: number, seed: number): number[] => {
    const graph = new Graph();
    const order = callOn(graph, () => randomPermutation(count));
    return Array.from(evaluate(order, {}, { seed }).data);
  };

  it('has every number once, in an order of the seed', () => {
    const order = permuted(100, 1);
    expect(order.toSorted((a, b) => a - b)).toEqual([...order.keys()]);
    expect(permuted(100, 1)).toEqual(order);
    expect(permuted(100, 2)).not.toEqual(order);
    expect(permuted(0, 1)).toEqual([]);
  });

  it('gives all orders about as often', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 120; seed++) {
      const key = permuted(3, seed).join('');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    expect(Math.min(...counts.values())).toBeGreaterThan(7);
  });
});
