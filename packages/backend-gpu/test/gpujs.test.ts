import {
  BackendError,
  cholesky,
  cumsum,
  Graph,
  grad,
  matmul,
  mean,
  relu,
  scatterAdd,
  sgd,
  softmax,
  sort,
  square,
  sub,
  sum,
  TapeMachine,
} from 'tapegrad';
import { describe, expect, it } from 'vitest';
import { FUNCTIONS } from '../src/gpujs/functions.js';
import { gpujs } from '../src/index.js';

const onCpu = () => gpujs({ mode: 'cpu', allowCpu: true });

async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'nothing was thrown',
    (error: unknown) => (error as Error).message.replace(/ \([^()]*:\d+\)$/, ''),
  );
}

describe('gpujs', () => {
  it('trains as js does, and keeps its state in its own memory', async () => {
    const step = async (backend?: ReturnType<typeof gpujs>) => {
      const graph = new Graph();
      const x = graph.input('x', ['batch', 3]);
      const y = graph.input('y', ['batch', 2]);
      const w = graph.parameter('w', [
        [0.1, 0.2],
        [0.3, -0.4],
        [0.5, 0.6],
      ]);
      const loss = mean(square(sub(softmax(relu(matmul(x, w))), y)));
      const machine = new TapeMachine(graph, backend ? { backend } : {});
      const program = await machine.compile({ loss }, { updates: sgd(loss, [w], { learningRate: 0.1 }) });
      const feeds = {
        x: [
          [1, 2, 3],
          [-1, 0.5, 2],
        ],
        y: [
          [0, 1],
          [1, 0],
        ],
      };
      const { loss: last } = await program.run(feeds, { steps: 5 });
      return [last.item(), ...machine.get(w).data];
    };
    const [got, wanted] = [await step(onCpu()), await step()];
    expect(got).toEqual(wanted.map((value) => expect.closeTo(Number(value), 6)));
  });

  it('does without order what others do in order', async () => {
    const graph = new Graph();
    const x = graph.input('x', [5]);
    const bins = graph.constant([0, 2, 2, 1, 0], 'int32');
    const outputs = {
      sums: cumsum(x),
      sorted: sort(x),
      bins: scatterAdd(graph.constant([10, 20, 30]), bins, x),
      g: grad(sum(sort(square(x))), x),
    };
    const program = await new TapeMachine(graph, { backend: onCpu() }).compile(outputs);
    const { sums, sorted, bins: added, g } = await program.run({ x: [3, 1, Number.NaN, 1, -2] });
    expect([sums.toArray(), sorted.toArray(), added.toArray()]).toEqual([
      [3, 4, Number.NaN, Number.NaN, Number.NaN],
      [-2, 1, 1, 3, Number.NaN],
      [11, 21, Number.NaN],
    ]);
    expect(g.toArray()).toEqual([6, 2, Number.NaN, 2, -4]);
  });

  it('refuses what WebGL cannot do, all at once', async () => {
    const graph = new Graph();
    const outputs = { c: cholesky(graph.input('a', [2, 2])), u: graph.add(graph.input('b', [2], 'float64'), 1) };
    const compiling = new TapeMachine(graph, { backend: onCpu() }).compile(outputs);
    await expect(compiling).rejects.toThrow(BackendError);
    expect(await messageOf(compiling)).toBe(
      "the backend 'gpujs' cannot run this program: no float64 (input, constant, add; it has float32, int32, bool); no kernel for cholesky. Cast, or choose another backend.",
    );
  });

  it('runs on no CPU unless that is allowed', async () => {
    const graph = new Graph();
    const y = relu(graph.input('x', [2]));
    const compile = (options: Parameters<typeof gpujs>[0]) => new TapeMachine(graph, { backend: gpujs(options) }).compile({ y });
    expect(await messageOf(compile({ mode: 'cpu' }))).toBe(
      'gpujs: gpu.js would run kernels as CPUKernel, not on a GPU. Allow it with gpujs({ allowCpu: true }), or give a gpu of another mode.',
    );
    expect(await messageOf(compile({ mode: 'webgl2' }))).toBe(
      'gpujs: gpu.js finds no GPU here (it was asked for webgl2). In Node it needs the package gl and an X server: on Debian, apt-get install libgl1 xvfb, and start with xvfb-run. gpujs({ allowCpu: true }) runs kernels in JavaScript.',
    );
    const machine = new TapeMachine(graph, { backend: gpujs({ allowCpu: true, mode: 'cpu' }) });
    expect(machine.device).toBeNull();
    await machine.compile({ y });
    expect([machine.device, String(machine)]).toEqual([
      'CPUKernel',
      'TapeMachine on gpujs, CPUKernel: 0 states, 0 bytes of scratch',
    ]);
  });

  it('refuses whole numbers that float32 does not hold, and goes on', async () => {
    const graph = new Graph();
    const x = graph.input('x', [3], 'int32');
    const w = graph.state('w', [1, 2, 3], { dtype: 'int32' });
    const machine = new TapeMachine(graph, { backend: onCpu() });
    const program = await machine.compile({ y: graph.add(x, w) }, { updates: [{ state: w, value: graph.add(x, w) }] });
    expect(await messageOf(program.run({ x: [1, 16777217, 2] }))).toBe(
      "gpujs: the feed 'x' has 16777217 at position 1; int32 is exact from -16777216 to 16777216 on the GPU, as its numbers are float32.",
    );
    expect((await program.run({ x: [1, 2, 3] })).y.toArray()).toEqual([2, 4, 6]);
    expect(machine.get(w).toArray()).toEqual([2, 4, 6]);
  });
});

it('each function of the library calls only such as stand before it', () => {
  const seen = new Set<string>();
  for (const [name, { uses }] of FUNCTIONS) {
    expect(uses.filter((callee) => !seen.has(callee) && callee !== name)).toEqual([]);
    seen.add(name);
  }
});
