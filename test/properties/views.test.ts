import { test } from 'vitest';
import { checkViews } from './views.js';

test('random chains of views are what they are of plain arrays', async () => {
  await checkViews({ numRuns: 200, seed: 11 });
});
