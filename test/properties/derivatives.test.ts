import { test } from 'vitest';
import { checkCompositions } from './derivatives.js';

test('compositions of ops: forward, reverse and differences agree to second order', async () => {
  await checkCompositions({ numRuns: 25, seed: 7 });
});
