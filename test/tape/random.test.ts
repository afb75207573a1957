import fc from 'fast-check';
import { test } from 'vitest';
import { runEveryWay } from '../../packages/core/test/tape-support.js';
import { choices, randomProgram } from './random-program.js';

test('random programs give the same bits with every subset of the passes, in checked memory', () => {
  const seeds = fc.record({ seed: fc.nat(), length: fc.integer({ min: 1, max: 40 }) });
  fc.assert(
    fc.property(seeds, ({ seed, length }) => {
      runEveryWay(randomProgram(choices(seed), length));
    }),
    { numRuns: 60 },
  );
});
