import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import threads from 'node:worker_threads';
import type { Graph as CoreGraph } from '@tapegrad/core';
import {
  adam,
  add,
  argmax,
  type Backend,
  cast,
  conv2d,
  crossEntropy,
  defineOp,
  div,
  fmod,
  Graph,
  glorotUniform,
  isInput,
  isState,
  matmul,
  max,
  maxPool2d,
  mean,
  mul,
  type Node,
  type Program,
  pow,
  reached,
  relu,
  reshape,
  sin,
  slice,
  softmax,
  sort,
  sqrt,
  sum,
  TapeMachine,
  Tensor,
  type TypedArray,
  tanh,
  transpose,
  wasm,
  zeros,
} from 'tapegrad';
import { afterEach, describe, expect, it } from 'vitest';
import { presentCrew } from '../../packages/backend-cpu/src/wasm/threads/crew.js';
import { patience } from '../../packages/backend-cpu/src/wasm/threads/meeting.js';
import { choices, randomProgram } from '../tape/random-program.js';
import { eager, ready, startedWhile } from './threaded.js';

const wave = (length: number, factor: number): Float32Array => Float32Array.from({ length }, (_, i) => Math.sin(factor * i));
const lengthOf = (node: Node): number => node.shape.reduce((count: number, size) => count * Number(size), 1);

/** The bits of all results of some runs, and of the state after them. */
async function bitsOf(build: () => Built, backend: Backend, runs: number): Promise<string[]> {
  const { graph, outputs, updates = [], dtype = 'float32' } = build();
  const machine = new TapeMachine(graph, { backend, seed: 3 });
  const program = await machine.compile(outputs, { updates });
  const leaves = reached([...Object.values(outputs), ...updates.flatMap(({ state, value }) => [state, value])]);
  for (const state of leaves.filter(isState)) {
    if (state.attrs.name.startsWith('w') && dtype === 'float64')
      machine.set(state as Node, Float64Array.from(wave(lengthOf(state as Node), 2)));
  }
  await ready();
  const bits: string[] = [];
  for (let run = 1; run <= runs; run++) {
    const feeds = Object.fromEntries(
      leaves.filter(isInput).map((node) => {
        const values = wave(lengthOf(node as Node), 0.7 * run);
        return [node.attrs.name, node.dtype === 'int32' ? Int32Array.from(values, (x) => Math.abs(Math.round(9 * x))) : values];
      }),
    );
    const results = await program.run(feeds);
    for (const { data } of Object.values(results)) bits.push(textOf(data));
  }
  for (const state of leaves.filter(isState)) bits.push(textOf(machine.get(state as Node).data));
  machine.dispose();
  return bits;
}

function textOf({ buffer, byteOffset, byteLength }: TypedArray): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

interface Built {
  readonly graph: CoreGraph;
  readonly outputs: Readonly<Record<string, Node>>;
  readonly updates?: ReturnType<typeof adam>;
  readonly dtype?: 'float32' | 'float64';
}

function dense(): Built {
  const graph = new Graph();
  const x = graph.input('x', [50, 37]);
  const y = graph.input('y', [50], 'int32');
  const parameters: Node[] = [];
  const layer = (input: Node, inputs: number, outputs: number): Node => {
    const w = graph.parameter(`w${parameters.length}`, glorotUniform([inputs, outputs]));
    const b = graph.parameter(`b${parameters.length}`, zeros([outputs]));
    parameters.push(w, b);
    return add(matmul(input, w), b);
  };
  const loss = crossEntropy(layer(relu(layer(tanh(layer(x, 37, 41)), 41, 24)), 24, 10), y);
  return { graph, outputs: { loss }, updates: adam(loss, parameters, { learningRate: 0.01 }) };
}

function convolutional(): Built {
  const graph = new Graph();
  const x = graph.input('x', [4, 1, 12, 12]);
  const y = graph.input('y', [4], 'int32');
  const kernel = graph.parameter('kernel', glorotUniform([6, 1, 5, 5]));
  const w = graph.parameter('w', glorotUniform([216, 10]));
  const image = maxPool2d(relu(conv2d(x, kernel, { padding: 'same' })), { kernel: 2 });
  const loss = crossEntropy(matmul(reshape(image, [4, 216]), w), y);
  return { graph, outputs: { loss }, updates: adam(loss, [kernel, w], { learningRate: 0.01 }) };
}

