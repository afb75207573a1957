import { add, callOn, Graph, grad, type Node, TapeMachine, Tensor, type Update } from '@tapegrad/core';
import { matmul, mean, mse, mul, randomUniform, sub, sum, transpose } from '@tapegrad/ops';
import { describe, expect, it } from 'vitest';
import { backends } from './backends.js';

/** Plain gradient descent, written out. */
function descend(loss: Node, parameters: readonly Node[], rate: number): Update[] {
  return grad(loss, parameters).map((gradient, i) => ({
    state: parameters[i]!,
    value: sub(parameters[i]!, mul(gradient, rate)),
  }));
}

describe.each(backends)('state on %s', (_name, backend) => {
  const machineOf = (graph: Graph, seed = 0) => new TapeMachine(graph, { backend: backend(), seed });

  it('swaps two states', async () => {
    const graph = new Graph();
    const [a, b] = [graph.state('a', [1, 2]), graph.state('b', [3, 4])];
    const machine = machineOf(graph);
    const swap = await machine.compile(
      {},
      {
        updates: [
          { state: a, value: b },
          { state: b, value: a },
        ],
      },
    );
    expect(await swap.run()).toEqual({});
    expect([machine.get(a).toArray(), machine.get('b').toArray()]).toEqual([
      [3, 4],
      [1, 2],
    ]);
    swap.runSync({}, { steps: 2 });
    expect([machine.get(a).toArray(), machine.get('b').toArray()]).toEqual([
      [3, 4],
      [1, 2],
    ]);
  });

  it('rotates three states, computing on the way', async () => {
    const graph = new Graph();
    const [a, b, c] = ['a', 'b', 'c'].map((name, i) => graph.state(name, [i, i + 10])) as [Node, Node, Node];
    const machine = machineOf(graph);
    const updates = [
      { state: a, value: add(b, 1) },
      { state: b, value: c },
      { state: c, value: mul(a, 2) },
    ];
    const rotate = await machine.compile({ a, b, c }, { updates });
    const old = await rotate.run();
    expect([old.a, old.b, old.c].map((value) => value.toArray())).toEqual([
      [0, 10],
      [1, 11],
      [2, 12],
    ]);
    expect([a, b, c].map((state) => machine.get(state).toArray())).toEqual([
      [2, 12],
      [2, 12],
      [0, 20],
    ]);
  });

  it('transposes a state in place of itself', async () => {
    const graph = new Graph();
    const w = graph.parameter('w', [
      [1, 2],
      [3, 4],
    ]);
    const machine = machineOf(graph);
    const flip = await machine.compile({}, { updates: [{ state: w, value: transpose(w) }] });
    flip.runSync();
    expect(machine.get(w).toArray()).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });

  it('lets the backward pass read w as it was, though w is updated', async () => {
    const graph = new Graph({ dtype: 'float64' });
    const x = graph.input('x', ['n', 2]);
    const w1 = graph.parameter('w1', [
      [1, 2],
      [3, 4],
    ]);
    const w2 = graph.parameter('w2', [[1], [-1]]);
    const loss = sum(matmul(matmul(x, w1), w2));
    const machine = machineOf(graph);
    const step = await machine.compile({ loss }, { updates: descend(loss, [w2, w1], 0.1) });
    const { loss: before } = step.runSync({ x: [[1, 1]] });
    expect(before.item()).toBe(-2);
    expect(machine.get(w1).toArray()).toEqual([
      [0.9, 2.1],
      [2.9, 4.1],
    ]);
    expect(machine.get(w2).toArray()).toEqual([[1 - 0.1 * 4], [-1 - 0.1 * 6]].map(([value]) => [expect.closeTo(value!, 15)]));
  });

  it('gives a state old and new', async () => {
    const graph = new Graph();
    const w = graph.parameter('w', [1, 2, 3]);
    const after = mul(w, 10);
    const machine = machineOf(graph);
    const program = await machine.compile({ w, after, again: after }, { updates: [{ state: w, value: after }] });
    const result = program.runSync();
    expect(result.w.toArray()).toEqual([1, 2, 3]);
    expect(result.after.toArray()).toEqual([10, 20, 30]);
    expect(result.again.toArray()).toEqual([10, 20, 30]);
    expect(machine.get(w).toArray()).toEqual([10, 20, 30]);
  });

  it('updates by inputs and constants, and shares state between programs', async () => {
    const graph = new Graph();
    const [x, w, v] = [graph.input('x', [2]), graph.state('w', [0, 0]), graph.state('v', [0, 0])];
    const machine = machineOf(graph);
    const write = await machine.compile(
      {},
      {
        updates: [
          { state: w, value: x },
          { state: v, value: graph.constant([7, 8]) },
        ],
      },
    );
    const read = await machine.compile({ total: add(w, v), x });
    write.runSync({ x: [1, 2] });
    const { total, x: same } = read.runSync({ x: [5, 6] });
    expect(total.toArray()).toEqual([8, 10]);
    expect(same.toArray()).toEqual([5, 6]);
  });

  it('keeps two optimisers on one graph apart', async () => {
    const graph = new Graph({ dtype: 'float64' });
    const [u, v] = [graph.parameter('u', 1), graph.parameter('v', 1)];
    const loss = mul(mul(u, u), v);
    const machine = machineOf(graph);
    const both = await machine.compile({ loss }, { updates: [...descend(loss, [u], 0.1), ...descend(loss, [v], 0.5)] });
    const second = await machine.compile({ loss }, { updates: descend(loss, [v], 1) });
    both.runSync();
    expect([machine.get(u).item(), machine.get(v).item()]).toEqual([0.8, 0.5]);
    second.runSync();
    expect([machine.get(u).item(), machine.get(v).item()]).toEqual([0.8, expect.closeTo(0.5 - 0.64, 15)]);
  });

  it('runs a batch of none, of one and of a size not seen before', async () => {
    const graph = new Graph({ dtype: 'float64' });
    const [x, y] = [graph.input('x', ['batch', 2]), graph.input('y', ['batch', 1])];
    const [w, b] = [graph.parameter('w', [[1], [2]]), graph.parameter('b', [0.5])];
    const loss = mse(add(matmul(x, w), b), y);
    const [dw, db] = grad(loss, [w, b]);
    const machine = machineOf(graph);
    const step = await machine.compile({ loss, dw: dw!, db: db! }, { updates: descend(loss, [w, b], 0.5) });
    const empty = step.runSync({ x: new Float64Array(0), y: new Float64Array(0) });
    expect(empty.loss.item()).toBeNaN();
    expect([empty.dw.toArray(), empty.db.toArray()]).toEqual([[[0], [0]], [0]]);
    expect([machine.get(w).toArray(), machine.get(b).toArray()]).toEqual([[[1], [2]], [0.5]]);
    expect(step.runSync({ x: [[1, 1]], y: [[3]] }).loss.item()).toBe(0.25);
    expect(machine.get(w).toArray()).toEqual([[0.5], [1.5]]);
    const five = step.runSync({ x: new Float64Array(10), y: new Float64Array(5) });
    expect(five.loss.item()).toBe(0);
  });

  it('draws anew in every run, alike for one seed, and goes on after loading', async () => {
    const graph = new Graph();
    const noise = callOn(graph, () => randomUniform([4]));
    const w = graph.parameter('w', [1, 2, 3]);
    const updates = [{ state: w, value: mul(w, 2) }];
    const draws = async (machine: TapeMachine) => machine.compile({ noise }, { updates });
    const [one, other] = [machineOf(graph, 5), machineOf(graph, 5)];
    const [drawOne, drawOther] = [await draws(one), await draws(other)];
    const first = drawOne.runSync().noise;
    expect(drawOther.runSync().noise.equals(first)).toBe(true);
    expect(drawOne.runSync().noise.equals(first)).toBe(false);

    const saved = one.save();
    const next = drawOne.runSync().noise;
    const third = machineOf(graph, 99);
    third.load(saved);
    const drawThird = await third.compile({ noise });
    expect(drawThird.runSync().noise.equals(next)).toBe(true);
    expect(third.get(w).toArray()).toEqual([4, 8, 12]);
    expect(third.get('random.step').item()).toBe(3);
    expect(machineOf(graph, 6).get('random.seed').toArray()).toEqual([6, 0]);
  });

  it('leaves the step of the draws to a program that updates it', async () => {
    const graph = new Graph();
    const noise = callOn(graph, () => randomUniform([2]));
    const step = graph.named('random.step')!;
    const machine = machineOf(graph);
    const same = await machine.compile({ noise }, { updates: [{ state: step, value: step }] });
    expect(same.runSync().noise.equals(same.runSync().noise)).toBe(true);
  });

  it('compiles a graph that has grown since', async () => {
    const graph = new Graph();
    const x = graph.input('x', ['n']);
    const machine = machineOf(graph);
    const before = await machine.compile({ y: sum(x) });
    const count = graph.nodes.length;
    before.runSync({ x: [1, 2] });
    expect(graph.nodes.length).toBe(count);
    const w = graph.parameter('w', 3);
    const after = await machine.compile({ y: mul(mean(x), w) });
    expect(after.runSync({ x: [1, 3] }).y.item()).toBe(6);
    expect(before.runSync({ x: [1, 2, 3] }).y.item()).toBe(6);
  });

  it('shares one scratch block between ten sizes', async () => {
    const graph = new Graph();
    const x = graph.input('x', ['n', 64]);
    const machine = machineOf(graph);
    const program = await machine.compile({ y: matmul(x, transpose(x)) });
    const sizes = [3, 1, 10, 2, 7, 5, 4, 9, 6, 8];
    const needs: number[] = [];
    for (const n of sizes) {
      const bound = await program.bind({ n });
      needs.push(bound.memory.scratch);
      expect(program.runSync({ x: new Float32Array(64 * n).fill(1) }).y.toArray()).toEqual(
        Array.from({ length: n }, () => Array(n).fill(64)),
      );
    }
    expect(machine.toString()).toBe(`TapeMachine on ${machine.backend}: 0 states, ${Math.max(...needs)} bytes of scratch`);
    for (const n of sizes) expect(program.runSync({ x: new Float32Array(64 * n).fill(2) }).y.at(0, n - 1)).toBe(256);
  });

  it('returns results that are its own', async () => {
    const graph = new Graph();
    const [x, w] = [graph.input('x', [2]), graph.state('w', [0, 0])];
    const machine = machineOf(graph);
    const program = await machine.compile({ w, sum: add(w, x) }, { updates: [{ state: w, value: add(w, x) }] });
    const fed = new Float32Array([1, 2]);
    const first = program.run({ x: fed });
    fed.fill(100);
    const second = program.run({ x: [10, 20] });
    const [a, b] = await Promise.all([first, second]);
    expect([a.w, a.sum, b.w, b.sum].map((value) => value.toArray())).toEqual([
      [0, 0],
      [1, 2],
      [1, 2],
      [11, 22],
    ]);
    const held = machine.get(w);
    program.runSync({ x: [1, 1] });
    expect(held.toArray()).toEqual([11, 22]);
    expect(Tensor.from([12, 23]).equals(machine.get(w))).toBe(true);
  });
});
