import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const packages = readdirSync(join(root, 'packages'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const tsc = join(root, 'node_modules/typescript/bin/tsc');

function run(command: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: 'pipe', shell: process.platform === 'win32' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  }
}

/** An empty project elsewhere in the file system, in which our packed packages are installed as a user would install them. */
export class Project {
  readonly directory: string = mkdtempSync(join(tmpdir(), 'tapegrad-packaging-'));

  /** Packs our packages and installs the tarballs. */
  install(): void {
    const tarballs = pack(this.path('tarballs'));
    this.write('package.json', JSON.stringify({ name: 'empty', private: true, type: 'module' }));
    // Nothing that we publish depends on anything else, so that no registry is asked.
    run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--no-package-lock', ...tarballs], this.directory);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  path(...parts: readonly string[]): string {
    return join(this.directory, ...parts);
  }

  write(name: string, text: string): string {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  /** Type-checks a program as a strict user does, our declarations included, and writes its JavaScript beside it. */
  compile(file: string, moduleKind: 'nodenext' | 'bundler'): void {
    const kind = moduleKind === 'bundler' ? ['--module', 'esnext', '--moduleResolution', 'bundler'] : ['--module', 'nodenext'];
    const strict = ['--strict', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false'];
    run(process.execPath, [tsc, file, ...kind, ...strict, '--target', 'es2022', '--lib', 'es2023,dom'], this.directory);
  }

  runNode(file: string): string {
    return run(process.execPath, [file], this.directory);
  }
}

/** Builds all packages from nothing and packs them. Returns the paths of the tarballs. */
function pack(destination: string): string[] {
  for (const name of packages) rmSync(join(root, 'packages', name, 'dist'), { recursive: true, force: true });
  run(process.execPath, ['scripts/build.mjs'], root);
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { packageManager: string };
  mkdirSync(destination, { recursive: true });
  for (const name of packages) {
    run('npx', ['--yes', packageManager, 'pack', '--pack-destination', destination], join(root, 'packages', name));
  }
  return readdirSync(destination).map((file) => join(destination, file));
}
