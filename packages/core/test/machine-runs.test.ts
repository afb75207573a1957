import { describe, expect, it } from 'vitest';
import { MachineError } from '../src/errors.js';
import { Graph } from '../src/graph/graph.js';
import type { Node } from '../src/graph/node.js';
import type { Backend, DeviceExecutable, HostExecutable } from '../src/machine/backend.js';
import { HostSession } from '../src/machine/host-session.js';
import { interpreter } from '../src/machine/interpreter.js';
import { TapeMachine } from '../src/machine/machine.js';
import { add, cast, general, mul, sum } from '../src/primitives/forms.js';
import type { TypedArray } from '../src/tensor/dtype.js';

/** Copies its input, and throws where that is negative. */
const guarded = general<undefined>('guarded', {
  kind: 'custom',
  shape: ([x]) => x!.shape,
  kernels: {
    interpreter: ([x], y) => {
      if (x!.some((value) => value < 0)) throw new RangeError('a negative element');
      y.set(x!);
    },
  },
});

describe('a run that dies half way', () => {
  it('leaves state as it was where nothing had been written, and the machine goes on', async () => {
    const graph = new Graph();
    const [x, w] = [graph.input('x', [2]), graph.state('w', [1, 1])];
    const machine = new TapeMachine(graph, { backend: interpreter() });
    const program = await machine.compile({ w }, { updates: [{ state: w, value: add(w, guarded(x, undefined)) }] });
    await expect(program.run({ x: [1, -1] })).rejects.toThrow('a negative element');
    await expect(program.run({ x: [1, -1] })).rejects.toBeInstanceOf(MachineError);
    expect(machine.get(w).toArray()).toEqual([1, 1]);
    await program.run({ x: [1, 2] });
    expect(machine.get(w).toArray()).toEqual([2, 3]);
  });

  it('marks the machine failed where a thread of the backend is lost, if there is state to be changed', async () => {
    const lost = (): never => {
      throw new MachineError('a thread is gone', { code: 'thread' });
    };
    const backend: Backend = {
      ...interpreter(),
      open: () => new HostSession(() => ({ source: '', link: () => ({ steps: [], run: lost }) })),
    };
    const graph = new Graph();
    const [x, w] = [graph.input('x', [2]), graph.state('w', [1, 1])];
    const machine = new TapeMachine(graph, { backend });
    const harmless = await machine.compile({ y: add(x, w) });
    await expect(harmless.run({ x: [1, 1] })).rejects.toThrow('a thread is gone');
    expect(machine.get(w).toArray()).toEqual([1, 1]);
    const program = await machine.compile({}, { updates: [{ state: w, value: add(w, x) }] });
    const message = 'The machine failed while it changed its state: a thread is gone. Load saved state (machine.load) to go on.';
    await expect(program.run({ x: [1, 1] })).rejects.toThrow(message);
    expect(() => machine.get(w)).toThrow(message);
  });

  it('marks the machine failed where state had been written, until state is loaded', async () => {
    const graph = new Graph();
    const [x, y] = [graph.input('x', [2]), graph.input('y', [2])];
    const [v, w] = [graph.state('v', [1, 1]), graph.state('w', [1, 1])];
    const machine = new TapeMachine(graph, { backend: interpreter() });
    const updates = [
      { state: v, value: guarded(x, undefined) },
      { state: w, value: guarded(y, undefined) },
    ];
    const program = await machine.compile({}, { updates });
    expect(program.tape).toMatch(/routine guarded.* → v float32/);
    const saved = machine.save();
    const died = program.run({ x: [5, 5], y: [-1, 1] });
    const message =
      /^The machine failed while it changed its state: .*a negative element.* Load saved state \(machine\.load\) to go on\./;
    await expect(died).rejects.toThrow(message);
    await expect(program.run({ x: [1, 1], y: [1, 1] })).rejects.toThrow(message);
    expect(() => machine.get(w)).toThrow(message);
    await expect(machine.compile({ x })).rejects.toThrow(message);
    machine.load(saved);
    expect(machine.get(w).toArray()).toEqual([1, 1]);
    expect(machine.get(v).toArray()).toEqual([1, 1]);
    program.runSync({ x: [2, 2], y: [3, 3] });
    expect(machine.get(w).toArray()).toEqual([3, 3]);
  });
});

