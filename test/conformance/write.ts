import { readFileSync, writeFileSync } from 'node:fs';
import { subjects } from './subjects.js';
import { supportOf, supportTable, withTable } from './support.js';

const path = new URL('../../docs/backends.md', import.meta.url);
const columns = [];
for (const subject of subjects) columns.push([subject.name, await supportOf(subject)] as const);
writeFileSync(path, withTable(readFileSync(path, 'utf8'), supportTable(columns)));
