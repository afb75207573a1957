import { js as openJs } from 'tapegrad';
import { describe, expect, it } from 'vitest';
import type { Case } from '../src/case.js';
import { contest } from '../src/contest.js';
import { QUICK } from '../src/measure.js';
import { straightLine } from '../src/reference/loops.js';
import { SUITES } from '../src/suites/index.js';
import { tapegrad } from '../src/tapegrad/system.js';

const js = tapegrad('js', 1, openJs);
const effort = { ...QUICK, window: 1 };

function caseOf(suite: string, name: string): Case {
  return SUITES[suite]!().find((work) => work.name === name)!;
}

describe('a contest', () => {
  it('times a system beside the reference loop, and gives the ratio', async () => {
    const { measurements, absences } = await contest(caseOf('scalar', 'scalar'), [js], effort);
    expect(measurements.map(({ system, suite, unit, threads }) => ({ system, suite, unit, threads }))).toEqual([
      { system: 'reference', suite: 'scalar', unit: 'ms', threads: 1 },
      { system: 'js', suite: 'scalar', unit: 'ms', threads: 1 },
    ]);
    const [reference, mine] = measurements;
    expect(mine!.ratio).toBe(mine!.median / reference!.median);
    expect(mine!.min).toBeLessThanOrEqual(mine!.median);
    expect(absences).toEqual([]);
  });

  it('times nothing that is wrong', async () => {
    const wrong = { ...js, name: 'wrong', scalar: () => ({ run: () => 0, read: () => [1, 2, 3] }) };
    await expect(contest(caseOf('scalar', 'scalar'), [wrong], effort)).rejects.toThrow(
      /^wrong: scalar: got 1, expected .*\. Nothing is timed before it is right\.$/,
    );
  });

  it('says why a system takes no part', async () => {
    const absent = { ...js, name: 'absent', scalar: () => 'has no scalars' };
    const { measurements, absences } = await contest(caseOf('scalar', 'scalar'), [absent], effort);
    expect(measurements).toHaveLength(1);
    expect(absences).toEqual([{ case: 'scalar', system: 'absent', threads: 1, reason: 'has no scalars' }]);
  });

  it('leaves the clock to a system in another process, and awaits runs that give promises', async () => {
    let asked = 0;
    const remote = {
      run: () => 0,
      read: () => [0],
      time: async (runs: number) => {
        asked += runs;
        return runs * 2;
      },
    };
    const work: Case = { ...caseOf('scalar', 'scalar'), reference: straightLine, prepare: () => remote, check: async () => {} };
    const { measurements } = await contest(work, [js], effort);
    expect(measurements[1]!.median).toBe(2);
    expect(asked).toBeGreaterThan(3);
  });

  it.each([
    ['tiny', 'tiny-sgd'],
    ['deep', 'deep-sgd'],
    ['compile', 'compile-1000-in-32-chains'],
  ])('finds the results of js in %s right', async (suite, name) => {
    const work = caseOf(suite, name);
    const prepared = await work.prepare(js);
    if (typeof prepared === 'string') throw new Error(prepared);
    await work.check(async () => prepared.read());
  });
});