describe('runs', () => {
  const counting = async (backend: Backend) => {
    const graph = new Graph();
    const [x, count] = [graph.input('x', ['n']), graph.state('count', 0)];
    const machine = new TapeMachine(graph, { backend });
    const program = await machine.compile({ count, total: sum(x) }, { updates: [{ state: count, value: add(count, sum(x)) }] });
    return { machine, program };
  };

  it('repeat with the same feeds, and return the last result', async () => {
    const { machine, program } = await counting(interpreter());
    expect((await program.run({ x: [1, 2] }, { steps: 4 })).count.item()).toBe(9);
    expect(machine.get('count').item()).toBe(12);
    for (const steps of [0, -1, 1.5])
      await expect(program.run({ x: [1] }, { steps })).rejects.toThrow(
        `run: steps is ${steps}; give a whole number of at least 1.`,
      );
    expect(() => program.runSync({ x: [1] }, { steps: 0 })).toThrow('runSync: steps is 0; give a whole number of at least 1.');
  });

  it('take a list of feeds and return a list', async () => {
    const { program } = await counting(interpreter());
    const results = await program.run([{ x: [1] }, { x: [2, 3] }, { x: [] }]);
    expect(results.map(({ count, total }) => [count.item(), total.item()])).toEqual([
      [0, 1],
      [1, 5],
      [6, 0],
    ]);
    expect(program.runSync([{ x: [1] }, { x: [1] }], { steps: 2 }).map(({ count }) => count.item())).toEqual([7, 9]);
    expect(await program.run([])).toEqual([]);
  });

  it('happen within the call on a backend of this process', async () => {
    const { machine, program } = await counting(interpreter());
    const running = program.run({ x: [5] });
    expect(machine.get('count').item()).toBe(5);
    await running;
  });

  it('happen in the order of their calls on a device, three at a time, with feeds as they were', async () => {
    const device = deviceOf();
    const { machine, program } = await counting(device.backend);
    const x = new Float32Array(1);
    const runs = Array.from({ length: 6 }, (_, i) => {
      x[0] = 10 ** i;
      return program.run({ x });
    });
    x[0] = -1;
    expect(() => program.runSync({ x: [1] })).toThrow('runSync: runs are pending. Await them first, or use run.');
    expect(() => machine.get('count')).toThrow('get: runs are pending. Use await machine.getAsync(…).');
    machine.set('count', 0.5);
    const last = program.run({ x: [1] });
    const counts = (await Promise.all(runs)).map(({ count }) => count.item());
    expect(counts).toEqual([0, 1, 11, 111, 1111, 11111]);
    expect((await last).count.item()).toBe(0.5);
    expect((await machine.getAsync('count')).item()).toBe(1.5);
    expect(device.most()).toBe(3);
    expect(() => program.runSync({ x: [1] })).toThrow('runSync: device does not run in this process. Use await program.run(…).');
  });

  it('fail the machine where the device dies', async () => {
    const device = deviceOf();
    const { machine, program } = await counting(device.backend);
    const saved = await machine.saveAsync();
    device.kill();
    const first = program.run({ x: [1] });
    const second = program.run({ x: [1] });
    await expect(first).rejects.toThrow(
      'The machine failed while it changed its state: device lost. Load saved state (machine.load) to go on.',
    );
    await expect(second).rejects.toBeInstanceOf(MachineError);
    await expect(program.run({ x: [1] })).rejects.toThrow('device lost');
    machine.load(saved);
    await expect(program.run({ x: [1] })).resolves.toBeDefined();
  });

  it('wait for a program that takes a while to load, in order', async () => {
    const { machine, program } = await counting(slowToLoad());
    expect(() => program.runSync({ x: [1, 1] })).toThrow(
      'runSync: slow takes a while to load a new program. Use await program.bind({ n: 2 }) first, or await program.run(…).',
    );
    const [a, b] = await Promise.all([program.run({ x: [1, 2, 3] }), program.run({ x: [1] })]);
    expect([a.count.item(), b.count.item()]).toEqual([0, 6]);
    expect(machine.get('count').item()).toBe(7);
    expect(program.runSync({ x: [1, 1, 1] }).count.item()).toBe(7);
  });
});

describe('after dispose', () => {
  it('every call is an error that says so', async () => {
    const graph = new Graph();
    const w = graph.state('w', 1);
    const machine = new TapeMachine(graph, { backend: interpreter() });
    const program = await machine.compile({ w });
    machine[Symbol.dispose]();
    machine.dispose();
    const message = (call: string): string => `${call}: the machine is disposed of. Make a new TapeMachine.`;
    expect(() => program.runSync()).toThrow(message('runSync'));
    await expect(program.run()).rejects.toThrow(message('run'));
    expect(() => machine.get(w)).toThrow(message('get'));
    expect(() => machine.set(w, 1)).toThrow(message('set'));
    expect(() => machine.save()).toThrow(message('save'));
    expect(() => machine.load(new Uint8Array())).toThrow(message('load'));
    await expect(machine.compile({ w })).rejects.toThrow(message('compile'));
  });
});

