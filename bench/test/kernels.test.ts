import { cholesky, Graph, interpreter, js, neg, TapeMachine } from 'tapegrad';
import { describe, expect, it } from 'vitest';
import { errorOf } from '../src/kernels/accuracy.js';
import { compareKernels, tooLong } from '../src/kernels/compare.js';
import { kernelWork } from '../src/kernels/kernel-work.js';
import { OPERATIONS, type Operation } from '../src/kernels/operations.js';
import { overheadWork } from '../src/kernels/overhead-work.js';
import { BACKENDS } from '../src/tapegrad/backends.js';
import { timed, timedStaying } from '../src/tapegrad/timed.js';

function operation(name: string): Operation {
  return OPERATIONS.find((one) => one.name === name)!;
}

function least(name: string, dtype: string) {
  return kernelWork(operation(name), true).find((work) => work.dtype === dtype)!;
}

describe('an error', () => {
  it('is the greatest difference over the greatest magnitude', () => {
    expect(errorOf([1, 2.0002, -4], [1, 2, -4], 'float32')).toBeCloseTo(5e-5, 8);
    expect(errorOf([0, 0], [0, 0], 'int32')).toBe(0);
  });

  it.each([
    [[1, 2.1], [1, 2], 'float32', 'gives 2.1 at 1 where float64 gives 2'],
    [[1, 2 + 1e-8], [1, 2], 'float64', 'gives 2.00000001 at 1 where float64 gives 2'],
    [[1, 3], [1, 2], 'int32', 'gives 3 at 1 where float64 gives 2'],
    [[Number.NaN, 3], [1, 2], 'float32', 'gives NaN at 0 where float64 gives 1'],
    [[1], [1, 2], 'float32', 'gives 1 elements where there are 2'],
  ] as const)('of %j for %j in %s is none of rounding', (got, want, dtype, message) => {
    expect(() => errorOf(got, want, dtype)).toThrow(message);
  });
});

describe('the operations', () => {
  it.each(OPERATIONS.map(({ name }) => name))('%s gives on the interpreter what it gives in float64', async (name) => {
    for (const work of kernelWork(operation(name), true)) {
      const { read, dispose } = await work.prepare(interpreter());
      expect(errorOf(await read(), await work.want(), work.dtype)).toBeLessThan(1e-6);
      dispose?.();
    }
  });

  it('count what they read, write and compute', () => {
    expect(least('add', 'float32')).toMatchObject({ elements: 1024, bytes: 3 * 4096, flops: 0, shapes: '[1024] [1024]' });
    expect(least('sum of rows', 'float64')).toMatchObject({ elements: 1024, bytes: 8 * (1024 + 32) });
    expect(least('gather', 'float64')).toMatchObject({ bytes: 1024 * (8 + 4 + 8) });
    expect(least('matmul', 'float32')).toMatchObject({ elements: 1024, flops: 2 * 32 ** 3 });
    expect(least('matmul of a batch', 'float32')).toMatchObject({ elements: 1024, flops: 4 * 2 * 16 ** 3 });
    // 1024 places of 4·3·3 products each, of the result of `conv2d` as of what its gradients read.
    const products = 2 * 1024 * 36;
    expect(least('conv2d', 'float32')).toMatchObject({ flops: products, bytes: 4 * (1024 + 144 + 1024) });
    expect(least('conv2d by x', 'float32')).toMatchObject({ flops: products, shapes: '[4, 4, 3, 3] [1, 4, 16, 16]' });
    expect(least('conv2d by w', 'float32')).toMatchObject({ flops: products, bytes: 4 * (1024 + 1024 + 144) });
  });

  it('ascend in size', () => {
    for (const one of OPERATIONS) {
      const sizes = kernelWork(one, false).filter(({ dtype }) => dtype === 'float32');
      expect(sizes.map(({ elements }) => elements)).toEqual(sizes.map(({ elements }) => elements).toSorted((a, b) => a - b));
      expect(new Set(sizes.map(({ elements }) => elements)).size).toBe(3);
    }
  });
});

describe('the overheads', () => {
  it.each(overheadWork(true).map((work) => [work.operation, work] as const))('%s adds 1', async (_name, work) => {
    const { read, dispose } = await work.prepare(js());
    expect(errorOf(await read(), await work.want(), 'float32')).toBeLessThan(1e-6);
    dispose?.();
  });

  it('count what they move', () => {
    const moved = overheadWork(false).map(({ operation, bytes }) => [operation, bytes]);
    expect(moved.slice(0, 4)).toEqual([
      ['launch', 0],
      ['round trip', 0],
      ['upload', 4096],
      ['upload', 262_144],
    ]);
  });
});

