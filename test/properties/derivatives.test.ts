import { test } from 'vitest';
import { checkCompositions } from './derivatives.js';
import { checkKinks } from './kinks.js';

test('compositions of ops: forward, reverse and differences agree to second order', async () => {
  await checkCompositions({ numRuns: 25, seed: 7 });
});

test('at kinks and ties both modes make the same choice', async () => {
  await checkKinks({ numRuns: 100, seed: 1 });
});
