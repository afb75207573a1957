/**
 * Builds the reference: `npm run docs` writes it to docs/out, to be opened there or served from anywhere. Nothing is fetched, neither when it is
 * built nor when it is read.
 */
import { fileURLToPath } from 'node:url';
import { writePages } from './pages.js';
import { buildReference } from './reference.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = `${root}.cache/op-pages`;

writePages(pages);
await buildReference({ root, index: `${pages}/ops.md`, out: `${root}docs/out` });
