import { expect, it } from 'vitest';
import { Builder } from '../src/loops/expression.js';
import { Index } from '../src/loops/indices.js';
import { strandsTogether } from '../src/placement/unroll.js';

it('a few sums are added up in several partial results, the cells of a tile in one each', () => {
  const builder = new Builder();
  const axis = { key: 'i', extent: 256 };
  const sums = (count: number, type: 'float32' | 'float64') =>
    Array.from({ length: count }, (_, i) => ({ body: builder.load(i, type, Index.axis(axis)), type }));
  expect([1, 2, 4, 8].map((count) => strandsTogether(sums(count, 'float32'), axis))).toEqual([4, 4, 1, 1]);
  expect([1, 2, 4, 8].map((count) => strandsTogether(sums(count, 'float64'), axis))).toEqual([4, 4, 1, 1]);
  expect(strandsTogether(sums(1, 'float32'), { key: 'i', extent: 12 })).toBe(1);
});
