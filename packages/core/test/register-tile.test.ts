import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quickestTile } from '../src/placement/register-tile.js';

test('a tile takes what registers hold, and leaves little over', () => {
  expect(quickestTile(3, 64, 1)).toEqual([3, 2]);
  expect(quickestTile(5, 64, 1)).toEqual([2, 4]);
  expect(quickestTile(64, 64, 1)).toEqual([2, 4]);
  expect(quickestTile(1, 64, 1)).toEqual([1, 6]);
  expect(quickestTile(64, 64, 2)).toEqual([1, 3]);
});

test('a tile is no longer than its axes, and held by registers', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), fc.constantFrom(1, 2), (a, b, vectors) => {
      const [rows, columns] = quickestTile(a, b, vectors);
      expect(rows).toBeLessThanOrEqual(a);
      expect(columns).toBeLessThanOrEqual(b);
      expect(vectors * (rows * columns + rows + columns)).toBeLessThan(15);
    }),
  );
});
