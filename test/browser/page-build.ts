import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const vite = join(root, 'examples/node_modules/vite/bin/vite.js');

/** Builds the page of the digits into a folder of its own, which whoever asks for it removes. */
export function buildPage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tapegrad-page-'));
  execFileSync(process.execPath, [vite, 'build', join(root, 'examples/browser'), '--outDir', folder, '--logLevel', 'error']);
  return folder;
}
