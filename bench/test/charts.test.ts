import { describe, expect, it } from 'vitest';
import { barChart } from '../src/chart.js';
import { charts, shortSpan } from '../src/charts.js';
import type { Measurement } from '../src/contest.js';

function record(suite: string, name: string, system: string, threads: number, median: number): Measurement {
  return { suite, case: name, system, threads, unit: 'ms', median, min: median, max: median, runs: 1, ratio: 1 };
}

function widths(svg: string): number[] {
  return [...svg.matchAll(/<rect [^>]*width="([\d.]+)"[^>]*><title>/g)].map(([, width]) => Number(width));
}

describe('a chart', () => {
  it('has bars whose lengths are logarithms', () => {
    const bars = [1, 10, 100].map((value) => ({ series: `${value}`, value }));
    const [one, ten, hundred] = widths(barChart({ title: 't', groups: [{ label: 'g', bars }], show: String }));
    expect(one).toBeGreaterThan(0);
    expect(ten! - one!).toBeCloseTo(hundred! - ten!, 0);
  });

  it('marks powers of ten, from below the least value', () => {
    const svg = barChart({
      title: 't',
      groups: [
        {
          label: 'g',
          bars: [
            { series: 'a', value: 0.02 },
            { series: 'b', value: 3 },
          ],
        },
      ],
      show: String,
    });
    const marks = [...svg.matchAll(/text-anchor="middle">([^<]+)</g)].map(([, mark]) => Number(mark));
    expect(marks).toEqual([0.01, 0.1, 1]);
  });

  it('escapes names', () => {
    const groups = [{ label: 'a<b', bars: [{ series: 'x&"y"', value: 1 }] }];
    const svg = barChart({ title: '1 < 2', groups, show: String });
    expect(svg).toContain('aria-label="1 &lt; 2"');
    expect(svg).toContain('<title>a&lt;b, x&amp;&quot;y&quot;: 1</title>');
  });
});

describe('the charts of a run', () => {
  const measurements = [
    record('mlp', 'mlp-sgd', 'reference', 1, 8),
    record('mlp', 'mlp-sgd', 'wasm', 1, 4),
    record('mlp', 'mlp-sgd', 'wasm', 2, 2),
    record('tiny', 'tiny-sgd', 'wasm', 1, 0.002),
  ];

  it('are one a suite, with threads apart and without the reference loop', () => {
    const drawn = charts(measurements);
    expect([...drawn.keys()]).toEqual(['mlp', 'tiny']);
    const titles = [...drawn.get('mlp')!.matchAll(/<title>([^<]+)</g)].map(([, title]) => title);
    expect(titles).toEqual(['mlp-sgd, wasm: 4 ms', 'mlp-sgd, wasm:2: 2 ms']);
  });

  it.each([
    [0.0002831, '0.283 µs'],
    [0.01, '10 µs'],
    [1.5, '1.5 ms'],
    [12_340, '12.3 s'],
  ])('show %f ms as %s', (ms, text) => {
    expect(shortSpan(ms)).toBe(text);
  });
});
