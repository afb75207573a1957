import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { NonFiniteError } from '../src/errors.js';
import { Graph } from '../src/graph/graph.js';
import type { Node } from '../src/graph/node.js';
import { interpreter } from '../src/machine/interpreter.js';
import { TapeMachine } from '../src/machine/machine.js';
import { firstNonFinite } from '../src/machine/watch.js';
import { composite } from '../src/primitives/composite.js';
import { add, mul, sum, unary } from '../src/primitives/forms.js';

const log = unary('log', { partial: null, lower: (x) => x.log() });
const logSum = composite<[Node, Node]>('logSum', { define: (x, y) => log(add(x, y)) });

async function example() {
  const graph = new Graph();
  const [x, w] = [graph.input('x', ['n']), graph.parameter('w', [1, 2])];
  const level = log(mul(x, x));
  const total = sum(level);
  const machine = new TapeMachine(graph, { backend: interpreter() });
  const program = await machine.compile({ total }, { updates: [{ state: w, value: mul(w, 2) }] });
  return { graph, x, w, level, total, machine, program, bound: await program.bind({ n: 4 }) };
}

describe('memory, tape and explain', () => {
  it('tell of a program before it runs', async () => {
    const { bound, total, w, level, x } = await example();
    const recomputed = { instructions: 0, bytes: 0, flops: 0 };
    expect(bound.memory).toEqual({ scratch: expect.any(Number), state: 8, constants: 0, lowerBound: 20, recomputed });
    expect(bound.memory.scratch).toBeGreaterThanOrEqual(20);
    expect(bound.tape).toContain('input x: @0 float32 [4]');
    expect(bound.explain(total)).toMatch(
      /^%4 = sum.*\n {2}the output 'total'\n {2}made by instruction \d; stored because .*\n {2}instruction \d \(kernel\) computes it with .*log %3/,
    );
    expect(bound.explain(level)).toContain('in registers');
    expect(bound.explain(w)).toContain('\n  state, kept by the machine and updated by this program');
    expect(bound.explain(x)).toContain('\n  an input, fed by every run');
    expect(bound.explain(add(x, 1))).toContain('\n  no part of the tape');
    expect(() => bound.explain(new Graph().constant(1))).toThrow(
      "explain: constant %0 belongs to another graph than the machine's.",
    );
  });

  it('ask for sizes while names are open', async () => {
    const { program } = await example();
    expect(program.names).toEqual(['n']);
    expect(() => program.tape).toThrow(
      'tape: sizes are open. Ask the program of some sizes: (await program.bind({ n: … })).tape.',
    );
    expect(() => program.memory).toThrow('(await program.bind({ n: … })).memory.');
  });

  it('are the same after a bind of dims at compile', async () => {
    const { machine, total } = await example();
    const program = await machine.compile({ total }, { dims: { n: 3 } });
    expect(program.memory.lowerBound).toBe(16);
  });

  it('print readably in the console', async () => {
    const { program, bound, machine } = await example();
    expect(inspect(program)).toBe('Program (x float32 [n]) -> total float32 []; updates w');
    expect(inspect(bound)).toBe('Program (x float32 [n]) -> total float32 []; updates w; n = 4');
    expect(inspect(machine)).toMatch(/^TapeMachine on interpreter: 1 state, \d+ bytes of scratch$/);
  });

  it('compile sees every stage when asked to trace', async () => {
    const { machine, total } = await example();
    const stages: string[] = [];
    await machine.compile({ total }, { dims: { n: 2 }, trace: (stage) => stages.push(stage) });
    expect(stages).toEqual(
      expect.arrayContaining(['build', 'specialise', 'expand', 'simplify', 'fuse', 'schedule', 'plan', 'tape']),
    );
  });

  it('keep sixteen sizes, the last ones', async () => {
    const { machine, total } = await example();
    let compiled = 0;
    const program = await machine.compile({ total }, { trace: (stage) => (stage === 'build' ? compiled++ : 0) });
    for (let n = 1; n <= 16; n++) program.runSync({ x: new Float32Array(n).fill(1) });
    for (let n = 1; n <= 16; n++) program.runSync({ x: new Float32Array(n).fill(1) });
    expect(compiled).toBe(16);
    program.runSync({ x: new Float32Array(17).fill(1) });
    program.runSync({ x: new Float32Array(2).fill(1) });
    expect(compiled).toBe(17);
    program.runSync({ x: new Float32Array(1).fill(1) });
    expect(compiled).toBe(18);
  });
});

