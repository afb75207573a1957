import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { memoryTasks } from '../conformance/behaviour.js';
import { subjects } from '../conformance/subjects.js';
import { suiteOf } from '../conformance/suite.js';
import { supportOf, supportTable, withTable } from '../conformance/support.js';
import { conformanceTasks } from '../conformance/tasks.js';
import { readOracle } from '../oracle/read.js';

for (const subject of subjects) {
  suiteOf(`conformance of ${subject.name}`, [...(await conformanceTasks(subject, readOracle())), ...memoryTasks(subject)]);
}

it('is what docs/backends.md says', async () => {
  const page = readFileSync(new URL('../../docs/backends.md', import.meta.url), 'utf8');
  const columns = [];
  for (const subject of subjects) columns.push([subject.name, await supportOf(subject)] as const);
  expect(withTable(page, supportTable(columns)), 'npm run docs:backends writes it anew').toBe(page);
});
