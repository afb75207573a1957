import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WEBGL } from '../conformance/excuses.js';
import type { Outcome } from '../oracle/outcome.js';
import { readOracle } from '../oracle/read.js';
import { startChromium } from './chromium.js';
import type { Conform, Describe } from './conformance-page.js';
import { type Served, serve } from './serve.js';

/** Software that stands for a GPU takes half a second for a case: of those of each group every so many-th is tried, or all if asked. */
const STRIDE = Number(process.env.TAPEGRAD_STRIDE ?? 20);

const folder = mkdtempSync(join(tmpdir(), 'tapegrad-tensorflow-'));
let browser: Browser;
let served: Served;
let page: Page;

beforeAll(async () => {
  await build({
    entryPoints: [fileURLToPath(new URL('conformance-page.ts', import.meta.url))],
    outfile: join(folder, 'page.js'),
    bundle: true,
    format: 'esm',
    conditions: ['tapegrad-source'],
    logLevel: 'warning',
  });
  writeFileSync(
    join(folder, 'index.html'),
    '<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>',
  );
  browser = await startChromium();
  served = await serve(folder, false);
  page = await browser.newPage();
  await page.goto(served.url);
  await page.waitForFunction(() => 'conform' in globalThis);
});

afterAll(async () => {
  await browser?.close();
  await served?.close();
  rmSync(folder, { recursive: true });
});

type Here = typeof globalThis & { readonly conform: Conform; readonly describe: Describe };

describe('TensorFlow.js on WebGL, in Chromium', () => {
  it('draws with 32-bit floats, and computes nothing on the CPU', async () => {
    const device = await page.evaluate(() => (globalThis as Here).describe('webgl'));
    console.log(`webgl: ${device.renderer}`);
    expect(device).toMatchObject({ float32: true, forwards: false });
  });

  it('passes the suite', { timeout: 1_200_000 }, async () => {
    const excuses = WEBGL.map(({ cases, reason }) => ({ cases: cases.source, reason }));
    const outcomes: Outcome[] = await page.evaluate(
      ([oracle, sent, stride]) => (globalThis as Here).conform('webgl', oracle, sent, stride),
      [readOracle(), excuses, STRIDE] as const,
    );
    const failures = outcomes.filter(({ verdict }) => verdict === 'failed');
    expect(failures.map(({ group, id, reasons }) => `${group}: ${id}: ${reasons.join('; ')}`)).toEqual([]);
    const groups = new Set(outcomes.filter(({ verdict }) => verdict === 'passed').map(({ group }) => group));
    expect([...groups]).toEqual(expect.arrayContaining(['ops', 'training', 'random graphs', 'behaviour', 'loss', 'memory']));
  });
});
