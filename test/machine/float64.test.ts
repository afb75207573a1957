import { beforeEach, describe, expect, it, vi } from 'vitest';

// What is loaded stays loaded: each test begins with modules of its own.
beforeEach(() => {
  vi.resetModules();
});

describe('the functions of float64 on wasm', () => {
  it('are loaded before a program whose sizes come later, so that it runs at once', async () => {
    const { exp, Graph, TapeMachine, wasm } = await import('tapegrad');
    const graph = new Graph({ dtype: 'float64' });
    const x = graph.input('x', ['length']);
    const program = await new TapeMachine(graph, { backend: wasm({ threads: 1 }) }).compile({ y: exp(x) });
    expect(program.runSync({ x: [0, 1] }).y.toArray()).toEqual([1, expect.closeTo(Math.E, 14)]);
  });

  it('are loaded with the first program that calls one, be it of float32', async () => {
    const { cast, exp, Graph, TapeMachine, wasm } = await import('tapegrad');
    const graph = new Graph();
    const x = graph.input('x', [2]);
    const machine = new TapeMachine(graph, { backend: wasm({ threads: 1 }) });
    const program = await machine.compile({ y: cast(exp(cast(x, 'float64')), 'float32') });
    expect((await program.run({ x: [0, 1] })).y.toArray()).toEqual([1, Math.fround(Math.E)]);
  });

  it('are loaded once, and not for other dtypes', async () => {
    const { wasm } = await import('tapegrad');
    const prepare = wasm().prepare!;
    expect(prepare(new Set(['float32', 'int32']))).toBeUndefined();
    await expect(prepare(new Set(['float64']))).resolves.toBeUndefined();
    expect(prepare(new Set(['float64']))).toBeUndefined();
  });
});
