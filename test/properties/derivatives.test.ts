import { expect, test } from 'vitest';
import { dealt, uses } from './composition.js';
import { checkCompositions } from './derivatives.js';
import { checkKinks } from './kinks.js';

test('compositions of ops: forward, reverse and differences agree to third order', async () => {
  await checkCompositions({ numRuns: 18, seed: 7 });
});

test('500 compositions, of depth 1 to 6, use every op at least 10 times', () => {
  const hands = dealt(500, 1);
  expect(new Set(hands.map((ops) => ops.length))).toEqual(new Set([1, 2, 3, 4, 5, 6]));
  expect(Math.min(...uses(hands).values())).toBeGreaterThanOrEqual(10);
});

test('at kinks and ties both modes make the same choice', async () => {
  await checkKinks({ numRuns: 100, seed: 1 });
});
