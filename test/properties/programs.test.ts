import { test } from 'vitest';
import { checkMemory, checkPrograms, checkTrainingSteps } from './programs.js';

test('random programs give the same bits on js and the interpreter, fused or not, in place or not', async () => {
  await checkPrograms({ numRuns: 40, seed: 3 });
});

test('so do compositions of all ops, with their gradients', async () => {
  await checkTrainingSteps({ numRuns: 20, seed: 5 });
});

test('no kernel of theirs reads what is not its own', () => {
  checkMemory({ numRuns: 12, seed: 9 });
});
