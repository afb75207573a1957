import { rmSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startChromium } from './chromium.js';
import { buildPage } from './page-build.js';
import { type Served, serve } from './serve.js';

/** Steps that are compared. WebGPU takes most of a second for one, on a CPU. */
const STEPS = 12;
const WAIT = { timeout: 60_000 };
/** Collects the loss of each step that the worker tells of, since the training began. */
const collectLosses = `
  globalThis.losses = [];
  globalThis.Worker = class extends Worker {
    constructor(...options) {
      super(...options);
      this.addEventListener('message', ({ data }) => {
        if (data.kind === 'restarted') globalThis.losses = [];
        if (data.kind === 'progress') globalThis.losses.push(...data.losses);
      });
    }
  };`;

let folder: string;
let browser: Browser;
beforeAll(async () => {
  folder = buildPage();
  browser = await startChromium({ webgpu: true });
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

const losses = (page: Page) => page.evaluate<number[]>('losses');
const status = (page: Page) => expect.poll(() => page.locator('#status').textContent(), WAIT);
const row = (page: Page, name: string) => page.locator('.backend', { has: page.locator(`[value="${name}"]`) });

async function open(url: string): Promise<Page> {
  const page = await browser.newPage();
  await page.addInitScript(collectLosses);
  await page.goto(url);
  return page;
}

/** The first losses of a training on a backend. */
async function train(page: Page, name: string): Promise<number[]> {
  await page.check(`[value="${name}"]`);
  const label = await row(page, name).locator('.name').textContent();
  await status(page).toContain(`Backend: ${label}.`);
  await page.click((await page.locator('#restart').isEnabled()) ? '#restart' : '#toggle');
  await expect.poll(async () => (await losses(page)).length, WAIT).toBeGreaterThanOrEqual(STEPS);
  await page.click('#toggle');
  await status(page).toMatch(/^Paused/);
  return (await losses(page)).slice(0, STEPS);
}

describe.each([true, false])('backends of the page, with cross-origin isolation: %s', (isolated) => {
  let served: Served;
  let page: Page;
  let wanted: readonly number[];
  beforeAll(async () => {
    served = await serve(folder, isolated);
    page = await open(served.url);
  });
  afterAll(async () => {
    await page?.close();
    await served?.close();
  });

  it('learn on js', async () => {
    wanted = await train(page, 'js');
    expect(wanted.at(-1)!).toBeLessThan(0.7 * wanted[0]!);
  });

  it.each([...(isolated ? ['wasm'] : []), 'wasm:1', 'tfjs:webgl', 'tfjs:webgpu'])('learn the same on %s', async (name) => {
    const got = await train(page, name);
    for (const [i, loss] of got.entries()) expect(Math.abs(loss / wanted[i]! - 1)).toBeLessThan(1e-3);
    expect(Number.parseFloat((await row(page, name).locator('.speed').textContent())!)).toBeGreaterThan(0);
    expect(await page.locator('#trouble').textContent()).toBe('');
  });

  it('are described by what they run on', async () => {
    expect(await row(page, 'tfjs:webgl').locator('.about').textContent()).toMatch(/^ANGLE .*SwiftShader.*SOFTWARE ON THE CPU$/);
    expect(await row(page, 'tfjs:webgpu').locator('.about').textContent()).toBe('google, swiftshaderSOFTWARE ON THE CPU');
  });
});

describe('a backend that fails', () => {
  let served: Served;
  let page: Page;
  beforeAll(async () => {
    served = await serve(folder, false);
  });
  beforeEach(async () => {
    page = await open(served.url);
  });
  afterEach(() => page.close());
  afterAll(() => served.close());
  const trouble = () => expect.poll(() => page.locator('#trouble').textContent(), WAIT);

  it('leaves the training where it was if it cannot be loaded', async () => {
    await page.context().route('**/tensorflow-*.js', (route) => route.abort());
    // Not `check`, which would find it unchecked again.
    await page.click('[value="tfjs:webgl"]');
    await trouble().toBe('The change of backends failed: TensorFlow.js could not be loaded. Reload the page to try again.');
    expect(await page.locator('#backends :checked').inputValue()).toBe('wasm:1');
    await page.click('#toggle');
    await expect.poll(async () => (await losses(page)).length, WAIT).toBeGreaterThan(0);
  });

  it('stops the training if it breaks, and another one begins anew', async () => {
    await page.check('[value="tfjs:webgpu"]');
    await status(page).toBe('Ready to learn. Backend: tfjs on WebGPU.');
    await page.workers()[0]!.evaluate(`GPUQueue.prototype.submit = () => { throw new Error('The device is gone.'); }`);
    await page.click('#toggle');
    await status(page).toBe('Stopped: start over, or choose another backend to begin anew. Backend: tfjs on WebGPU.');
    await trouble().toMatch(/^It failed: .*The device is gone\./);
    expect(await page.locator('#toggle').isDisabled()).toBe(true);
    await page.check('[value="js"]');
    await status(page).toBe('Learning … Backend: js.');
    await trouble().toBe('');
    await expect.poll(async () => (await losses(page)).length, WAIT).toBeGreaterThan(0);
  });
});
