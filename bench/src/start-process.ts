import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Prepared } from './system.js';

const here = fileURLToPath(new URL('.', import.meta.url));

/** A new process, begun and awaited. */
export function startProcess(command: string, args: readonly string[]): Prepared {
  const run = () => {
    const { status, stderr, error } = spawnSync(command, args, { cwd: here, encoding: 'utf8' });
    if (status !== 0) throw error ?? new Error(stderr);
    return status;
  };
  return { run, read: () => [run()] };
}

/** A new Node process that imports these packages, as an installed program does, and ends. */
export function startNode(...packages: readonly string[]): Prepared {
  const program = packages.map((name) => `import '${name}';`).join('\n');
  return startProcess(process.execPath, ['--input-type=module', '--eval', program]);
}
