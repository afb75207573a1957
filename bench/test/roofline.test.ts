import { describe, expect, it } from 'vitest';
import { jsKernels } from '../src/roofline/js-kernels.js';
import { measureRoofline } from '../src/roofline/measure.js';
import { rowsOf, summary } from '../src/roofline/report.js';
import { bandwidthFor, type Roofs } from '../src/roofline/roofs.js';
import { ofRoofs, shareOf } from '../src/roofline/shares.js';
import { wasmKernels } from '../src/roofline/wasm-kernels.js';

const roofs: Roofs = {
  arithmetic: 'sums',
  peak: 10,
  bandwidths: [
    { bytes: 8192, rate: 30 },
    { bytes: 32_768, rate: 40 },
    { bytes: 131_072, rate: 20 },
  ],
};
/** 5 GFLOP/s and 0.8 GB/s. */
const product = {
  index: 0,
  kind: 'kernel',
  nodes: ['matmul %2'],
  milliseconds: 2,
  bytes: 1.6e6,
  flops: 1e7,
  again: false,
} as const;
/** 1 GFLOP/s and 15 GB/s. */
const sum = {
  index: 1,
  kind: 'kernel',
  nodes: ['a', 'b', 'c', 'd', 'e'],
  milliseconds: 1,
  bytes: 1.5e7,
  flops: 1e6,
  again: false,
} as const;

describe.each([
  ['js', jsKernels, 1],
  ['wasm', wasmKernels, 128],
])('the kernels in %s', (_name, open, grain) => {
  const kernels = open();

  it('do the arithmetic that they count', () => {
    kernels.multiplyAdd(10_000);
    const begin = performance.now();
    const done = kernels.multiplyAdd(1_000_000);
    // No core does a hundred billion operations a second by such instructions: work that was optimised away would seem to.
    expect(done / (performance.now() - begin) / 1e6).toBeLessThan(100);
    expect(done).toBe(1_000_000 * (grain === 1 ? 24 : 96));
  });

  it('move as many bytes as they are asked to, in whole rounds', () => {
    kernels.movers.forEach((move, i) => {
      const arrays = i + 1;
      const moved = move(10_000);
      expect(moved).toBeLessThanOrEqual(10_000);
      expect(moved).toBeGreaterThan(10_000 - arrays * Math.max(grain, 4));
    });
  });
});

describe('a roofline', () => {
  it('takes the bandwidth of the nearest size, or better of a larger one', () => {
    expect([100, 10_000, 40_000, 1e9].map((bytes) => bandwidthFor(roofs, bytes))).toEqual([40, 40, 40, 20]);
  });

  it('names the limit that is nearer', () => {
    const [first, second] = [shareOf(product, roofs), shareOf(sum, roofs)];
    expect(first).toMatchObject({ arithmetic: 5, memory: 0.8, ofPeak: 0.5, ofBandwidth: 0.04, limit: 'arithmetic' });
    expect(second).toMatchObject({ arithmetic: 1, memory: 15, ofPeak: 0.1, ofBandwidth: 0.75, limit: 'memory' });
    // (2 ms · 0.5 + 1 ms · 0.75) / 3 ms
    expect(ofRoofs([first, second])).toBeCloseTo(1.75 / 3);
  });

  it('names what has no nodes by its kind', () => {
    expect(shareOf({ ...product, kind: 'copy', nodes: [] }, roofs).nodes).toEqual(['copy']);
  });

  it('prints', () => {
    const shares = [shareOf(product, roofs), shareOf(sum, roofs)];
    expect(rowsOf(shares)).toEqual([
      ['0', 'matmul %2', '2.00 ms', '67 %', '5.00', '50 %', '0.80', '4 %', 'arithmetic'],
      ['1', 'a, b, c and 2 more', '1.00 ms', '33 %', '1.00', '10 %', '15.00', '75 %', 'memory'],
    ]);
    expect(summary(shares)).toBe('3.00 ms in 2 instructions; at its limits each, 58 % of that.');
  });

  it.each([
    [{ name: 'wasm', threads: 2 }, 'roofline: the limits are those of one core; ask for wasm:1.'],
    [{ name: 'interpreter', threads: 1 }, 'roofline: no limits are known of interpreter; there are js, wasm.'],
  ])('refuses %j', async (asked, message) => {
    await expect(measureRoofline(asked)).rejects.toThrow(message);
  });
});