describe('compile refuses', () => {
  const graph = new Graph();
  const [x, w] = [graph.input('x', ['n']), graph.state('w', [1, 2])];
  const machine = new TapeMachine(graph, { backend: interpreter() });
  const other = new Graph().constant(1);
  const refused: readonly [string, Record<string, Node>, { state: Node; value: Node }[], string][] = [
    [
      'a node of another graph',
      { y: other },
      [],
      "compile: output 'y', constant %0, belongs to another graph than the machine's.",
    ],
    [
      'an update by one',
      {},
      [{ state: w, value: other }],
      "compile: the value of update 0, constant %0, belongs to another graph than the machine's.",
    ],
    ['what is no node', { y: 1 as never }, [], "compile: output 'y' is no node."],
    [
      'an update of an input',
      {},
      [{ state: x, value: x }],
      'updates: input %0 is no state; only parameters and state are updated.',
    ],
    [
      'two updates for one state',
      {},
      [
        { state: w, value: w },
        { state: w, value: w },
      ],
      "updates: 'w' has two updates; a state takes one value a run.",
    ],
    ['another shape', {}, [{ state: w, value: sum(w) }], "updates: the value for 'w' is float32 []; the state is float32 [2]."],
    [
      'another dtype',
      {},
      [{ state: w, value: cast(w, 'int32') }],
      "updates: the value for 'w' is int32 [2]; the state is float32 [2].",
    ],
  ];
  for (const [what, outputs, updates, message] of refused) {
    it(what, async () => {
      await expect(machine.compile(outputs, { updates })).rejects.toThrow(message);
    });
  }

  it('sizes that make no sense', async () => {
    await expect(machine.compile({ x }, { dims: { m: 1 } })).rejects.toThrow(
      "compile: 'm' is no name in this program; its names are n.",
    );
    const program = await machine.compile({ x });
    await expect(program.bind({ n: -1 })).rejects.toThrow('bind: n is -1; a size is a whole number of at least 0.');
    const bound = await program.bind({ n: 2 });
    expect(bound.names).toEqual([]);
    expect(() => bound.runSync({ x: [1] })).toThrow("feeds: 'x' has shape [1]; it must have [2], as [n] is here.");
  });

  it('what the target cannot do, all of it, also while names are open', async () => {
    const poor = interpreter();
    const backend: Backend = { ...poor, name: 'poor', target: { ...poor.target, dtypes: new Set(['float32']) } };
    const wide = mul(guarded(x, undefined), graph.splat(2, x.shape, 'float32'));
    const narrow = new TapeMachine(graph, { backend });
    await expect(narrow.compile({ wide, whole: cast(x, 'int32') })).rejects.toThrow(
      "the backend 'poor' cannot run this program: no int32 (cast; it has float32); no kernel for guarded. Cast, or choose another backend.",
    );
  });
});

/** The interpreter behind a queue, as a device would be. */
function deviceOf() {
  const inner = interpreter();
  let [flying, most, dead] = [0, 0, false];
  let tail: Promise<void> = Promise.resolve();
  const later = <T>(work: () => T): Promise<T> => {
    const done = tail.then(() => new Promise((resolve) => setTimeout(resolve, 1))).then(work);
    tail = done.then(
      () => {},
      () => {},
    );
    return done;
  };
  const backend: Backend = {
    ...inner,
    name: 'device',
    open: () => {
      const session = inner.open();
      return {
        get scratchBytes() {
          return session.scratchBytes;
        },
        load: (tape): DeviceExecutable => {
          const executable = session.load(tape) as HostExecutable;
          return {
            kind: 'device',
            submit: async (feeds, steps) => {
              most = Math.max(most, ++flying);
              try {
                return await later(() => {
                  if (dead) throw new Error('device lost');
                  feeds.forEach((values, i) => {
                    executable.inputs[i]!.set(values);
                  });
                  for (let i = 0; i < steps; i++) executable.execute();
                  return executable.outputs.map((values) => values.slice());
                });
              } finally {
                flying--;
              }
            },
            dispose: () => {},
          };
        },
        write: (name, dtype, values) =>
          later(() => {
            dead = false;
            session.write(name, dtype, values);
          }),
        read: (name) => later(() => session.read(name) as TypedArray),
        dispose: () => session.dispose(),
      };
    },
  };
  return {
    backend,
    most: () => most,
    kill: () => {
      dead = true;
    },
  };
}

/** The interpreter, with loads that take a while: longer programs of more elements load faster. */
function slowToLoad(): Backend {
  const inner = interpreter();
  return {
    ...inner,
    name: 'slow',
    open: () => {
      const session = inner.open();
      return {
        get scratchBytes() {
          return session.scratchBytes;
        },
        load: (tape) =>
          new Promise((resolve) => setTimeout(() => resolve(session.load(tape)), 5 * (tape.inputs[0]?.slot.length ?? 1))),
        write: (name, dtype, values) => session.write(name, dtype, values),
        read: (name) => session.read(name),
        dispose: () => session.dispose(),
      };
    },
  };
}
