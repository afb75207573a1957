import { test } from 'vitest';
import { checkNames } from './dims.js';

test('random programs with named dims are, for every size, what they are with numbers', async () => {
  await checkNames({ numRuns: 25, seed: 2 });
});
