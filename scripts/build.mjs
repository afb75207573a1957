/**
 * Builds all packages: modules with declarations by tsc, and of the same modules one file a package for Node, whose loader takes a
 * millisecond for each file. Bundlers get the modules, as they leave out what a program does not use.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');
const { status } = spawnSync(process.execPath, [tsc, '--build', 'packages'], { cwd: root, stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

for (const { name } of readdirSync(join(root, 'packages'), { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
  const dist = join(root, 'packages', name, 'dist');
  const entryPoints = ['index.js', 'node/index.js'].map((entry) => join(dist, entry)).filter((entry) => existsSync(entry));
  rmSync(join(dist, 'bundle'), { recursive: true, force: true });
  await build({
    entryPoints,
    outdir: join(dist, 'bundle'),
    outbase: dist,
    bundle: true,
    // What two entries of a package share stays one module.
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
  });
}
