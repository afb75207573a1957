import { test } from 'vitest';
import { checkPools } from './pools.js';

test('random pools and their gradients are what plain loops give', async () => {
  await checkPools({ numRuns: 40 });
});
