import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main as addTwoScalars } from '../src/add-two-scalars.js';
import { main as characterRnn } from '../src/character-rnn.js';
import { main as gaussianProcess } from '../src/gaussian-process.js';
import { main as implicitLayer } from '../src/implicit-layer.js';
import { main as iris } from '../src/iris.js';
import { main as lineFit } from '../src/line-fit.js';
import { main as mnistConvolutional } from '../src/mnist-convolutional.js';
import { main as mnistShort } from '../src/mnist-short.js';
import { main as newtonRosenbrock } from '../src/newton-rosenbrock.js';
import { main as pendulum } from '../src/pendulum.js';
import { main as userDefinedOp } from '../src/user-defined-op.js';
import { main as xor } from '../src/xor.js';

describe('examples', () => {
  let printed: string[] = [];
  beforeEach(() => {
    printed = [];
    vi.spyOn(console, 'log').mockImplementation((...parts) => void printed.push(parts.map(String).join(' ')));
  });
  afterEach(() => vi.restoreAllMocks());

  it('add-two-scalars', async () => {
    expect(await addTwoScalars()).toBe(4.5);
    expect(printed).toEqual(['2 + 2.5 = 4.5']);
  });

  it('line-fit finds the line of least squares', async () => {
    const { descended, solved } = await lineFit();
    expect(solved.slope).toBeCloseTo(2.003, 3);
    expect(solved.offset).toBeCloseTo(0.997, 3);
    expect(descended.slope).toBeCloseTo(solved.slope, 3);
    expect(descended.offset).toBeCloseTo(solved.offset, 3);
    expect(printed.slice(-2)).toEqual(['descended: y = 2.003·x + 0.997', 'solved: y = 2.003·x + 0.997']);
  });

  it('xor is learnt', async () => {
    const guesses = await xor();
    expect(guesses.map(Math.round)).toEqual([0, 1, 1, 0]);
    for (const guess of guesses) expect(Math.abs(guess - Math.round(guess))).toBeLessThan(0.05);
  });

  it('user-defined-op has the same values and derivatives by hand-written and by derived kernels', async () => {
    const results = (await userDefinedOp()) as Record<string, number[][]>;
    const points = [-3, 0, 0.75];
    const root = points.map((x) => Math.sqrt(x * x + 1));
    const want = [root.map((r) => r - 1), points.map((x, i) => x / root[i]!), root.map((r) => r ** -3)];
    for (const backend of ['js', 'interpreter']) {
      want.forEach((row, i) => {
        row.forEach((value, j) => {
          expect(results[backend]![i]![j]).toBeCloseTo(value, 5);
        });
      });
    }
  });

  it('newton-rosenbrock reaches the minimum quadratically', async () => {
    const [x, y] = await newtonRosenbrock();
    expect(Math.abs(x! - 1)).toBeLessThan(1e-12);
    expect(Math.abs(y! - 1)).toBeLessThan(1e-12);
    expect(printed.length).toBe(7);
  });

  it('mnist-short learns to read most digits', async () => {
    expect(await mnistShort()).toBeGreaterThan(0.85);
  });

  it('mnist-convolutional learns from few digits', async () => {
    expect(await mnistConvolutional({ limit: 800, epochs: 3 })).toBeGreaterThan(0.75);
    expect(printed[0]).toMatch(/^epoch 1: loss \d\.\d{4} after \d+\.\d s$/);
    expect(printed.at(-1)).toMatch(/^\d\d\.\d\d % of 800 digits read rightly$/);
  });

  it('iris tells nearly all flowers apart in every fold', async () => {
    const reached = await iris();
    expect(reached.length).toBe(5);
    for (const accuracy of reached) expect(accuracy).toBeGreaterThan(0.85);
    expect(reached.reduce((a, b) => a + b) / 5).toBeGreaterThan(0.94);
  });

  it('pendulum has the derivatives that differences show', async () => {
    const found = await pendulum();
    expect(Object.keys(found)).toEqual(['length', 'start']);
    for (const { derivative, difference } of Object.values(found)) {
      expect(Math.abs(derivative)).toBeGreaterThan(0.1);
      expect(derivative).toBeCloseTo(difference, 8);
    }
  });

  it('gaussian-process finds the length and the noise of the data', async () => {
    const { before, after, predicted } = await gaussianProcess();
    expect(before).toMatchObject({ lengthScale: 1, noise: 1 });
    expect(after.loss).toBeLessThan(before.loss - 40);
    expect(after.noise).toBeCloseTo(0.07, 1);
    expect(predicted).toBeCloseTo(Math.sin(5), 1);
  });

  it('character-rnn learns its text, and writes words of it', async () => {
    const { loss, text } = await characterRnn();
    expect(loss).toBeLessThan(0.4);
    expect(text.length).toBe(81);
    expect(text).toMatch(/ (the|in|rain|plain|main|train|drain|spain) /);
  });

  it('implicit-layer has right first and second derivatives', async () => {
    const { residual, first, second } = await implicitLayer();
    expect(residual).toBeLessThan(1e-12);
    expect(first.ok, `${first}`).toBe(true);
    expect(second.ok, `${second}`).toBe(true);
    expect(first.entries.length).toBe(12);
  });
});
