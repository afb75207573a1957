import { wasm } from '@tapegrad/backend-cpu';
import { defineOp, Graph, MachineError, TapeMachine, type TypedArray } from '@tapegrad/core';
import { add, exp, log, matmul, mul, sum } from '@tapegrad/ops';
import { describe, expect, it } from 'vitest';
import { backends } from './backends.js';

function copyUnlessNegative([x]: readonly TypedArray[], y: TypedArray): void {
  for (let i = 0; i < y.length; i++) {
    if (x![i]! < 0) throw new RangeError('a negative element');
    y[i] = x![i]!;
  }
}

/** A user's own op: its kernels throw on negative elements, having written those before. */
const careful = defineOp({
  name: 'careful',
  kind: 'unary',
  partial: null,
  kernels: { host: copyUnlessNegative },
});

describe.each(backends)('a run that dies half way on %s', (_name, backend) => {
  it('leaves state as it was where nothing had been committed', async () => {
    const graph = new Graph();
    const [x, w] = [graph.input('x', [2]), graph.state('w', [1, 1])];
    const machine = new TapeMachine(graph, { backend: backend() });
    const program = await machine.compile({}, { updates: [{ state: w, value: add(w, careful(x)) }] });
    await expect(program.run({ x: [1, -1] })).rejects.toThrow(MachineError);
    expect(() => program.runSync({ x: [1, -1] })).toThrow('a negative element');
    expect(machine.get(w).toArray()).toEqual([1, 1]);
    program.runSync({ x: [1, 2] });
    expect(machine.get(w).toArray()).toEqual([2, 3]);
  });

  it('fails the machine where a kernel was writing state itself, until state is loaded', async () => {
    const graph = new Graph();
    const [x, w] = [graph.input('x', [2]), graph.state('w', [1, 1])];
    const machine = new TapeMachine(graph, { backend: backend() });
    const program = await machine.compile({}, { updates: [{ state: w, value: careful(x) }] });
    const saved = machine.save();
    const message = /The machine failed while it changed its state: .*a negative element/;
    await expect(program.run({ x: [5, -1] })).rejects.toThrow(message);
    expect(() => machine.get(w)).toThrow(message);
    expect(() => program.runSync({ x: [5, 5] })).toThrow(message);
    machine.load(saved);
    expect(machine.get(w).toArray()).toEqual([1, 1]);
    program.runSync({ x: [5, 6] });
    expect(machine.get(w).toArray()).toEqual([5, 6]);
  });

  it('changes nothing under watch, whatever had been written', async () => {
    const graph = new Graph();
    const [x, w] = [graph.input('x', [2]), graph.state('w', [1, 1])];
    const machine = new TapeMachine(graph, { backend: backend() });
    const program = await machine.compile({}, { updates: [{ state: w, value: careful(x) }] });
    await expect(program.run({ x: [5, -1] }, { watch: true })).rejects.toThrow('a negative element');
    expect(machine.get(w).toArray()).toEqual([1, 1]);
  });
});

describe.each(backends)('watch on %s', (_name, backend) => {
  it('names the node, the ranges of its inputs and the line, and leaves state', async () => {
    const graph = new Graph();
    const [x, w] = [graph.input('x', ['n', 2]), graph.parameter('w', [[1], [-1]])];
    const machine = new TapeMachine(graph, { backend: backend() });
    const scores = matmul(x, w);
    const level = log(scores);
    const program = await machine.compile({ level }, { updates: [{ state: w, value: mul(w, 2) }] });
    const feeds = {
      x: [
        [3, 1],
        [1, 4],
      ],
    };
    const line =
      /watch: log %3 gave NaN at \[1, 0\] of \[2, 1\]\. Its inputs: matmul %2 float32 \[2, 1\] from -3 to 2\. \(failures\.test\.ts:\d+\)/;
    await expect(program.run(feeds, { watch: true })).rejects.toThrow(line);
    expect(machine.get(w).toArray()).toEqual([[1], [-1]]);
    expect((await program.run(feeds)).level.at(1, 0)).toBeNaN();
    expect(machine.get(w).toArray()).toEqual([[2], [-2]]);
  });
});

describe('more memory than WebAssembly has', () => {
  it('is an error that says how much, and what else there is', async () => {
    const graph = new Graph();
    const total = sum(exp(graph.input('x', [2 ** 16, 2 ** 16])));
    await expect(new TapeMachine(graph, { backend: wasm({ threads: 1 }) }).compile({ total })).rejects.toThrow(
      /^wasm: \d+ more bytes do not fit: memory holds \d+ bytes, and at most 4 GiB\. Run smaller batches, compile with a memoryLimit, or take js, whose arrays are apart\.$/,
    );
  });
});

describe('using', () => {
  it('gives the memory back at the end of the block', async () => {
    const graph = new Graph();
    const w = graph.state('w', [1, 2]);
    let kept: TapeMachine;
    {
      using machine = new TapeMachine(graph, { backend: backends[1]![1]() });
      kept = machine;
      expect(machine.get(w).toArray()).toEqual([1, 2]);
    }
    expect(() => kept.get(w)).toThrow('get: the machine is disposed of. Make a new TapeMachine.');
  });
});
