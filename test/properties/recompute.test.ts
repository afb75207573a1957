import { expect, test } from 'vitest';
import { checkRecomputation } from './recompute.js';

test('random programs give the same bits whatever is computed again, and nothing reads what is not its own', () => {
  const { checkpointed, limited } = checkRecomputation({ numRuns: 10, seed: 7 });
  expect(checkpointed).toBeGreaterThan(1);
  expect(limited).toBeGreaterThan(1);
});
