import {
  add,
  type Backend,
  broadcastTo,
  cast,
  evaluate,
  Graph,
  gather,
  grad,
  js,
  matmul,
  mean,
  mul,
  type Node,
  reshape,
  scatterAdd,
  sin,
  sum,
  TapeMachine,
  take,
  tensor,
  wasm,
} from 'tapegrad';
import { afterEach, describe, expect, it } from 'vitest';
import { WebAssembly } from '../../packages/backend-cpu/src/wasm/host.js';

/** The value of what `build` makes of a vector of float32. */
async function computed(build: (x: Node) => Node, values: Float32Array, backend: Backend = wasm()): Promise<Float32Array> {
  const graph = new Graph();
  const x = graph.input('x', [values.length]);
  const program = await new TapeMachine(graph, { backend }).compile({ y: build(x) });
  return (await program.run({ x: values })).y.data as Float32Array;
}

const host = WebAssembly as { Module: unknown };
const { Module } = host;

afterEach(() => {
  host.Module = Module;
});

describe('wasm', () => {
  it('adds up four million numbers to six digits', async () => {
    const [value] = await computed((x) => mean(x), new Float32Array(4e6).fill(0.1));
    expect(Math.abs(value! - 0.1)).toBeLessThan(1e-6);
  });

  it('knows the sine of large numbers', async () => {
    const values = Float32Array.of(1e5, -1e5, 1e6, 3e7, 1e30);
    const got = await computed((x) => sin(x), values);
    expect([...got]).toEqual([...values].map((x) => expect.closeTo(Math.sin(x), 6) as number));
  });

  it('gathers along an axis that is all lanes', async () => {
    const values = Float32Array.of(5, 6, 7, 8, 1, 2, 3, 4);
    const rows = (x: Node): Node => reshape(x, [2, 4]);
    const crossed = [
      [0, 1, 0, 1],
      [1, 0, 1, 0],
    ];
    expect([...(await computed((x) => gather(rows(x), crossed), values))]).toEqual([5, 2, 7, 4, 1, 6, 3, 8]);
  });

  it('stores no subnormal float32 unless told to', async () => {
    const values = Float32Array.of(1e-30, -1e-30, 1, NaN, -0);
    const tiny = (x: Node): Node => mul(x, 1e-10);
    expect([...(await computed(tiny, values))]).toEqual([0, -0, Math.fround(1e-10), NaN, -0]);
    const kept = await computed(tiny, values, wasm({ subnormals: 'keep' }));
    expect(kept[0]).toBe(Math.fround(1e-40));
  });

  it.each(['float32', 'float64', 'int32'] as const)('adds rows of %s up side by side', async (dtype) => {
    const graph = new Graph();
    const rows = graph.constant(
      Array.from({ length: 5 * 7 }, (_, i) => i - 9.5),
      'float64',
    );
    const table = graph.splat(0, [4, 7], 'float64');
    const source = cast(reshape(rows, [5, 7]), dtype);
    const sums = scatterAdd(cast(table, dtype), broadcastTo(graph.constant([[2], [0], [2], [9], [2]], 'int32'), [5, 7]), source, {
      axis: 0,
    });
    const program = await new TapeMachine(graph, { backend: wasm() }).compile({ sums });
    expect((await program.run()).sums.toArray()).toEqual(evaluate(sums).toArray());
  });

  it('adds the gradients of rows up side by side', async () => {
    const graph = new Graph();
    const table = graph.parameter(
      'table',
      tensor(
        Float32Array.from({ length: 24 }, (_, i) => i / 8),
        { shape: [4, 6] },
      ),
    );
    const slope = grad(sum(mul(take(table, graph.constant([1, 3, 1, 1], 'int32')), table)), table);
    const program = await new TapeMachine(graph, { backend: wasm() }).compile({ slope });
    expect((await program.run()).slope.toArray()).toEqual(evaluate(slope).toArray());
  });

  it('keeps state and programs right while memory grows', async () => {
    const graph = new Graph();
    const x = graph.input('x', ['n']);
    const total = graph.state('total', tensor(1));
    const next = add(total, sum(mul(x, x)));
    const machine = new TapeMachine(graph, { backend: wasm() });
    const program = await machine.compile({ next, y: add(x, total) }, { updates: [{ state: total, value: next }] });
    expect((await program.run({ x: [1, 2] })).next.item()).toBe(6);
    const large = await program.run({ x: new Float32Array(1e6).fill(1) });
    expect(large.next.item()).toBe(1000006);
    expect(large.y.data[999999]).toBe(7);
    graph.state('more', new Float32Array(1e6));
    machine.set('more', new Float32Array(1e6).fill(2));
    const after = await program.run({ x: [1, 2] });
    expect(after.next.item()).toBe(1000011);
    expect([...after.y.data]).toEqual([1000007, 1000008]);
    expect(machine.get('more').data[5]).toBe(2);
  });

  it('adds up a hundred thousand products to six digits', async () => {
    const graph = new Graph();
    const x = graph.input('x', [4, 100_000]);
    const w = graph.input('w', [100_000, 8]);
    const program = await new TapeMachine(graph, { backend: wasm() }).compile({ y: matmul(x, w) });
    const { y } = await program.run({ x: new Float32Array(4e5).fill(0.1), w: new Float32Array(8e5).fill(1) });
    for (const value of y.data) expect(Math.abs(value / 1e4 - 1)).toBeLessThan(1e-6);
  });

  it('multiplies matrices of odd sizes in all layouts as js does', async () => {
    for (const [m, k, n] of [
      [33, 17, 29],
      [16, 64, 8],
      [5, 100, 13],
      [1, 9, 40],
    ] as const) {
      const graph = new Graph();
      const a = graph.input('a', [m, k]);
      const b = graph.input('b', [k, n]);
      const feeds = {
        a: Float32Array.from({ length: m * k }, (_, i) => Math.sin(i)),
        b: Float32Array.from({ length: k * n }, (_, i) => Math.cos(3 * i)),
      };
      const [got, want] = await Promise.all(
        [wasm(), js()].map(async (backend) => {
          const program = await new TapeMachine(graph, { backend }).compile({ y: matmul(a, b) });
          return (await program.run(feeds)).y.data;
        }),
      );
      for (let i = 0; i < m * n; i++) expect(got![i]).toBeCloseTo(want![i]!, 4);
    }
  });

  it('compiles without waiting where the page refuses to wait', async () => {
    host.Module = class {
      constructor() {
        throw new RangeError('WebAssembly.Module(): larger than 8MB');
      }
    };
    expect([...(await computed((x) => add(x, 1), Float32Array.of(1, 2)))]).toEqual([2, 3]);
  });
});
