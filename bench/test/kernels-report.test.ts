import { describe, expect, it } from 'vitest';
import { adapterOf, adapterText } from '../src/adapter.js';
import { crossovers, crossoverText } from '../src/kernels/crossover.js';
import { comparisonPage } from '../src/kernels/page.js';
import type { Comparison, Contender, KernelRecord, Omission } from '../src/kernels/record.js';
import { comparisonText } from '../src/kernels/table.js';
import { lineChart } from '../src/line-chart.js';

const js: Contender = { system: 'js', threads: 1, adapter: null };
const wasm: Contender = { system: 'wasm', threads: 2, adapter: null };
const gpu: Contender = { system: 'tfjs-webgpu', threads: 1, adapter: adapterOf('nvidia, hopper') };
const software: Contender = { ...gpu, adapter: adapterOf('google, swiftshader') };

function record(
  { system, threads }: Contender,
  elements: number,
  median: number,
  more: Partial<KernelRecord> = {},
): KernelRecord {
  return {
    kind: 'kernel',
    operation: 'add',
    dtype: 'float32',
    shapes: `[${elements}]`,
    elements,
    bytes: elements * 12,
    flops: 0,
    system,
    threads,
    unit: 'ms',
    median,
    min: median,
    max: median,
    runs: 1,
    runsPerSecond: 1000 / median,
    bandwidth: (elements * 12) / median / 1e6,
    arithmetic: null,
    error: 3.2e-8,
    ...more,
  };
}

/** At 1,000 and 100,000 elements. */
function times(contender: Contender, small: number, large: number): KernelRecord[] {
  return [record(contender, 1000, small), record(contender, 100_000, large)];
}

describe('a crossover', () => {
  it('is where lines of logarithms meet, with the quickest on the CPU', () => {
    // Ten times slower than wasm:2 at 1,000, ten times quicker than js at 100,000: the middle of the logarithms is 10,000.
    const records = [...times(js, 3, 10), ...times(wasm, 1, 20), ...times(gpu, 10, 1)];
    const [turn, ...others] = crossovers([js, wasm, gpu], records);
    expect(turn).toMatchObject({ operation: 'add', dtype: 'float32', challenger: 'tfjs-webgpu', sizes: [1000, 100_000] });
    expect(turn!.from).toBeCloseTo(10_000);
    expect(others).toEqual([]);
    expect(crossoverText(turn!)).toBe('from 10,000');
  });

  it('may come before the least size, or after the greatest', () => {
    const told = (small: number, large: number) =>
      crossovers([js, gpu], [...times(js, 1, 1), ...times(gpu, small, large)]).map(crossoverText);
    expect(told(0.5, 0.5)).toEqual(['already at 1,000']);
    expect(told(2, 2)).toEqual(['not up to 100,000']);
    expect(told(0.5, 2)).toEqual(['not up to 100,000']);
  });

  it('is that with the first where none has an adapter, or all have', () => {
    const records = [...times(js, 1, 1), ...times(wasm, 2, 0.5), ...times(gpu, 2, 2)];
    expect(crossovers([js, wasm], records).map(({ challenger }) => challenger)).toEqual(['wasm:2']);
    expect(crossovers([gpu, { ...js, adapter: gpu.adapter }], records).map(({ challenger }) => challenger)).toEqual(['js']);
  });

  it('leaves out sizes that one of them has no figure for', () => {
    const [turn] = crossovers([js, gpu], [...times(js, 1, 1), record(gpu, 1000, 2)]);
    expect(turn).toMatchObject({ from: null, sizes: [1000] });
    expect(crossovers([js, gpu], times(js, 1, 1))).toEqual([]);
  });
});

it.each([
  ['google, swiftshader', true],
  ['mesa, software, llvmpipe (LLVM 15.0.6, 256 bits)', true],
  ['HeadlessGLKernel on llvmpipe', true],
  ['nvidia, hopper, NVIDIA H200', false],
])('an adapter called %s is software: %s', (name, isSoftware) => {
  expect(adapterOf(name).software).toBe(isSoftware);
  expect(adapterText(adapterOf(name)) === name).toBe(!isSoftware);
});

it('an adapter whose driver does not say is told to be that', () => {
  expect(adapterText({ name: 'ANGLE', software: null })).toBe(
    'ANGLE: THIS MAY BE A GPU OR SOFTWARE ON THE CPU, ITS DRIVER DOES NOT SAY',
  );
});

function withoutFloat64(operation: string, shapes: string): Omission {
  return { operation, dtype: 'float64', shapes, system: 'tfjs-webgpu', threads: 1, reason: 'has no float64', defect: false };
}

