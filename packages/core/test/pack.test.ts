import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Block, pack } from '../src/tape/pack.js';

const ALIGNMENT = 16;
const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

function blocksOf(lives: readonly (readonly [bytes: number, first: number, steps: number])[]): Block[] {
  return lives
    .map(([bytes, first, steps]) => ({ bytes, first, last: first + steps, offset: 0 }))
    .sort((a, b) => a.first - b.first);
}

/** The most bytes that live at once: no plan needs less. */
function lowerBound(blocks: readonly Block[]): number {
  const at = (t: number): number =>
    blocks.filter(({ first, last }) => first <= t && t <= last).reduce((total, { bytes }) => total + aligned(bytes), 0);
  return Math.max(0, ...blocks.map(({ first }) => at(first)));
}

const someBlocks = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 12 })), {
    maxLength: 60,
  })
  .map(blocksOf);

test('blocks that live at once do not overlap, are aligned and lie within the whole', () => {
  fc.assert(
    fc.property(someBlocks, (blocks) => {
      const whole = pack(blocks, ALIGNMENT);
      expect(whole).toBeGreaterThanOrEqual(lowerBound(blocks));
      for (const a of blocks) {
        expect(a.offset % ALIGNMENT).toBe(0);
        expect(a.offset + a.bytes).toBeLessThanOrEqual(whole);
        for (const b of blocks) {
          if (a === b || a.bytes === 0 || b.bytes === 0 || a.last < b.first || b.last < a.first) continue;
          expect(a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset).toBe(true);
        }
      }
    }),
  );
});

test('on the average the whole is near the lower bound', () => {
  const ratios = fc.sample(someBlocks, { seed: 1, numRuns: 300 }).flatMap((blocks) => {
    const least = lowerBound(blocks);
    return least > 0 ? [pack(blocks, ALIGNMENT) / least] : [];
  });
  expect(ratios.reduce((a, b) => a + b, 0) / ratios.length).toBeLessThan(1.02);
});

test('blocks of one size reach the lower bound', () => {
  const blocks = blocksOf(Array.from({ length: 200 }, (_, t) => [64, t, (t * 7) % 11] as const));
  expect(pack(blocks, ALIGNMENT)).toBe(lowerBound(blocks));
});
