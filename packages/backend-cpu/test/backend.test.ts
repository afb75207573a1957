import {
  type ArrayExecutable,
  add,
  Builder,
  defineOp,
  Graph,
  interpreter,
  kernelOfProcedure,
  mul,
  type Node,
  nestOf,
  Procedure,
  place,
  type Slot,
  sum,
  type Tape,
  TapeMachine,
  tensor,
} from '@tapegrad/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { js, runnerOf, wasm } from '../src/index.js';
import { WebAssembly } from '../src/wasm/host.js';

const reversed = defineOp({
  kind: 'general',
  name: 'reversed',
  form: 'custom',
  shape: ([x]) => x!.shape,
  kernels: {
    js: ([x], y, { shape }) => {
      if (x![0] === 13) throw new RangeError('13 is unlucky');
      for (let i = 0; i < shape[0]!; i++) y[i] = x![shape[0]! - 1 - i]!;
    },
  },
});

/** A chain of `length` ops that fusion is not allowed to shorten. */
function chain(x: Node, length: number): Node {
  let y = x;
  for (let i = 0; i < length; i++) y = i % 2 ? mul(y, 0.5) : add(y, x);
  return y;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('js', () => {
  it.each([js(), js({ interpret: true }), interpreter()])('%#: runs a program that updates state', async (backend) => {
    const graph = new Graph();
    const x = graph.input('x', ['n']);
    const total = graph.state('total', tensor(1));
    const next = add(total, sum(mul(x, x)));
    const machine = new TapeMachine(graph, { backend });
    const program = await machine.compile({ next }, { updates: [{ state: total, value: next }] });
    expect((await program.run({ x: [1, 2] })).next.item()).toBe(6);
    expect((await program.run({ x: [1, 2, 3] })).next.item()).toBe(20);
    expect((await program.run({ x: [] })).next.item()).toBe(20);
  });

  it('keeps programs right when a larger one makes scratch grow', async () => {
    const graph = new Graph();
    const x = graph.input('x', ['n']);
    const machine = new TapeMachine(graph, { backend: js() });
    const program = await machine.compile({ y: chain(x, 3) }, { passes: { fuse: false } });
    const one = Float32Array.of(1);
    const many = new Float32Array(1000).fill(1);
    for (const feed of [one, many, one]) {
      const { y } = await program.run({ x: feed });
      expect([...y.data]).toEqual([...feed].map(() => 2));
    }
  });

  it('cuts the driver of a long tape into functions', async () => {
    const graph = new Graph();
    const x = graph.input('x', [4]);
    const machine = new TapeMachine(graph, { backend: js() });
    const program = await machine.compile({ y: chain(x, 900) }, { passes: { fuse: false } });
    let expected = 1;
    for (let i = 0; i < 900; i++) expected = Math.fround(i % 2 ? expected * 0.5 : expected + 1);
    expect((await program.run({ x: [1, 1, 1, 1] })).y.toArray()).toEqual([expected, expected, expected, expected]);
  });

  it('passes the arrays of its slots to a hand-written kernel, and names it when it throws', async () => {
    const graph = new Graph();
    const x = graph.input('x', [3]);
    const machine = new TapeMachine(graph, { backend: js() });
    const program = await machine.compile({ y: add(reversed(x), 1) });
    expect((await program.run({ x: [1, 2, 3] })).y.toArray()).toEqual([4, 3, 2]);
    const failing = program.run({ x: [13, 2, 3] });
    await expect(failing).rejects.toThrow("reversed: its kernel for 'js' threw: 13 is unlucky");
    await expect(failing).rejects.toMatchObject({ code: 'machine', op: 'reversed', cause: new RangeError('13 is unlucky') });
  });
});

describe('a session', () => {
  const axis = { key: 'i', extent: 3 };
  function doubling(): Tape {
    const b = new Builder();
    const node = new Graph().scalar('unused');
    const slot = (id: number, place: Slot['place']): Slot => ({ id, node, dtype: 'float32', shape: [3], length: 3, place });
    const slots = [
      slot(0, { kind: 'scratch', offset: 0 }),
      slot(1, { kind: 'scratch', offset: 64 }),
      slot(2, { kind: 'state', name: 'w' }),
    ];
    const [input, output, state] = slots as [Slot, Slot, Slot];
    const kernel = place(
      nestOf({
        axes: [axis],
        order: [0],
        ordered: new Set(),
        tile: new Map(),
        stores: ([i]) => [
          { buffer: 1, address: i!, value: b.load(0, 'float32', i!).mul(b.constant(2, 'float32')), accumulate: false },
        ],
      }),
      [
        { dtype: 'float32', length: 3, access: 'read' },
        { dtype: 'float32', length: 3, access: 'write' },
      ],
      { wideSums: true },
    );
    const cost = { nodes: [], bytes: 0, flops: 0 };
    return {
      slots,
      instructions: [
        { ...cost, kind: 'kernel', kernel, slots: [input, output], reads: [input], writes: [output] },
        { ...cost, kind: 'copy', reads: [output], writes: [state] },
        { ...cost, kind: 'kernel', kernel, slots: [state, output], reads: [state], writes: [output] },
      ],
      inputs: [{ name: 'x', slot: input, node }],
      outputs: [{ name: 'y', slot: output, node }],
      states: [{ name: 'w', slot: state, node }],
      updated: new Set(['w']),
      scratchBytes: 128,
      notes: new Map(),
    };
  }

  it('runs a tape whole or by instruction, shows every slot, and keeps state in its place', () => {
    const session = js().open();
    session.write('w', 'float32', Float32Array.of(7, 7, 7));
    const executable = session.load(doubling()) as ArrayExecutable;
    const state = executable.view(2);
    expect([...state]).toEqual([7, 7, 7]);
    executable.inputs[0]!.set([1, 2, 3]);
    executable.executeOne(0);
    expect([...executable.view(1)]).toEqual([2, 4, 6]);
    expect([...state]).toEqual([7, 7, 7]);
    executable.execute();
    expect([...executable.outputs[0]!]).toEqual([4, 8, 12]);
    expect(executable.view(2)).toBe(state);
    expect([...(session.read('w') as Float32Array)]).toEqual([2, 4, 6]);
    expect(session.scratchBytes).toBe(128);
  });

  it('refuses a state of another size or an unknown one', () => {
    const session = js().open();
    session.write('w', 'float32', new Float32Array(4));
    expect(() => session.load(doubling())).toThrow("The state 'w' is float32 of 4 elements; it was asked for as float32 of 3.");
    expect(() => session.read('v')).toThrow("The state 'v' is not on this machine.");
  });

  it('shows its source, with every distinct kernel once', () => {
    const executable = js().open().load(doubling()) as ArrayExecutable;
    expect(executable.source).toBe(`\
function k0(x0, y1) {
  for (let i = 0; i < 3; i++) {
    y1[i] = x0[i] * 2;
  }
}

return (kernels, views, panels, steps) => (() => {
  const k0 = kernels[0];
  const v0 = views[0];
  const v1 = views[1];
  const s1 = steps[1];
  const v2 = views[2];
  return () => {
    k0(v0, v1);
    s1();
    k0(v2, v1);
  };
})();
`);
  });

  it('is shown as the module that it is on wasm', () => {
    const { source } = wasm({ threads: 1 }).open().load(doubling()) as ArrayExecutable;
    expect(WebAssembly.validate(source as Uint8Array)).toBe(true);
  });

  it('compiles equal kernels once per process', () => {
    js().open().load(doubling());
    const bodies: string[] = [];
    const construct = (target: FunctionConstructor, args: string[]): object => {
      bodies.push(args.at(-1)!);
      return new target(...args);
    };
    vi.stubGlobal('Function', new Proxy(Function, { construct }));
    js().open().load(doubling());
    expect(bodies.filter((body) => body.includes('function kernel('))).toEqual([]);
    expect(bodies).toHaveLength(1);
  });

  it('says what to do where generated code is forbidden, and interprets where told to', () => {
    const construct = (): never => {
      throw new EvalError('Refused to evaluate a string as JavaScript');
    };
    vi.stubGlobal('Function', new Proxy(Function, { construct }));
    const p = new Procedure();
    p.store(0, p.literal(0), p.literal(1, 'float32'));
    const kernel = kernelOfProcedure(p, [{ dtype: 'float32', length: 3, access: 'write' }]);
    const tape = doubling();
    const [first] = tape.slots as [Slot];
    const instructions = [
      { kind: 'kernel' as const, kernel, slots: [first], reads: [], writes: [first], nodes: [], bytes: 0, flops: 0 },
    ];
    expect(() =>
      js()
        .open()
        .load({ ...tape, instructions }),
    ).toThrow(
      "js: this page's Content-Security-Policy forbids generated code. Allow 'unsafe-eval', or use js({ interpret: true }), which is slower.",
    );
    const executable = js({ interpret: true })
      .open()
      .load({ ...tape, instructions }) as ArrayExecutable;
    executable.execute();
    expect(executable.view(0)[0]).toBe(1);
    const result = new Float32Array(3);
    runnerOf(kernel)([result]);
    expect(result[0]).toBe(1);
  });
});
