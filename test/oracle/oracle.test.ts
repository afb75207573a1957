import { js } from '@tapegrad/backend-cpu';
import { describe, expect, it } from 'vitest';
import type { OracleCase } from './format.js';
import { caseTask, type Setting } from './judge-case.js';
import { trainingTasks } from './judge-training.js';
import type { Float } from './program.js';
import { readOracle } from './read.js';
import { oracleSuite } from './suite.js';
import { NAMES, VOCABULARY } from './vocabulary.js';

oracleSuite('js', { open: js, dtype: 'float64' });

describe('the vocabulary', () => {
  it('has a line for every op, and for nothing else', () => {
    expect(Object.keys(VOCABULARY).sort()).toEqual([...NAMES].sort());
  });
});

describe('the judge', () => {
  const setting = (dtype: Float = 'float64'): Setting => ({ open: js, dtype });
  const judge = (stored: OracleCase, dtype?: Float) => caseTask(stored, setting(dtype)).judge();
  const { cases } = readOracle();
  const known = (id: string): OracleCase => cases.find((stored) => stored.id === id)!;
  /** A case with one number moved a little, wherever in it that is. */
  const spoilt = (stored: OracleCase, ...path: (string | number)[]): OracleCase => {
    const copy = structuredClone(stored) as unknown as Record<string | number, unknown>;
    const holder = path.slice(0, -1).reduce((at, key) => at[key] as Record<string | number, unknown>, copy);
    holder[path.at(-1)!] = Number(holder[path.at(-1)!]) + 0.01;
    return copy as unknown as OracleCase;
  };

  it.each([
    [['values', 0, 'data', 3], "value of 'y' is off by 0.0100 at element 3"],
    [['loss'], 'loss is off by 0.0100 at element 0'],
    [['grads', 'x', 'data', 2], "gradient by 'x' is off by 0.0100 at element 2"],
    [['jvp', 0, 'data', 1], "jvp of 'y' is off by 0.0100 at element 1"],
    [['hvp', 'hv', 'x', 'data', 0], "hvp (forward over reverse) by 'x' is off by 0.0100 at element 0"],
    [['jacobian', 'data', 5], 'jacobian (forward) is off by 0.0100 at element 5'],
  ])('fails a case for %j alone', async (path, message) => {
    const stored = known('second/jacobian_softmax');
    expect((await judge(stored)).verdict).toBe('passed');
    const { verdict, reasons } = await judge(spoilt(stored, ...path));
    expect(verdict).toBe('failed');
    expect(reasons[0]).toContain(message);
  });

  it('fails a case for its Hessian alone', async () => {
    const { reasons } = await judge(spoilt(known('second/logsumexp'), 'hessian', 'data', 1));
    expect(reasons.map((reason) => reason.slice(0, reason.indexOf(' is off')))).toEqual([
      'hessian (forward over forward)',
      'hessian (forward over reverse)',
      'hessian (reverse over forward)',
      'hessian (reverse over reverse)',
    ]);
  });

  const chain = (op: string, x: number, y: number): OracleCase => ({
    id: op,
    group: 'made up',
    inputs: { x: { shape: [1], data: [x] } },
    steps: [['y', op, ['x']]],
    outputs: ['y'],
    values: [{ shape: [1], data: [y] }],
  });

  it('fails what is no op', async () => {
    const failed = { verdict: 'failed', reasons: ["'eigenvalues' is no op of the vocabulary"] };
    expect(await judge(chain('eigenvalues', 1, 1))).toMatchObject(failed);
  });

  it('fails a shape, and an infinity or NaN in the place of the other', async () => {
    const { reasons } = await judge({ ...chain('exp', 0, 1), values: [{ shape: [1, 1], data: [1] }] });
    expect(reasons).toEqual(["value of 'y' has shape [1] instead of [1,1]"]);
    expect((await judge(chain('log', -1, Number.NEGATIVE_INFINITY))).verdict).toBe('failed');
    expect((await judge(chain('log', 0, Number.NaN))).verdict).toBe('failed');
    expect((await judge(chain('log', 0, 1e300))).verdict).toBe('failed');
  });

  it('in float32 skips what float32 cannot hold, and only that', async () => {
    expect((await judge(chain('exp', 700, Math.exp(700)))).verdict).toBe('passed');
    expect((await judge(chain('exp', 700, Math.exp(700)), 'float32')).verdict).toBe('skipped');
    const [y, z] = [Math.exp(700), Math.exp(701)];
    const opposed: OracleCase = {
      ...chain('exp', 0, 0),
      inputs: { x: { shape: [2], data: [700, 701] } },
      values: [{ shape: [2], data: [y, z] }],
      w: [{ shape: [2], data: [1, -1] }],
      loss: y - z,
      grads: { x: { shape: [2], data: [y, -z] } },
    };
    expect((await judge(opposed)).verdict).toBe('passed');
    expect((await judge(opposed, 'float32')).verdict).toBe('skipped');
    const overflowing: OracleCase = {
      ...chain('sqrt', 1e30, 1e30),
      steps: [
        ['square', 'square', ['x']],
        ['y', 'sqrt', ['square']],
      ],
    };
    expect((await judge(overflowing)).verdict).toBe('passed');
    expect((await judge(overflowing, 'float32')).verdict).toBe('failed');
    expect((await judge(chain('exp', 7, Math.exp(7)), 'float32')).verdict).toBe('passed');
  });

  it('fails trajectories, schedules and clippings that are off by more than 1e-9', async () => {
    const oracle = structuredClone(readOracle()) as unknown as {
      trajectories: { id: string; losses?: number[]; p?: number[] }[];
      schedules: { lrs: number[] }[];
      clip_grad_norm: { clipped: { data: number[] }[] };
    };
    for (const trajectory of oracle.trajectories) (trajectory.losses ?? trajectory.p)![10]! += 2e-9;
    for (const { lrs } of oracle.schedules) lrs[3]! += 2e-9;
    oracle.clip_grad_norm.clipped[1]!.data[0]! += 2e-9;
    const tasks = trainingTasks(oracle as never, js);
    const verdicts = await Promise.all(tasks.map(async (task) => (await task.judge()).verdict));
    expect(verdicts.filter((verdict) => verdict === 'passed')).toEqual([]);
  });
});
