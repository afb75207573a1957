/** Measures all pointwise functions and writes docs/accuracy.md: `npm run docs:accuracy`. */
import { writeFileSync } from 'node:fs';
import { DTYPES, FULL, measureAll, page, violations } from './report.js';

const rows = await measureAll(FULL, { timed: true });
writeFileSync(new URL('../../docs/accuracy.md', import.meta.url), page(rows));
const beyond = violations(rows);
console.log(
  beyond.length > 0 ? beyond.join('\n') : `docs/accuracy.md: ${rows.length / DTYPES.length} functions, all within their bounds.`,
);
process.exitCode = beyond.length > 0 ? 1 : 0;
