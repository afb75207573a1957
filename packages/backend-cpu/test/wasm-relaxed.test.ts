import { add, Graph, type KernelOperand, mul, type Stmt, TapeMachine } from '@tapegrad/core';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { wasm } from '../src/index.js';
import { fusedProducts } from '../src/wasm/fused.js';
import { WebAssembly } from '../src/wasm/host.js';
import { allowRelaxed } from './wasm-run.js';

beforeAll(allowRelaxed);
afterEach(() => {
  vi.restoreAllMocks();
});

const wide = (local: number): KernelOperand => ({ local, type: 'float32', lanes: true });
const letOf = (to: number, op: 'mul' | 'add' | 'sub', a: KernelOperand, b: KernelOperand): Stmt => ({
  ...{ kind: 'let', to, type: 'float32', op, args: [a, b], lanes: true },
});
const store = (value: KernelOperand): Stmt => ({
  ...{ kind: 'store', buffer: 0, index: { literal: 0, type: 'int32' }, offset: 0, value, accumulate: false, lanes: true },
});

describe('relaxed', () => {
  it('makes one of a product and the sum or difference that it goes into', () => {
    const body = [
      letOf(2, 'mul', wide(0), wide(1)),
      letOf(3, 'add', wide(2), wide(0)),
      letOf(4, 'mul', wide(0), wide(0)),
      letOf(5, 'sub', wide(3), wide(4)),
      store(wide(5)),
    ];
    const { sums, products } = fusedProducts(body);
    expect([...products]).toEqual([2, 4]);
    expect(sums.get(3)).toEqual({ factors: [wide(0), wide(1)], term: wide(0), negated: false });
    expect(sums.get(5)).toEqual({ factors: [wide(0), wide(0)], term: wide(3), negated: true });
  });

  it('leaves a product that is read twice, that is subtracted from, or whose factor may have changed', () => {
    const zero: KernelOperand = { literal: 0, type: 'float32' };
    const body: Stmt[] = [
      letOf(2, 'mul', wide(0), wide(1)),
      letOf(3, 'add', wide(2), wide(2)),
      letOf(4, 'mul', wide(0), wide(1)),
      letOf(5, 'sub', wide(4), wide(3)),
      { kind: 'variable', to: 6, type: 'float32', value: zero, lanes: true },
      letOf(7, 'mul', wide(6), wide(1)),
      { kind: 'set', to: 6, type: 'float32', value: wide(5), lanes: true },
      letOf(8, 'add', wide(7), wide(6)),
      store(wide(8)),
    ];
    expect(fusedProducts(body).products.size).toBe(0);
  });

  it('rounds such a sum once or twice, and is asked for', async () => {
    const graph = new Graph();
    const x = graph.input('x', [8]);
    const value = 1 + 2 ** -12;
    const run = async (relaxed: boolean) => {
      const machine = new TapeMachine(graph, { backend: wasm({ relaxed, threads: 1 }) });
      const { y } = await (await machine.compile({ y: add(mul(x, x), -1) })).run({ x: new Float32Array(8).fill(value) });
      return y.data[5];
    };
    expect(await run(false)).toBe(2 ** -11);
    expect([2 ** -11, value * value - 1]).toContain(await run(true));
  });

  it('says how to have it where the host does not know it', () => {
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    expect(() => wasm({ relaxed: true })).toThrow(
      'wasm: relaxed asks for relaxed SIMD, which this host does not know. Node 22 and Chrome 114 do; in Node 20, start it with --experimental-wasm-relaxed-simd, or call v8.setFlagsFromString with that first.',
    );
  });
});
