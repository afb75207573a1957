import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main as addTwoScalars } from '../src/add-two-scalars.js';
import { main as lineFit } from '../src/line-fit.js';
import { main as mnistShort } from '../src/mnist-short.js';
import { main as newtonRosenbrock } from '../src/newton-rosenbrock.js';
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
    const { slope, offset } = await lineFit();
    expect(slope).toBeCloseTo(2.003, 2);
    expect(offset).toBeCloseTo(0.997, 2);
    expect(printed.at(-1)).toMatch(/^y = 2\.00\d·x \+ 0\.99\d$/);
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
});
