import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { exportsOf, typeErrors } from './check.js';
import { moduleOfExample, moduleOfPage } from './modules.js';
import { docExamples, pagePrograms, root } from './sources.js';

// Beside the suite, so that the modules find the packages as it does; one for each run, as two may run at once.
const folder = `${root}test/docs/.generated/${process.pid}/`;

const { exports, program } = exportsOf();
const modules = [
  ...pagePrograms().map((page) => ({ where: page.where, code: moduleOfPage(page) })),
  ...docExamples(program).map((example) => ({ where: example.where, code: moduleOfExample(example, exports) })),
].map(({ where, code }) => ({ where, code, file: `${folder}${where.replaceAll(/[^\w.]/g, '_')}.ts` }));

mkdirSync(folder, { recursive: true });
for (const { file, code } of modules) writeFileSync(file, code);
const errors = typeErrors(
  modules.map(({ file }) => file),
  program,
);

describe('documentation', () => {
  beforeEach(() => {
    vi.spyOn(console, 'log').mockImplementation(() => {});
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('has examples', () => {
    expect(modules.length).toBeGreaterThan(100);
  });

  it.each(modules)('$where type-checks and runs', async ({ file }) => {
    expect(errors.get(file)).toEqual([]);
    const { run } = (await import(/* @vite-ignore */ file)) as { run?(): unknown };
    await run?.();
  });
});