function assorted(): Built {
  const graph = new Graph();
  const x = graph.input('x', [40, 33]);
  const rows = softmax(mul(x, 3));
  const outputs = {
    rows,
    sorted: sort(x),
    columns: sum(tanh(x), { axis: 0 }),
    turned: add(transpose(x), 1),
    product: matmul(transpose(x), rows),
    all: mean(div(x, add(mul(x, x), 1))),
    wide: sin(add(x, 0.5)),
    powers: pow(cast(add(mul(x, x), 1), 'float64'), 1.7),
    wholes: fmod(pow(cast(mul(x, 100), 'int32'), 3), 7),
    rests: fmod(mul(x, 1e20), 0.7),
  };
  return { graph, outputs };
}

function reducing(): Built {
  const graph = new Graph();
  const x = graph.input('x', [100_003]);
  const rows = graph.input('rows', [3, 70_000]);
  const outputs = {
    total: sum(x),
    norm: sum(mul(x, x)),
    greatest: max(x),
    product: matmul(rows, reshape(rows, [70_000, 3])),
    position: argmax(x),
    shares: softmax(reshape(x, [1, 100_003])),
  };
  return { graph, outputs };
}

/** Small updates, which are one kernel: the first reads in reverse what the second overwrites. */
function overwriting(): Built {
  const graph = new Graph();
  const [w, v] = [
    graph.state('w', Tensor.from(new Float64Array(10_000))),
    graph.state('wide', Tensor.from(new Float64Array(5000))),
  ];
  let read: Node = slice(w, [[null, null, -2]]);
  for (let i = 0; i < 4; i++) read = sqrt(add(mul(read, read), 1 + i));
  const updates = [
    { state: v, value: add(v, read) },
    { state: w, value: mul(w, -0.5) },
  ];
  return { graph, outputs: {}, updates, dtype: 'float64' };
}

describe('several threads', () => {
  it.each([
    ['a dense network', dense, [2]],
    ['a convolutional network', convolutional, [3]],
    ['an assortment of ops', assorted, [2, 3, 8]],
    ['long reductions', reducing, [2, 8]],
    ['updates that overwrite what is read', overwriting, [2, 3, 2, 3]],
  ])('compute the same bits as one: %s', async (_name, build, counts) => {
    const alone = await bitsOf(build, wasm({ threads: 1 }), 2);
    for (const threads of counts) expect(await bitsOf(build, eager(threads), 2)).toEqual(alone);
  });

  it('compute the same bits as one: random programs', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const build = (): Built => {
        const { outputs, updates } = randomProgram(choices(seed), 25);
        return { graph: Object.values(outputs)[0]!.graph, outputs, updates: [...updates!], dtype: 'float64' };
      };
      const alone = await bitsOf(build, wasm({ threads: 1 }), 2);
      expect(await bitsOf(build, eager(2 + (seed % 2)), 2), `seed ${seed}`).toEqual(alone);
    }
  });

  it('are from 1 to 64', () => {
    expect(() => wasm({ threads: 0 })).toThrow("wasm: threads is 0; give a whole number from 1 to 64, or 'auto'.");
    expect(() => wasm({ threads: 1.5 })).toThrow("wasm: threads is 1.5; give a whole number from 1 to 64, or 'auto'.");
  });

  it('do not start for what is small', async () => {
    const started = await startedWhile(async () => {
      const { graph, outputs, updates } = dense();
      await new TapeMachine(graph, { backend: wasm({ threads: 2 }) }).compile(outputs, { updates: updates! });
    });
    expect(started).toEqual([]);
  });
});

const SIZE = 400;

/** A program of some tens of milliseconds. */
async function long(machine: TapeMachine, graph: Graph, updates = false): Promise<Program<{ y: Node }>> {
  const a = graph.state('a', { shape: [SIZE, SIZE], build: (g) => g.splat(0.01, [SIZE, SIZE], 'float32') });
  let y: Node = a;
  for (let i = 0; i < 10; i++) y = matmul(y, a);
  return machine.compile({ y }, updates ? { updates: [{ state: a, value: mul(a, 2) }] } : {});
}

