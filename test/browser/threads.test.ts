import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChromium } from './chromium.js';
import { serve } from './serve.js';

const folder = mkdtempSync(join(tmpdir(), 'tapegrad-threads-'));

let browser: Browser;
beforeAll(async () => {
  await build({
    entryPoints: [fileURLToPath(new URL('threads-program.ts', import.meta.url))],
    outfile: join(folder, 'program.js'),
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    conditions: ['tapegrad-source'],
    logLevel: 'error',
  });
  writeFileSync(join(folder, 'index.html'), '<!doctype html><script src="program.js"></script>');
  browser = await startChromium();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

interface Setting {
  readonly isolated: boolean;
  readonly threads: number | 'auto';
  readonly worker?: boolean;
  readonly policy?: string;
}

/** What the program says in a page, on its main thread or in a worker. */
async function reported({ isolated, threads, worker = false, policy }: Setting): Promise<string> {
  const served = await serve(folder, isolated, policy ? { 'Content-Security-Policy': policy } : {});
  const page = await browser.newPage();
  await page.goto(served.url);
  const asked = JSON.stringify(threads);
  const inWorker = `new Promise((done) => { const w = new Worker('program.js'); w.onmessage = (e) => done(e.data); w.postMessage(${asked}); })`;
  const text = await page.evaluate<string>(worker ? inWorker : `report(${asked})`);
  await page.close();
  await served.close();
  // An error tells where it was asked for.
  return text.replace(/ \(program\.js:\d+\)$/, '');
}

describe('threads in a page', () => {
  it.each([false, true])('work where it is isolated; in a worker: %s', async (worker) => {
    expect(await reported({ isolated: true, threads: 3, worker })).toBe('2 workers, the same bits');
  });

  it('are not used where it is not isolated, unless asked for', async () => {
    expect(await reported({ isolated: false, threads: 'auto' })).toBe('0 workers, the same bits');
    expect(await reported({ isolated: false, threads: 2 })).toBe(
      'wasm: 2 threads need shared memory, which is not to be had here. Serve the page with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp, use Node 20.16 or later, or use wasm({ threads: 1 }).',
    );
  });

  it('need a policy that allows them', async () => {
    const policy = "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";
    expect(await reported({ isolated: true, threads: 2, policy })).toBe(
      "wasm: threads cannot start: the page's Content-Security-Policy must allow workers from blob: (worker-src blob:). Use wasm({ threads: 1 }) to do without.",
    );
  });
});
