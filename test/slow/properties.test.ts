import fc from 'fast-check';
import { test } from 'vitest';
import { checkConvolutions, checkLargeConvolutions, checkLongProducts, checkMatrices } from '../loops/products.js';
import { checkOverwriting } from '../machine/overwriting.js';
import { checkCompositions } from '../properties/derivatives.js';
import { checkNames } from '../properties/dims.js';
import { checkKinks } from '../properties/kinks.js';
import { checkPlaces } from '../properties/places.js';
import { checkPools } from '../properties/pools.js';
import { checkMemory, checkPrograms, checkTrainingSteps } from '../properties/programs.js';
import { checkRecomputation } from '../properties/recompute.js';
import { checkViews } from '../properties/views.js';

// A failure prints its seed and path.
const times = Number(process.env.TAPEGRAD_TIMES ?? 1);

test.each([
  ['derivatives of compositions', checkCompositions, 500],
  ['kinks', checkKinks, 1000],
  ['programs on every backend, with every subset of the passes', checkPrograms, 800],
  ['training steps on every backend, with every subset of the passes', checkTrainingSteps, 300],
  ['training steps in checked memory', checkMemory, 300],
  ['programs with values computed again', checkRecomputation, 200],
  ['chains of views', checkViews, 3000],
  ['values put together', checkPlaces, 300],
  ['pools', checkPools, 300],
  ['convolutions', checkConvolutions, 200],
  ['large convolutions', checkLargeConvolutions, 60],
  ['products of matrices', checkMatrices, 200],
  ['long products', checkLongProducts, 40],
  ['parts of kernels that overwrite', checkOverwriting, 200],
  ['named dims', checkNames, 300],
] as const)('random %s', { timeout: 600_000 * times }, async (_name, check, numRuns) => {
  await check({ numRuns: numRuns * times, seed: fc.readConfigureGlobal().seed! });
});