describe('a thread that dies', () => {
  const { milliseconds } = patience;
  afterEach(() => {
    patience.milliseconds = milliseconds;
  });

  it('between runs is replaced', async () => {
    const graph = new Graph();
    const machine = new TapeMachine(graph, { backend: wasm({ threads: 2 }) });
    let program!: Program<{ y: Node }>;
    const [worker] = await startedWhile(async () => {
      program = await long(machine, graph);
      await ready();
    });
    const before = (await program.run()).y;
    await worker!.terminate();
    const [next] = await startedWhile(async () => {
      expect((await program.run()).y.data).toEqual(before.data);
    });
    await ready();
    expect((await program.run()).y.data).toEqual(before.data);
    const ended = once(next!, 'exit');
    machine.dispose();
    await ended;
  });

  it('during a run leaves the right result, or an error until state is loaded', async () => {
    patience.milliseconds = 200;
    const graph = new Graph();
    const machine = new TapeMachine(graph, { backend: wasm({ threads: 2 }) });
    await startedWhile(async (started) => {
      const program = await long(machine, graph, true);
      const saved = machine.save();
      const expected = program.runSync().y.data;
      for (let i = 0; i < 4; i++) {
        machine.load(saved);
        await ready();
        // A worker that has just run is awake; its end takes effect when the next run has begun.
        program.runSync();
        machine.load(saved);
        started.at(-1)!.terminate();
        try {
          expect(program.runSync().y.data).toEqual(expected);
        } catch (error) {
          const { message } = error as Error;
          expect(message).toMatch(
            /^The machine failed while it changed its state: wasm: a thread has not been heard of for 0\.\d s; it must have ended\. Load/,
          );
          expect(() => machine.get('a')).toThrow(message);
        }
      }
    });
    machine.dispose();
  });
});

describe('a kernel of the user', () => {
  it('that throws lets the other threads go on with the next run', async () => {
    let unlucky = true;
    const kernel = ([x]: readonly TypedArray[], y: TypedArray): void => {
      if (unlucky) throw new RangeError('unlucky');
      y.set(x!);
    };
    const lucky = defineOp({ name: 'lucky', kind: 'unary', partial: null, kernels: { wasm: kernel } });
    const graph = new Graph();
    const x = graph.input('x', [64, 64]);
    const machine = new TapeMachine(graph, { backend: eager(3) });
    const program = await machine.compile({ y: tanh(matmul(lucky(tanh(matmul(x, x))), x)) });
    await ready();
    const feeds = { x: wave(4096, 0.3) };
    for (let i = 0; i < 3; i++) expect(() => program.runSync(feeds)).toThrow("lucky: its kernel for 'wasm' threw: unlucky");
    unlucky = false;
    const one = await new TapeMachine(graph, { backend: wasm({ threads: 1 }) }).compile({
      y: tanh(matmul(lucky(tanh(matmul(x, x))), x)),
    });
    expect(program.runSync(feeds).y.data).toEqual(one.runSync(feeds).y.data);
    machine.dispose();
  });

  it('may run a program on threads itself', async () => {
    const inner = new Graph();
    const square = inner.input('x', [64, 64]);
    const helper = await new TapeMachine(inner, { backend: eager(2) }).compile({ y: tanh(matmul(square, square)) });
    const kernel = ([x]: readonly TypedArray[], y: TypedArray): void => y.set(helper.runSync({ x: x! }).y.data);
    const nested = defineOp({ name: 'nested', kind: 'unary', partial: null, kernels: { wasm: kernel } });
    const graph = new Graph();
    const x = graph.input('x', [64, 64]);
    const machine = new TapeMachine(graph, { backend: eager(2) });
    const program = await machine.compile({ y: matmul(nested(tanh(x)), x), plain: matmul(tanh(matmul(tanh(x), tanh(x))), x) });
    await ready();
    const { y, plain } = program.runSync({ x: wave(4096, 0.3) });
    expect(y.data).toEqual(plain.data);
    machine.dispose();
  });
});

describe('workers', () => {
  it('that may not start are an error, and one thread is the way out', async () => {
    presentCrew().end();
    const { Worker } = threads;
    threads.Worker = class {
      constructor() {
        throw new Error('Access to this API has been restricted');
      }
    } as unknown as typeof Worker;
    try {
      const graph = new Graph();
      const program = await long(new TapeMachine(graph, { backend: wasm({ threads: 2 }) }), graph);
      expect(() => program.runSync()).toThrow(
        'wasm: threads cannot start: Access to this API has been restricted. Use wasm({ threads: 1 }) to do without.',
      );
    } finally {
      threads.Worker = Worker;
      presentCrew().end();
    }
  });

  it('keep no process from ending', () => {
    const file = fileURLToPath(new URL('threads-end.ts', import.meta.url));
    const options = ['--conditions=tapegrad-source', '--import', 'tsx', file];
    expect(execFileSync(process.execPath, options, { encoding: 'utf8', timeout: 20_000 })).toBe('8192\n');
  });

  it('end when the last machine that needs them is disposed of, or is garbage', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    for (const dispose of [true, false]) {
      let machine: TapeMachine | null = null;
      const [worker] = await startedWhile(async () => {
        const graph = new Graph();
        machine = new TapeMachine(graph, { backend: wasm({ threads: 2 }) });
        await long(machine, graph);
        await ready();
      });
      const ended = once(worker!, 'exit');
      if (dispose) machine!.dispose();
      machine = null;
      const collecting = setInterval(collect, 20);
      await ended;
      clearInterval(collecting);
    }
  });
});
