import { describe, expect, it } from 'vitest';
import type { Outcome } from '../oracle/outcome.js';
import { behaviourTasks } from './behaviour.js';
import { judgeUse, rightUses } from './op-tasks.js';
import { randomTasks } from './random.js';
import { subjects } from './subjects.js';
import { suiteOf } from './suite.js';
import { supportTable, withTable } from './support.js';
import { excusing } from './tasks.js';
import { trainingTasks } from './training.js';

// What takes longest is among the slow tests: the oracle, and every op in every dtype.
for (const subject of subjects.filter(({ name }) => name !== 'interpreter')) {
  const some = { ...subject, floats: subject.floats.slice(0, 1) };
  suiteOf(`conformance of ${subject.name}`, [
    ...trainingTasks(some),
    ...randomTasks(some).slice(0, 5),
    ...behaviourTasks(subject),
  ]);
}

describe('the suite', () => {
  it('sees a backend that is wrong, and skips only what that backend has refused', async () => {
    const [tfjs] = subjects.filter(({ name }) => name === 'tfjs:cpu');
    const uses = await rightUses('int32');
    const sum = uses.find(({ use }) => use.op === 'sum')!;
    expect((await judgeUse(tfjs!, sum)).verdict).toBe('passed');
    const wrong = {
      ...sum,
      wanted: Object.fromEntries(Object.keys(sum.wanted).map((name) => [name, sum.wanted[name]!.cast('bool')])),
    };
    expect((await judgeUse(tfjs!, wrong)).verdict).toBe('failed');
    const power = uses.find(({ use }) => use.op === 'pow')!;
    expect(await judgeUse(tfjs!, power)).toEqual({
      verdict: 'skipped',
      reasons: ["the backend 'tfjs:cpu' cannot run this program: it lacks pow (pow of int32). Choose another backend."],
    });
  });

  it('turns a failure into a skip only where that is excused, and keeps what was wrong', async () => {
    const failure: Outcome = { id: 'exp of float32', group: 'ops', verdict: 'failed', reasons: ['off by 1'] };
    const task = { group: 'ops', judge: async () => failure };
    const subject = { ...subjects[0]!, excuses: [{ cases: /^ops: exp /, reason: 'half precision' }] };
    expect(await excusing(task, subject).judge()).toEqual({
      ...failure,
      verdict: 'skipped',
      reasons: ['half precision', 'off by 1'],
    });
    const other = { group: 'ops', judge: async () => ({ ...failure, id: 'log of float32' }) };
    expect((await excusing(other, subject).judge()).verdict).toBe('failed');
  });

  it('writes what each backend can into a table', () => {
    const table = supportTable([
      ['js', new Map([['add', ['float32', 'int32']]])],
      ['other', new Map()],
    ]);
    expect(table).toBe('| op  | js             | other |\n| --- | -------------- | ----- |\n| add | float32, int32 | none  |');
    expect(() => withTable('a page', table)).toThrow('The page lacks the marks');
  });
});