describe('watch', () => {
  it('traps the first value that is not finite, names the node, its inputs and the line, and leaves state', async () => {
    const { program, machine, w } = await example();
    const error = await program.run({ x: [1, 0, 3, 0] }, { watch: true }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NonFiniteError);
    expect(String(error)).toMatch(
      /^NonFiniteError: watch: log %3 gave -Infinity at \[1\] of \[4\]\. Its inputs: mul %2 float32 \[4\] from 0 to 9\. \(machine-tools\.test\.ts:\d+\)$/,
    );
    expect(machine.get(w).toArray()).toEqual([1, 2]);
    expect(() => program.runSync({ x: [Number.NaN] }, { watch: true })).toThrow(
      'watch: mul %2 gave NaN at [0] of [1]. Its inputs: input %0 float32 [1] without a finite element; input %0 float32 [1] without a finite element.',
    );
  });

  it('lets a run through that stays finite, with its updates', async () => {
    const { program, machine, w } = await example();
    const { total } = await program.run({ x: [1, 1] }, { watch: true, steps: 2 });
    expect(total.item()).toBe(0);
    expect(machine.get(w).toArray()).toEqual([4, 8]);
    expect((await program.run([{ x: [1] }, { x: [1] }], { watch: true })).length).toBe(2);
    expect(machine.get(w).toArray()).toEqual([16, 32]);
  });

  it('traps an update, and names what happens inside a composite', async () => {
    const graph = new Graph();
    const [x, w] = [graph.scalar('x'), graph.state('w', 1)];
    const machine = new TapeMachine(graph, { backend: interpreter() });
    const next = logSum(x, w);
    const program = await machine.compile({}, { updates: [{ state: w, value: next }] });
    expect(() => program.runSync({ x: -3 }, { watch: true })).toThrow(
      `watch: logSum %${next.id}, in its log, gave NaN at [] of [].`,
    );
    expect(machine.get(w).item()).toBe(1);
  });

  it('tells by the bits', () => {
    expect(firstNonFinite(Float32Array.of(3.4e38, -0, 1e-45, Number.NaN))).toBe(3);
    expect(firstNonFinite(Float64Array.of(1, -1.7e308, 5e-324, Number.NEGATIVE_INFINITY, 0))).toBe(3);
    expect(firstNonFinite(Float64Array.of(1, 2))).toBe(-1);
    expect(firstNonFinite(new Float32Array())).toBe(-1);
  });
});

describe('profile', () => {
  it('gives time, bytes and flops by instruction, as a table and as a trace, and leaves state', async () => {
    const { program, machine, bound } = await example();
    const profile = await program.profile({ x: [1, 2, 3, 4] }, { runs: 3 });
    expect(profile.entries.length).toBe(bound.tape.split('\n').filter((line) => /^\d+ {2}/.test(line)).length);
    expect(profile.entries.flatMap(({ nodes }) => nodes)).toContain('log %3');
    expect(profile.entries.every(({ milliseconds, bytes, flops }) => milliseconds >= 0 && bytes > 0 && flops >= 0)).toBe(true);
    expect(inspect(profile)).toMatch(
      /^profile: \d+\.\d{4} ms in \d instructions?\n#\s+ms\s+share\s+GB\/s\s+GFLOP\/s\s+computes\n/,
    );
    const { traceEvents } = JSON.parse(profile.toChromeTrace());
    expect(traceEvents[0]).toMatchObject({ ph: 'X', ts: 0, pid: 1, tid: 1, args: { index: 0 } });
    expect(machine.get('w').toArray()).toEqual([1, 2]);
  });
});

describe('step', () => {
  it('hands out each instruction with its nodes and values, then updates', async () => {
    const { program, machine, total } = await example();
    const seen: unknown[] = [];
    for await (const { index, kind, nodes, values } of program.step({ x: [1, 1] })) {
      expect(kind).toBe('kernel');
      if (nodes.includes(total)) expect(values.map((value) => value.toArray())).toContainEqual(0);
      seen.push(index);
      expect(machine.get('w').toArray()).toEqual([1, 2]);
    }
    expect(seen).toEqual(seen.map((_, i) => i));
    expect(machine.get('w').toArray()).toEqual([2, 4]);
  });

  it('changes nothing where it is left, or where the machine has gone on', async () => {
    const { program, machine } = await example();
    for await (const _ of program.step({ x: [1] })) break;
    expect(machine.get('w').toArray()).toEqual([1, 2]);
    const stepping = (async () => {
      for await (const _ of program.step({ x: [1] })) program.runSync({ x: [1] });
    })();
    await expect(stepping).rejects.toThrow(
      "step: the machine's state changed in the meantime, so these updates do not take effect.",
    );
  });
});
