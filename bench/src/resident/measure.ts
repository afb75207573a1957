import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, type Plugin } from 'esbuild';
import { labelOf } from '../contest.js';
import type { Asked, Entrants } from '../options.js';
import { isBuilt } from '../tapegrad/built.js';

/** A system's resident memory in bytes, after each of `STEPS`; a process that does nothing has but one. */
export interface Resident {
  readonly label: string;
  readonly bytes: readonly number[];
}

const run = promisify(execFile);
const sources = ['child.ts', '../peers/pytorch.py'].map((file) => fileURLToPath(new URL(file, import.meta.url)));
// Beside the sources, so that packages are found; JavaScript, as a loader of TypeScript would be most of the memory.
const folder = fileURLToPath(new URL('../../.cache/resident', import.meta.url));

/** Bundles the gradients of TensorFlow.js, which plain Node cannot load as they are published. */
const gradients: Plugin = {
  name: 'gradients',
  setup({ onResolve }) {
    const path = createRequire(import.meta.url).resolve('@tensorflow/tfjs-core/dist/register_all_gradients.js');
    onResolve({ filter: /tfjs-gradients/ }, () => ({ path }));
  },
};

/** Resident memory in mlp-sgd: each system in a process of its own, which loads what an installed program would. */
export async function measureResident({ backends, peers }: Entrants): Promise<{ measured: Resident[]; missing: string[] }> {
  if (!isBuilt()) throw new Error('The packages are not built: npm run build.');
  await build({
    entryPoints: sources,
    entryNames: '[name]',
    outdir: folder,
    loader: { '.py': 'copy' },
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    plugins: [gradients],
  });
  const measured: Resident[] = [{ label: 'bare Node', bytes: [await bare()] }];
  const missing: string[] = [];
  const asked = [...backends.map((one) => ['backend', one] as const), ...peers.map((one) => ['peer', one] as const)];
  for (const [kind, one] of asked) {
    const label = labelOf({ system: one.name, threads: one.threads });
    const bytes = await inChild(kind, one);
    if (typeof bytes === 'string') missing.push(`${label}: ${bytes}`);
    else measured.push({ label, bytes });
  }
  return { measured, missing };
}

async function bare(): Promise<number> {
  const { stdout } = await run(process.execPath, ['--eval', 'console.log(process.memoryUsage.rss())']);
  return Number(stdout);
}

async function inChild(kind: 'backend' | 'peer', { name, threads }: Asked): Promise<number[] | string> {
  const { stdout } = await run(process.execPath, [join(folder, 'child.js'), kind, name, String(threads)]);
  return JSON.parse(stdout) as number[] | string;
}