const comparison: Comparison = {
  machine: 'Node 20 on 2 × a <processor>',
  contenders: [js, software],
  records: [
    record(js, 1, 0.001, { kind: 'overhead', operation: 'launch', bytes: 0, bandwidth: null }),
    record(js, 1000, 0.002, { kind: 'overhead', operation: 'upload' }),
    ...times(js, 1, 2),
    ...times(software, 2, 1),
    record(js, 64, 1, { operation: 'matmul', flops: 1e9, arithmetic: 1000, error: 0 }),
  ],
  omissions: [
    ...[
      ['add', '[9]'],
      ['add', '[99]'],
      ['exp', '[9]'],
    ].map(([operation, shapes]) => withoutFloat64(operation!, shapes!)),
    { operation: 'exp', dtype: 'float32', shapes: '[9]', system: 'js', threads: 1, reason: 'gives 1 at 0', defect: true },
  ],
  missing: ['gpujs: finds no GPU here'],
};

describe('the text', () => {
  const text = comparisonText(comparison);

  it('says in capitals what is software', () => {
    expect(text).toContain('tfjs-webgpu runs on google, swiftshader: THIS IS SOFTWARE ON THE CPU, NOT A GPU.');
  });

  it('has a line for each work and backend', () => {
    expect(text).toMatch(/^add +float32 +\[1000\] +tfjs-webgpu +2\.00 ms +500 +0\.00600 +3\.2e-8 +2\.00×$/m);
    expect(text).toMatch(/^matmul +float32 +\[64\] +js +1\.00 ms +1,000 +0\.000768 +1,000 +0 +1\.00×$/m);
  });

  it('has a table of crossovers', () => {
    expect(text).toContain('How many elements it takes until a backend is quicker than js; data stays on the backend.');
    expect(text).toMatch(/^add +float32 +from 10,000$/m);
  });

  it('lists what is missing by reason, defects first', () => {
    expect(text.split('Not taking part:\n')[1]!.split('\n')).toEqual([
      'gpujs: finds no GPU here',
      'WRONG: js: gives 1 at 0 (exp float32 [9])',
      'tfjs-webgpu: has no float64 (add float64 in 2 sizes; exp float64 [9])',
    ]);
  });
});

describe('the page', () => {
  const page = comparisonPage(comparison);

  it('needs nothing else', () => {
    expect(page).not.toMatch(/<script|<link|<img|url\(|src=|@import/);
    expect(page.match(/https?:[^"]*/g)!.every((address) => address === 'http://www.w3.org/2000/svg')).toBe(true);
  });

  it('has a chart for each operation, and warns of software', () => {
    const titles = [...page.matchAll(/aria-label="([^"]+)"/g)].map(([, title]) => title);
    expect(titles).toEqual(['Time a run, one element; less is better', 'upload, GB/s', 'add, GB/s', 'matmul, GFLOP/s']);
    expect(page).toContain(
      '<p class="warning">tfjs-webgpu runs on google, swiftshader: THIS IS SOFTWARE ON THE CPU, NOT A GPU.</p>',
    );
  });

  it('tells what the text tells, escaped', () => {
    expect(page).toContain('Node 20 on 2 × a &lt;processor>.');
    expect(page).toContain('<td>add</td><td>float32</td><td class="number">from 10,000</td>');
    expect(page).toContain('<td>matmul</td><td>float32</td><td class="number">0</td><td class="number"></td>');
    expect(page).toContain('<td>add</td><td>float32</td><td class="number">3.2e-8</td><td class="number">3.2e-8</td>');
    expect(page).toContain('<li>WRONG: js: gives 1 at 0 (exp float32 [9])</li>');
  });
});

describe('a line chart', () => {
  const points = [
    { x: 1, y: 1, text: 'one' },
    { x: 10, y: 10, text: 'ten' },
    { x: 100, y: 100, text: 'hundred' },
  ];

  it('has logarithms on both axes', () => {
    const svg = lineChart({ title: 't', lines: [{ series: 'a', points }], series: ['a'] });
    const dots = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
    expect(dots).toHaveLength(3);
    expect(dots[1]![0] - dots[0]![0]).toBeCloseTo(dots[2]![0] - dots[1]![0], 0);
    expect(dots[0]![1] - dots[1]![1]).toBeCloseTo(dots[1]![1] - dots[2]![1], 0);
    expect(svg).toContain('<title>a: ten</title>');
  });

  it('gives a series the same colour whoever else is there', () => {
    const colours = (names: readonly string[]) =>
      [
        ...lineChart({ title: 't', lines: names.map((series) => ({ series, points })), series: ['a', 'b'] }).matchAll(
          /stroke="(#\w+)" stroke-width/g,
        ),
      ].map(([, colour]) => colour);
    expect(colours(['b'])).toEqual([colours(['a', 'b'])[1]]);
  });

  it('has room for a single value', () => {
    const svg = lineChart({ title: 't', lines: [{ series: 'a', points: points.slice(0, 1) }], series: ['a'] });
    expect(svg).not.toContain('NaN');
  });
});
