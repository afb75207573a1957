import { tfjs } from '@tapegrad/backend-gpu';
import { type Backend, Graph, grad, js, matmul, type Node, relu, sgd, sum, TapeMachine, tanh } from 'tapegrad';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

type TensorFlow = Parameters<typeof tfjs>[0]['tf'];

/** A step that counts, draws and multiplies, on a state. */
async function counting(backend: Backend) {
  const graph = new Graph();
  const x = graph.input('x', [2, 3]);
  const w = graph.parameter('w', [
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  const y = graph.tanh(matmul(x, w));
  const machine = new TapeMachine(graph, { backend, seed: 7 });
  const program = await machine.compile(
    { y, noise: graph.randomUniform([4]) },
    { updates: sgd(sum(y), [w], { learningRate: 0.1 }) },
  );
  return { graph, machine, program, w, x: new Float32Array([1, 0, -1, 0.5, 2, -2]) };
}

function expectClose(got: ArrayLike<number>, wanted: ArrayLike<number>): void {
  expect(got.length).toBe(wanted.length);
  for (let i = 0; i < got.length; i++) expect(got[i]).toBeCloseTo(wanted[i]!, 5);
}

/** The module with other members in the place of some. */
function altered(members: Partial<TensorFlow>): TensorFlow {
  return { ...(tf as TensorFlow), ...members };
}

describe.each(['cpu', 'wasm'])('a machine on tfjs:%s', (name) => {
  const open = () => tfjs({ tf, backend: name });

  it('computes, draws and updates as on js', async () => {
    const here = await counting(open());
    const there = await counting(js());
    for (let i = 0; i < 3; i++) {
      const got = await here.program.run({ x: here.x });
      const wanted = await there.program.run({ x: there.x });
      expect(got.noise.data).toEqual(wanted.noise.data);
      expectClose(got.y.data, wanted.y.data);
    }
    expectClose(here.machine.get('w').data, there.machine.get('w').data);
  });

  it('keeps its state, and hands it over', async () => {
    const { machine, program, x } = await counting(open());
    await program.run({ x });
    const saved = machine.save();
    const after = (await program.run({ x })).y.data;
    machine.load(saved);
    expect((await program.run({ x })).y.data).toEqual(after);
    machine.set('w', new Float32Array(6));
    expect((await program.run({ x })).y.toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it('frees what it makes: runs leave no tensor behind, and dispose leaves none at all', async () => {
    const before = tf.memory().numTensors;
    const { machine, program, x } = await counting(open());
    await program.run({ x });
    const held = tf.memory();
    for (let i = 0; i < 30; i++) await program.run({ x });
    await program.run({ x }, { steps: 5 });
    program.runSync({ x });
    expect(tf.memory().numTensors).toBe(held.numTensors);
    expect(tf.memory().numBytes).toBe(held.numBytes);
    machine.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('runs at once where it can wait, and in turn where runs are on their way', async () => {
    const { program, machine, x } = await counting(open());
    const other = await counting(open());
    const wanted = Array.from({ length: 4 }, () => other.program.runSync({ x }).y.data);
    const runs = Array.from({ length: 4 }, () => program.run({ x }));
    expect(() => program.runSync({ x })).toThrow('runs are pending');
    expect((await Promise.all(runs)).map(({ y }) => y.data)).toEqual(wanted);
    expect((await machine.getAsync('w')).data).toEqual(other.machine.get('w').data);
  });

  it('copies feeds, also one that becomes state', async () => {
    const graph = new Graph();
    const x = graph.input('x', [2]);
    const w = graph.state('w', [0, 0]);
    const machine = new TapeMachine(graph, { backend: open() });
    const program = await machine.compile({ y: x }, { updates: [{ state: w, value: x }] });
    const feed = Float32Array.of(1, 2);
    const { y } = program.runSync({ x: feed });
    feed.fill(9);
    expect([...y.data, ...machine.get(w).data]).toEqual([1, 2, 1, 2]);
  });

  it('exchanges states', async () => {
    const graph = new Graph();
    const [a, b] = [graph.state('a', [1, 2]), graph.state('b', [3, 4])];
    const machine = new TapeMachine(graph, { backend: open() });
    const program = await machine.compile(
      { a },
      {
        updates: [
          { state: a, value: b },
          { state: b, value: a },
        ],
      },
    );
    const seen = [await program.run(), await program.run()].map(({ a }) => a.toArray());
    expect([...seen, machine.get(a).toArray(), machine.get(b).toArray()]).toEqual([
      [1, 2],
      [3, 4],
      [1, 2],
      [3, 4],
    ]);
  });
});

describe('tfjs', () => {
  it('takes turns with itself on another of its backends', async () => {
    const [first, second] = [await counting(tfjs({ tf, backend: 'cpu' })), await counting(tfjs({ tf, backend: 'wasm' }))];
    const runs = [1, 2, 3].flatMap(() => [first.program.run({ x: first.x }), second.program.run({ x: second.x })]);
    const results = (await Promise.all(runs)).map(({ y }) => y.data);
    for (let i = 0; i < 6; i += 2) expectClose(results[i]!, results[i + 1]!);
  });

  it('refuses dtypes that it lacks, in one sentence', async () => {
    const graph = new Graph({ dtype: 'float64' });
    const machine = new TapeMachine(graph, { backend: tfjs({ tf, backend: 'cpu' }) });
    await expect(machine.compile({ y: tanh(graph.input('x', [2])) })).rejects.toThrow(
      "the backend 'tfjs:cpu' cannot run this program: no float64 (input, tanh; it has float32, int32, bool). Cast, or choose another backend.",
    );
  });

  it('refuses ops without kernels, unless this process may compute them', async () => {
    const graph = new Graph();
    const y = graph.sum(graph.cholesky(graph.input('x', [2, 2])));
    const refusing = new TapeMachine(graph, { backend: tfjs({ tf, backend: 'cpu' }) });
    await expect(refusing.compile({ y })).rejects.toThrow(
      "the backend 'tfjs:cpu' cannot run this program: no kernel for cholesky. Cast, or choose another backend.",
    );
    const allowing = new TapeMachine(graph, { backend: tfjs({ tf, backend: 'cpu', missing: 'host' }) });
    const program = await allowing.compile({ y });
    const feeds = {
      x: [
        [4, 2],
        [2, 2],
      ],
    };
    expect((await program.run(feeds)).y.item()).toBe(4);
    expect(program.runSync(feeds).y.item()).toBe(4);
    expect(program.explain(y.inputs[0] as Node)).toContain('computed in this process, as TensorFlow.js has no kernel for it');
  });

  it('tells that draws are made in this process', async () => {
    const { program, graph } = await counting(tfjs({ tf, backend: 'cpu' }));
    const bits = graph.nodes.find((node) => node.op.name === 'randomBits') as Node;
    expect(program.explain(bits)).toContain('computed in this process, as TensorFlow.js has no uint32');
  });

  it('names all kernels that its backend lacks, on load', async () => {
    const getKernel = (kernel: string, backend: string) =>
      /^(Tanh|BatchMatMul)$/.test(kernel) ? undefined : tf.getKernel(kernel, backend);
    await expect(counting(tfjs({ tf: altered({ getKernel }), backend: 'cpu' }))).rejects.toThrow(
      "the backend 'tfjs:cpu' cannot run this program: it lacks the kernel BatchMatMul; the kernel Tanh. Choose another backend.",
    );
  });

  it('names a backend that there is not', async () => {
    await expect(counting(tfjs({ tf, backend: 'cuda' }))).rejects.toThrow(
      "tfjs: TensorFlow.js has no backend 'cuda' here. Import the module that registers it, or name another.",
    );
  });

  it('does not wait where it cannot', async () => {
    const asynchronous = altered({
      getBackend: () => 'webgpu',
      setBackend: () => tf.setBackend('cpu'),
      getKernel: (kernel) => tf.getKernel(kernel, 'cpu'),
    });
    const { program, machine, x } = await counting(tfjs({ tf: asynchronous }));
    await program.run({ x });
    expect(() => program.runSync({ x })).toThrow('runSync: tfjs:webgpu does not run in this process. Use await program.run(…).');
    expect(() => machine.get('w')).toThrow('get: tfjs:webgpu reads state in its own time. Use await machine.getAsync(…).');
    expect((await machine.getAsync('w')).shape).toEqual([3, 2]);
  });

  it('fails with the device, frees what it had made, and serves a new machine', async () => {
    let lost = false;
    const engine = () => ({
      runKernel: (kernel: string, inputs: never, attributes: never) => {
        if (lost && kernel === 'Tanh') throw new Error('context lost');
        return tf.engine().runKernel(kernel, inputs, attributes);
      },
    });
    const { program, machine, x } = await counting(tfjs({ tf: altered({ engine }), backend: 'cpu' }));
    await program.run({ x });
    const held = tf.memory().numTensors;
    lost = true;
    await expect(program.run({ x })).rejects.toThrow(
      'The machine failed while it changed its state: context lost. Load saved state (machine.load) to go on.',
    );
    expect(tf.memory().numTensors).toBe(held);
    await expect(program.run({ x })).rejects.toThrow('context lost');
    machine.dispose();
    lost = false;
    const another = await counting(tfjs({ tf: altered({ engine }), backend: 'cpu' }));
    expect((await another.program.run({ x })).y.shape).toEqual([2, 2]);
  });

  it('tells of the GPU, notices that it was lost, and has it made again for a new machine', async () => {
    let contexts = 0;
    let lost = false;
    const gl = {
      RENDERER: 1,
      getParameter: () => `renderer ${contexts}`,
      getExtension: () => null,
      isContextLost: () => lost,
    };
    let present = { gpgpu: { gl } };
    const calls: unknown[] = [];
    const graphics = altered({
      backend: () => present,
      findBackendFactory: (name) => `factory of ${name}`,
      removeBackend: (name) => calls.push(['remove', name]),
      registerBackend: (name, factory) => {
        calls.push(['register', name, factory]);
        contexts++;
        lost = false;
        present = { gpgpu: { gl: { ...gl, isContextLost: () => false } } };
        return true;
      },
    });
    const first = await counting(tfjs({ tf: graphics, backend: 'cpu' }));
    const { program, machine, x } = first;
    expect(machine.device).toBe('cpu on renderer 0');
    await program.run({ x });
    lost = true;
    const words = 'tfjs: the GPU was lost. Make a new TapeMachine, and load saved state there.';
    await expect(program.run({ x })).rejects.toThrow(words);
    await expect(machine.getAsync('w')).rejects.toThrow(words);
    await expect(machine.compile({ y: first.w })).rejects.toThrow(words);
    expect(calls).toEqual([]);
    machine.dispose();
    const next = await counting(tfjs({ tf: graphics, backend: 'cpu' }));
    expect(calls).toEqual([
      ['remove', 'cpu'],
      ['register', 'cpu', 'factory of cpu'],
    ]);
    expect(next.machine.device).toBe('cpu on renderer 1');
    expect((await next.program.run({ x })).y.shape).toEqual([2, 2]);
  });

  it('lets a product add its bias and take the maximum with 0 in one call, and keeps NaN', async () => {
    const called: string[] = [];
    const engine = () => ({
      runKernel: (kernel: string, inputs: never, attributes: never) => {
        called.push(kernel);
        return tf.engine().runKernel(kernel, inputs, attributes);
      },
    });
    const graph = new Graph();
    const x = graph.input('x', [3, 2]);
    const [w, b] = [
      graph.parameter('w', [
        [1, -1],
        [2, 0],
      ]),
      graph.parameter('b', [0.5, 0.25]),
    ];
    const z = graph.add(matmul(x, w), b);
    const feeds = {
      x: [
        [1, 1],
        [NaN, 0],
        [-4, 1],
      ],
    };
    const compile = (outputs: Record<string, Node>) =>
      new TapeMachine(graph, { backend: tfjs({ tf: altered({ engine }), backend: 'cpu' }) }).compile(outputs);
    const calls = async (outputs: Record<string, Node>) => {
      const program = await compile(outputs);
      called.length = 0;
      const results = await program.run(feeds);
      return { results, called: called.filter((kernel) => kernel !== 'Reshape' && kernel !== 'Identity') };
    };
    const whole = await calls({ y: relu(z) });
    expect(whole.called).toEqual(['_FusedMatMul']);
    expect(whole.results.y!.toArray()).toEqual([
      [3.5, 0],
      [NaN, NaN],
      [0, 4.25],
    ]);
    const apart = await calls({ y: relu(z), z });
    expect(apart.called).toEqual(['_FusedMatMul', 'Maximum']);
    expect(apart.results.z!.toArray()).toEqual([
      [3.5, -0.75],
      [NaN, NaN],
      [-1.5, 4.25],
    ]);
    expect((await calls({ y: matmul(x, w), z })).called).toEqual(['BatchMatMul', 'Add']);
    const column = graph.unsqueeze(b, { axis: 1 });
    const square = await calls({ y: graph.add(matmul(w, w), column) });
    expect(square.called).toEqual(['BatchMatMul', 'Add']);
    expect(square.results.y!.toArray()).toEqual([
      [-0.5, -0.5],
      [2.25, -1.75],
    ]);
  });

  it('reads factors that lie turned round in place', async () => {
    const called: unknown[] = [];
    const engine = () => ({
      runKernel: (kernel: string, inputs: never, attributes: never) => {
        called.push([kernel, attributes]);
        return tf.engine().runKernel(kernel, inputs, attributes);
      },
    });
    const graph = new Graph();
    const [a, b] = [
      graph.state('a', [
        [1, 2, 3],
        [4, 5, 6],
      ]),
      graph.state('b', [
        [1, 0],
        [2, 1],
        [4, 2],
      ]),
    ];
    const [da, db] = grad(sum(graph.square(matmul(a, b))), [a, b]) as [Node, Node];
    const machine = new TapeMachine(graph, { backend: tfjs({ tf: altered({ engine }), backend: 'cpu' }) });
    const program = await machine.compile({ da, db });
    called.length = 0;
    const results = await program.run();
    expect(results.da.toArray()).toEqual([
      [34, 84, 168],
      [76, 186, 372],
    ]);
    expect(results.db.toArray()).toEqual([
      [338, 152],
      [448, 202],
      [558, 252],
    ]);
    expect(called.filter((call) => /MatMul|Transpose/.test(String(call)))).toEqual([
      ['BatchMatMul', { transposeA: false, transposeB: false }],
      ['BatchMatMul', { transposeA: false, transposeB: true }],
      ['BatchMatMul', { transposeA: true, transposeB: false }],
    ]);
  });

  it('differentiates twice', async () => {
    const graph = new Graph();
    const x = graph.input('x', [3]);
    const slope = grad(sum(relu(graph.mul(x, graph.square(x)))), x);
    const program = await new TapeMachine(graph, { backend: tfjs({ tf, backend: 'cpu' }) }).compile({ y: grad(sum(slope), x) });
    expect((await program.run({ x: [1, 2, 3] })).y.toArray()).toEqual([6, 12, 18]);
  });
});
