import { js, wasm } from '@tapegrad/backend-cpu';
import { gpujs, tfjs } from '@tapegrad/backend-gpu';
import { type Backend, callOn, type Initialiser, interpreter, type Kernel, prepare } from '@tapegrad/core';
import { exp, log, matmul, randomNormal, sin, softmax, tanh, transpose } from '@tapegrad/ops';
import * as train from '@tapegrad/train';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { Graph, TapeMachine } from 'tapegrad';
import { afterEach, describe, expect, it, vi } from 'vitest';

const SHAPE = [96, 80];

/** One of a user's own: sums, products and functions, all of which must have the interpreter's bits. */
const composed: Initialiser = {
  shape: SHAPE,
  build: (graph, dtype) =>
    callOn(graph, () => {
      const drawn = randomNormal(SHAPE, { dtype });
      const mixed = matmul(matmul(softmax(drawn), transpose(tanh(drawn))), drawn);
      return sin(log(softmax(exp(mixed))));
    }),
};

const INITIALISERS: Readonly<Record<string, Initialiser>> = {
  constant: train.constant(SHAPE, 0.1),
  zeros: train.zeros(SHAPE),
  ones: train.ones(SHAPE),
  uniform: train.uniform(SHAPE),
  normal: train.normal(SHAPE, { mean: 0.1 }),
  truncatedNormal: train.truncatedNormal(SHAPE),
  glorotUniform: train.glorotUniform(SHAPE),
  glorotNormal: train.glorotNormal(SHAPE),
  heUniform: train.heUniform(SHAPE),
  heNormal: train.heNormal(SHAPE),
  lecunUniform: train.lecunUniform(SHAPE),
  lecunNormal: train.lecunNormal(SHAPE),
  orthogonal: train.orthogonal(SHAPE),
  composed,
};

/** The bytes of all first values, by name, on a backend. */
async function made(backend: Backend, dtype: 'float32' | 'float64'): Promise<Map<string, Uint8Array>> {
  const graph = new Graph({ dtype });
  const states = Object.entries(INITIALISERS).map(([name, initialiser]) => graph.parameter(name, initialiser));
  const machine = new TapeMachine(graph, { backend, seed: 11 });
  const values = await Promise.all(states.map((state) => machine.getAsync(state)));
  machine.dispose();
  return new Map(
    values.map(({ data }, i) => [Object.keys(INITIALISERS)[i]!, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]),
  );
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('first values', () => {
  it.each(['float32', 'float64'] as const)('of %s have the same bits on all backends that hold it', async (dtype) => {
    const wanted = await made(interpreter(), dtype);
    const device = dtype === 'float32' ? [tfjs({ tf, backend: 'cpu' }), gpujs({ allowCpu: true, mode: 'cpu' })] : [];
    for (const backend of [js(), wasm(), wasm({ threads: 1 }), ...device]) {
      for (const [name, bytes] of await made(backend, dtype))
        expect(
          wanted.get(name)!.every((byte, i) => byte === bytes[i]),
          `${name} on ${backend.name}`,
        ).toBe(true);
    }
  });

  it('are made without generated code where that is forbidden', () => {
    const construct = vi.fn((): never => {
      throw new EvalError('Refused to evaluate a string as JavaScript');
    });
    vi.stubGlobal('Function', new Proxy(Function, { construct }));
    const graph = new Graph();
    // Of a length that no other test has compiled.
    const states = [graph.parameter('a', train.uniform([7919])), graph.parameter('b', train.uniform([7919]))];
    const [a, b] = states.map((state) => new TapeMachine(graph, { backend: js() }).get(state));
    const again = new TapeMachine(graph, { backend: interpreter() });
    expect(construct).toHaveBeenCalled();
    expect([a!.equals(again.get(states[0]!)), b!.equals(again.get(states[1]!)), a!.equals(b!)]).toEqual([true, true, false]);
  });

  it('are made by the backend where they are large, and interpreted where that is quicker', () => {
    const runnerOf = vi.fn((kernel: Kernel) => prepare(kernel));
    const graph = new Graph();
    const machine = new TapeMachine(graph, { backend: { ...interpreter(), runnerOf } });
    machine.get(graph.parameter('small', train.glorotUniform([8, 8])));
    expect(runnerOf).not.toHaveBeenCalled();
    machine.get(graph.parameter('large', train.glorotUniform([64, 64])));
    expect(runnerOf).toHaveBeenCalled();
  });

  it('of equal initialisers are compiled once, and differ', () => {
    const kernels = new Set<Kernel>();
    const runnerOf = (kernel: Kernel) => {
      kernels.add(kernel);
      return prepare(kernel);
    };
    const graph = new Graph();
    const machine = new TapeMachine(graph, { backend: { ...interpreter(), runnerOf } });
    const [a, b] = ['a', 'b'].map((name) => machine.get(graph.parameter(name, train.glorotUniform([64, 64]))));
    expect(kernels.size).toBe(1);
    expect(a!.equals(b!)).toBe(false);
    const alone = new TapeMachine(graph, { backend: interpreter() });
    expect(alone.get('b').equals(b!)).toBe(true);
  });
});
