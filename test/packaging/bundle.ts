import { join } from 'node:path';
import { createContext, Script } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

export interface Bundle {
  readonly code: string;
  readonly bytes: number;
  readonly gzipped: number;
}

/** Bundles a program for browsers, from the installed packages. Its exports are the properties of the global `bundle`. */
export async function bundle(directory: string, program: string, options: { minify: boolean }): Promise<Bundle> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: directory, loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    globalName: 'bundle',
    target: 'es2022',
    minify: options.minify,
    logLevel: 'silent',
  });
  const code = outputFiles[0]!.text;
  return { code, bytes: Buffer.byteLength(code), gzipped: gzipSync(code).length };
}

/** How large the scripts are that a page loads to begin with, where its bundler puts what is loaded later into files of their own. */
export async function firstLoad(directory: string, program: string): Promise<Omit<Bundle, 'code'>> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: program, resolveDir: directory, loader: 'ts' },
    absWorkingDir: directory,
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'esm',
    splitting: true,
    outdir: join(directory, 'split'),
    target: 'es2022',
    minify: true,
    metafile: true,
    logLevel: 'silent',
  });
  const { outputs } = metafile;
  const loaded = new Set(Object.keys(outputs).filter((path) => outputs[path]!.entryPoint === '<stdin>'));
  for (const path of loaded) {
    for (const { path: other, kind } of outputs[path]!.imports) if (kind === 'import-statement') loaded.add(other);
  }
  const files = [...loaded].map((path) => outputFiles.find((file) => file.path === join(directory, path))!.contents);
  const total = (sizes: number[]): number => sizes.reduce((a, b) => a + b, 0);
  return { bytes: total(files.map(({ length }) => length)), gzipped: total(files.map((file) => gzipSync(file).length)) };
}

/** Runs a bundle in a realm that has ECMAScript and the few globals that browsers and workers share, and nothing of Node. */
export function runInBrowserRealm(code: string): Record<string, unknown> {
  const realm = createContext({ performance, TextEncoder, TextDecoder, console, setTimeout, clearTimeout, queueMicrotask });
  new Script(`${code}\n;globalThis.exported = bundle;`).runInContext(realm);
  return realm.exported as Record<string, unknown>;
}
