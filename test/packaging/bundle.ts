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

/** Runs a bundle in a realm that has ECMAScript and the few globals that browsers and workers share, and nothing of Node. */
export function runInBrowserRealm(code: string): Record<string, unknown> {
  const realm = createContext({ performance, TextEncoder, TextDecoder, console, setTimeout, clearTimeout, queueMicrotask });
  new Script(`${code}\n;globalThis.exported = bundle;`).runInContext(realm);
  return realm.exported as Record<string, unknown>;
}