describe('a comparison', () => {
  const asked = [
    { name: 'js', threads: 1 },
    { name: 'tfjs-cpu', threads: 1 },
  ];

  it('checks, times, and tells what is missing', async () => {
    const told: string[] = [];
    const comparison = await compareKernels(asked, [operation('sum of rows')], true, (text) => told.push(text));
    expect(told).toContain('sum of rows float32 [32, 32]');
    expect(comparison.contenders).toEqual([
      { system: 'js', threads: 1, adapter: null },
      { system: 'tfjs-cpu', threads: 1, adapter: null },
    ]);
    const kernels = comparison.records.filter(({ kind }) => kind === 'kernel');
    expect(kernels.map(({ system, dtype }) => `${system} ${dtype}`)).toEqual(['js float32', 'tfjs-cpu float32', 'js float64']);
    for (const { median, min, max, runsPerSecond, bandwidth, arithmetic, bytes } of kernels) {
      expect(min).toBeLessThanOrEqual(median);
      expect(max).toBeGreaterThanOrEqual(median);
      expect(runsPerSecond * median).toBeCloseTo(1000);
      expect(bandwidth! * 1e6 * median).toBeCloseTo(bytes);
      expect(arithmetic).toBeNull();
    }
    expect(comparison.omissions).toEqual([
      {
        operation: 'sum of rows',
        dtype: 'float64',
        shapes: '[32, 32]',
        system: 'tfjs-cpu',
        threads: 1,
        reason: 'has no float64',
        defect: false,
      },
    ]);
  });

  it('does not time what is wrong, and says so', async () => {
    const backwards: Operation = { ...operation('sum of rows'), dtypes: ['float32'] };
    let builds = 0;
    // Built for its type, for the backend, and for float64.
    const wrong: Operation = { ...backwards, build: (x) => operation(++builds === 2 ? 'exp' : 'tanh').build(x!) };
    const { records, omissions } = await compareKernels(asked.slice(0, 1), [wrong], true, () => {});
    expect(records.filter(({ kind }) => kind === 'kernel')).toEqual([]);
    expect(omissions).toMatchObject([{ system: 'js', defect: true }]);
    expect(omissions[0]!.reason).toMatch(/^gives \d.* at \d+ where float64 gives /);
  });
});

it('a run that would take long, going by the next smaller size, is left out', () => {
  const js = { system: 'js', threads: 1, adapter: null };
  const [small, large] = kernelWork(operation('matmul'), false).filter(({ dtype }) => dtype === 'float32');
  // A side eight times as long is 512 times the work.
  const before = (median: number) => [
    {
      ...small!,
      ...js,
      unit: 'ms' as const,
      median,
      min: 1,
      max: 1,
      runs: 1,
      runsPerSecond: 1,
      bandwidth: 1,
      arithmetic: 1,
      error: 0,
    },
  ];
  expect(tooLong(large!, js, before(5.8))).toBeNull();
  expect(tooLong(large!, js, before(5.9))).toEqual({
    reason: 'a run would take more than 3 s, going by the next smaller size',
    defect: false,
  });
  expect(tooLong(large!, { ...js, threads: 2 }, before(5.9))).toBeNull();
});

describe('what a backend states that it cannot do', () => {
  it('is told in its words, and is no defect', async () => {
    const factor: Operation = { ...operation('softmax'), name: 'cholesky', dtypes: ['float32'], build: (x) => cholesky(x!) };
    const { omissions } = await compareKernels([{ name: 'tfjs-cpu', threads: 1 }], [factor], true, () => {});
    expect(omissions).toMatchObject([{ operation: 'cholesky', defect: false }]);
    expect(omissions[0]!.reason).toContain("the backend 'tfjs:cpu' cannot run this program: no kernel for cholesky");
  });
});

describe('runs on a device', async () => {
  const opened = await BACKENDS['tfjs-cpu']!.load();
  if (typeof opened === 'string') throw new Error(opened);
  const backend = opened.open(1);

  it('end with the arrival of an element of what they wrote', async () => {
    const graph = new Graph();
    const x = graph.state('x', new Float32Array([3, 4]));
    const { time, shortestSample, read, dispose } = await timedStaying(backend, graph, neg(x));
    expect(await time!(2)).toBeGreaterThan(0);
    expect(shortestSample).toBeGreaterThan(0);
    expect(await read()).toEqual(new Float32Array([-3, -4]));
    dispose?.();
  });

  it('that give their results need no such end', async () => {
    const graph = new Graph();
    const x = graph.input('x', [1]);
    const machine = new TapeMachine(graph, { backend });
    const program = await machine.compile({ y: neg(x) });
    const prepared = await timed({ backend, machine, program, feeds: { x: [1] }, read: async () => [] });
    expect(prepared.time).toBeUndefined();
    expect(prepared.run()).toBeInstanceOf(Promise);
    prepared.dispose?.();
  });
});
