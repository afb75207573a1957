import { expect, it } from 'vitest';
import { FULL, measureAll, violations } from '../accuracy/report.js';

it('every pointwise function is within its bound on a dense sample, of another seed than the page', async () => {
  expect(violations(await measureAll(FULL, { seed: 2 }))).toEqual([]);
});
