import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChromium } from './chromium.js';
import { buildPage } from './page-build.js';
import { type Served, serve } from './serve.js';

let folder: string;
let browser: Browser;
beforeAll(async () => {
  folder = buildPage();
  browser = await startChromium();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

const text = async (page: Page, id: string): Promise<string> => (await page.locator(`#${id}`).textContent()) ?? '';
const number = async (page: Page, id: string): Promise<number> => Number.parseFloat((await text(page, id)).replaceAll(',', ''));
const becomes = (page: Page, id: string) => expect.poll(() => text(page, id), { timeout: 30_000 });

/** Draws with the mouse through points, each a part of the pad's width and height. */
async function draw(page: Page, ...points: readonly (readonly [x: number, y: number])[]): Promise<void> {
  const box = (await page.locator('#pad').boundingBox())!;
  const [first, ...rest] = points.map(([x, y]) => [box.x + x * box.width, box.y + y * box.height] as const);
  await page.mouse.move(...first!);
  await page.mouse.down();
  for (const point of rest) await page.mouse.move(...point, { steps: 8 });
  await page.mouse.up();
}

/** The shares of the ten bars, in percent. */
async function shares(page: Page): Promise<number[]> {
  return (await page.locator('#bars .share').allTextContents()).map(Number.parseFloat);
}

/** How far the bars are from others, in percent. */
function furthest(some: readonly number[], others: readonly number[]): number {
  return Math.max(...some.map((share, digit) => Math.abs(share - others[digit]!)));
}

describe('the page', () => {
  it('loads less than 300 KB of script before a GPU is asked for', async () => {
    const served = await serve(folder, true);
    const page = await browser.newPage();
    await page.goto(served.url);
    await becomes(page, 'status').toMatch(/^Ready to learn/);
    const scripts = served.paths().filter((path) => path.endsWith('.js'));
    const sizes = scripts.map((path) => statSync(join(folder, path)).size);
    console.log(scripts.map((path, i) => `${path}: ${sizes[i]!.toLocaleString('en')} bytes`).join('\n'));
    // Among them is nothing of TensorFlow.js, and not the backend of plain JavaScript.
    expect(scripts.filter((path) => /tensorflow|plain|dist-/.test(path))).toEqual([]);
    expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThan(300_000);
    await page.close();
    await served.close();
  });

  it('says so where the digits are missing', async () => {
    const served = await serve(folder, false);
    const page = await browser.newPage();
    await page.route('**/train-labels*', (route) => route.fulfill({ status: 404 }));
    await page.goto(served.url);
    await becomes(page, 'status').toBe(
      'It failed: /digits/train-labels-idx1-ubyte.gz: 404 Not Found. Reload the page to begin anew.',
    );
    expect(await page.locator('#toggle').isDisabled()).toBe(true);
    await page.close();
    await served.close();
  });

  describe.each([true, false])('with cross-origin isolation: %s', (isolated) => {
    let served: Served;
    let page: Page;
    const complaints: string[] = [];
    beforeAll(async () => {
      served = await serve(folder, isolated);
      page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
      await page.goto(served.url);
    });
    afterAll(async () => {
      await page?.close();
      await served?.close();
    });

    it('loads the digits, and says whether it has shared memory', async () => {
      await becomes(page, 'status').toMatch(/^Ready to learn/);
      expect(await page.evaluate('crossOriginIsolated')).toBe(isolated);
      expect(await text(page, 'isolation')).toBe(isolated ? 'Shared memory: yes.' : 'Shared memory: no; one thread.');
    });

    it('learns, and shows how the loss falls and the accuracy grows', async () => {
      await page.click('#toggle');
      await becomes(page, 'step').toMatch(/ of 1,407$/);
      const begin = await number(page, 'loss');
      await expect.poll(() => number(page, 'step'), { timeout: 60_000 }).toBeGreaterThan(150);
      const [loss, accuracy, speed] = [await number(page, 'loss'), await number(page, 'accuracy'), await number(page, 'speed')];
      expect(loss).toBeLessThan(begin);
      expect(loss).toBeLessThan(0.8);
      expect(accuracy).toBeGreaterThan(75);
      expect(speed).toBeGreaterThan(0);
      expect(await number(page, 'tested')).toBeGreaterThan(75);
      expect(await page.locator('#loss-chart .faint').getAttribute('points')).toMatch(/^(\d+\.\d,\d+\.\d ?){100,}$/);
      expect(await page.locator('#accuracy-chart .second').getAttribute('points')).toMatch(/^\d+\.\d,\d+\.\d/);
    });

    it('reads what is drawn while it learns', async () => {
      await draw(page, [0.55, 0.2], [0.45, 0.8]);
      await becomes(page, 'answer').toBe('1');
      const bars = await shares(page);
      expect(bars.indexOf(Math.max(...bars))).toBe(1);
      expect(Math.abs(bars.reduce((a, b) => a + b) - 100)).toBeLessThan(6);
      await page.click('#clear');
      await becomes(page, 'answer').toBe('–');
      await draw(page, [0.3, 0.25], [0.7, 0.25], [0.45, 0.8]);
      await becomes(page, 'answer').toBe('7');
    });

    it('pauses, and goes on', async () => {
      await page.click('#toggle');
      await becomes(page, 'status').toMatch(/^Paused/);
      const paused = await text(page, 'step');
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(await text(page, 'step')).toBe(paused);
      await page.click('#toggle');
      await expect.poll(() => text(page, 'step')).not.toBe(paused);
      await page.click('#toggle');
      await becomes(page, 'status').toMatch(/^Paused/);
    });

    it('takes what it learnt to each other backend', async () => {
      const before = await shares(page);
      const chosen = await page.locator('#backends :checked').inputValue();
      expect(chosen).toBe(isolated ? 'wasm' : 'wasm:1');
      const names = await Promise.all((await page.locator('#backends :enabled').all()).map((input) => input.inputValue()));
      expect(names).toEqual(
        isolated ? ['js', 'wasm', 'wasm:1', 'tfjs:webgl', 'interpreter'] : ['js', 'wasm:1', 'tfjs:webgl', 'interpreter'],
      );
      for (const name of [...names.filter((each) => each !== chosen), chosen]) {
        const label = await page
          .locator('.backend', { has: page.locator(`[value="${name}"]`) })
          .locator('.name')
          .textContent();
        await page.check(`[value="${name}"]`);
        await becomes(page, 'status').toBe(`Paused. Backend: ${label}.`);
        await expect.poll(async () => furthest(await shares(page), before), { timeout: 30_000 }).toBeLessThanOrEqual(1);
      }
    });

    it('says why what is not to be had here is not', async () => {
      const missing = await page.locator('.backend.missing .about').allTextContents();
      const threads = 'Not here: this page is not cross-origin isolated, so that threads cannot share memory.';
      expect(missing).toEqual([...(isolated ? [] : [threads]), 'Not here: this browser finds no WebGPU adapter.']);
      expect(await page.locator('.backend.missing input:enabled').count()).toBe(0);
    });

    it('shows a test digit', async () => {
      await page.click('#example');
      await becomes(page, 'answer').toMatch(/^\d \(it is \d\)$/);
    });

    it('starts over', async () => {
      await page.click('#restart');
      await expect.poll(() => number(page, 'step'), { timeout: 30_000 }).toBeLessThan(100);
      await page.click('#toggle');
    });

    it('reports no error', () => {
      expect(complaints).toEqual([]);
    });
  });
});
