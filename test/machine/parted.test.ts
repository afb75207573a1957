import { it } from 'vitest';
import { checkOverwriting, type Update } from './overwriting.js';

/** One loop reads in reverse what the next overwrites, in one kernel: of all rows, and within each. */
const overwriting: Update[] = [
  { length: 40, reads: [{ state: 1, start: 2, step: -1, how: 'view' }] },
  { length: 80, reads: [] },
];
const examples: [number, Update[]][] = [
  [1, overwriting],
  [5, overwriting],
];

it('parts may be done in any order, whatever is overwritten', () => checkOverwriting({ numRuns: 10, examples }));
