import { tensor } from '@tapegrad/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitExamples } from '../src/data/split.js';

const data = (examples: number) => ({
  x: tensor(
    Array.from({ length: 2 * examples }, (_, i) => i),
    { shape: [examples, 2] },
  ),
  y: Int32Array.from({ length: examples }, (_, i) => i),
});

describe('splitExamples', () => {
  it('puts every example in one part, and keeps its columns together', () => {
    const check = (examples: number, seed: number, first: number): void => {
      const { train, test } = splitExamples(data(examples), { train: first, test: 1 }, { seed });
      expect([...train.y.data, ...test.y.data].sort((a, b) => a - b)).toEqual([...Array(examples).keys()]);
      for (const { x, y } of [train, test]) expect([...y.data].flatMap((i) => [2 * i, 2 * i + 1])).toEqual([...x.data]);
      expect(Math.abs(train.y.shape[0]! - (examples * first) / (first + 1))).toBeLessThanOrEqual(0.5);
    };
    fc.assert(fc.property(fc.integer({ min: 1, max: 50 }), fc.nat(), fc.integer({ min: 1, max: 9 }), check), { numRuns: 50 });
  });

  it('cuts in the order of the data, or by a seed', () => {
    const parts = (options: { shuffle?: boolean; seed?: number }) => {
      const { train, validation, test } = splitExamples(data(10), { train: 0.7, validation: 0.2, test: 0.1 }, options);
      return [train, validation, test].map(({ y }) => [...y.data]);
    };
    expect(parts({ shuffle: false })).toEqual([[0, 1, 2, 3, 4, 5, 6], [7, 8], [9]]);
    expect(parts({})).toEqual(parts({ seed: 0 }));
    expect(parts({})).not.toEqual(parts({ seed: 1 }));
  });

  it('refuses portions and columns that make no sense', () => {
    expect(() => splitExamples(data(3), { train: 1, test: 0 })).toThrow(
      "splitExamples: the portion of 'test' is 0; it must be a positive number.",
    );
    expect(() => splitExamples({ x: data(3).x, y: data(4).y }, { train: 1 })).toThrow(
      "splitExamples: 'x' has 3 examples and 'y' has 4; every column must have a row for each.",
    );
  });
});
