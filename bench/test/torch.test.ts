import { spawnSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { torch } from '../src/peers/torch.js';
import { SUITES } from '../src/suites/index.js';
import type { System } from '../src/system.js';

const hasTorch = ['python3', '/usr/bin/python3'].some((python) => spawnSync(python, ['-c', 'import torch']).status === 0);

describe('torch, where there is none', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('says how to get it', async () => {
    vi.stubEnv('TAPEGRAD_PYTHON', 'no-such-python');
    expect(await torch(1)).toBe(
      'no Python with PyTorch (no-such-python: spawn no-such-python ENOENT). ' +
        "On Debian: apt-get install python3-torch libopenblas0-pthread (Debian's other BLAS is 25 times slower). " +
        'TAPEGRAD_PYTHON names another Python.',
    );
  });
});

describe.runIf(hasTorch)('torch', () => {
  let system: System | undefined;
  beforeAll(async () => {
    const opened = await torch(1);
    if (typeof opened === 'string') throw new Error(opened);
    system = opened;
    // Loading it takes a second, and a busy machine many.
  }, 60_000);
  afterAll(() => system?.close?.());

  const works = ['scalar', 'chain', 'tiny', 'deep', 'mlp'].flatMap((suite) => SUITES[suite]!());
  it.each(works.filter(({ name }) => name !== 'deep-compile'))('is right in $name, and reads its own clock', async (work) => {
    const prepared = await work.prepare(system!);
    if (typeof prepared === 'string') throw new Error(prepared);
    await work.check(async () => prepared.read());
    expect(await prepared.time!(2)).toBeGreaterThan(0);
    prepared.dispose?.();
  });

  it('has nothing to compile', () => {
    expect(SUITES.deep!()[1]!.prepare(system!)).toBe('runs op by op: there is nothing to compile');
  });
});
