import { expect, test } from 'vitest';
import { BackendError } from '../src/errors.js';
import { Graph } from '../src/graph/graph.js';
import type { Node } from '../src/graph/node.js';
import type { HostKernel, Op } from '../src/graph/op.js';
import { add, cast, general, mul, sum } from '../src/primitives/forms.js';
import { runChecked } from '../src/tape/checked-run.js';
import { compileTape } from '../src/tape/compile.js';
import { textOfTape } from '../src/tape/text.js';
import { compile, TARGET } from './tape-support.js';
import { tanh } from './test-ops.js';

const options = { target: TARGET, backendName: 'test' };

test('every stage can be seen', () => {
  const graph = new Graph();
  const x = graph.input('x', ['n']);
  const seen: string[] = [];
  const texts = new Map<string, string>();
  compileTape({ y: mul(add(x, 0), 2) }, [], {
    ...options,
    bindings: { n: 3 },
    trace: (stage, text) => {
      seen.push(stage);
      texts.set(stage, text);
    },
  });
  const main = ['build', 'specialise', 'stabilise', 'expand', 'simplify', 'fuse', 'schedule', 'recompute', 'plan', 'tape'];
  expect(seen.filter((stage) => main.includes(stage))).toEqual(main);
  expect(texts.get('build')).toContain('%0 = input(x) float32 [n]');
  expect(texts.get('specialise')).toContain('%0 = input(x) float32 [3]');
  expect(texts.get('fuse')).toBe('loop %4 computes %1, %2, %3, %4 from %0');
});

test('passes that are switched off are not run', () => {
  const seen: string[] = [];
  const x = new Graph().input('x', [2]);
  const passes = { stabilise: false, simplify: false };
  compileTape({ x }, [], { ...options, passes, trace: (stage) => seen.push(stage) });
  expect(seen).toEqual(['build', 'specialise', 'expand', 'fuse', 'in place', 'schedule', 'recompute', 'plan', 'tape']);
});

test("the user's graph stays as it is", () => {
  const graph = new Graph();
  const x = graph.input('x', ['n']);
  const y = sum(tanh(x));
  const before = graph.nodes.length;
  compileTape({ y }, [], { ...options, bindings: { n: 4 } });
  expect(graph.nodes).toHaveLength(before);
});

test('a name without size', () => {
  const x = new Graph().input('x', ['n']);
  expect(() => compile({ outputs: { y: add(x, 1) } })).toThrow(
    "'n' has no size: feed an input that has it, or give dims: { n: … }.",
  );
});

test('all that a backend cannot do is one error', () => {
  const mystery: Op<undefined> = { ...general<undefined>('mystery', { kind: 'custom', shape: ([x]) => x!.shape }).op };
  const graph = new Graph({ dtype: 'float64' });
  const x = graph.input('x', [2]);
  const y = graph.append(mystery, [cast(tanh(x), 'float32')], undefined) as Node;
  const run = () => compile({ outputs: { y } }, {}, { dtypes: new Set(['float32', 'int32', 'bool'] as const) });
  expect(run).toThrow(BackendError);
  expect(run).toThrow(
    "the backend 'test' cannot run this program: no float64 (input, tanh; it has float32, int32, bool); no kernel for mystery. Cast, or choose another backend.",
  );
});

test('a hand-written kernel is an instruction of its own, for the backend that it is for', () => {
  const doubled = general<{ by: number }>('doubled', {
    kind: 'custom',
    shape: ([x]) => x!.shape,
    kernels: {
      test: ([x], out, { attrs, shapes, shape }) => {
        expect([attrs, shapes, shape]).toEqual([{ by: 2 }, [[3]], [3]]);
        x!.forEach((value, i) => {
          out[i] = value * attrs.by;
        });
      },
    },
  });
  const x = new Graph().input('x', [3]);
  // A splat and a view are put in memory for it, too.
  const tape = compile({
    outputs: { y: add(doubled(add(x, 1), { by: 2 }), doubled(x.graph.splat(4, [3], 'float32'), { by: 2 })) },
  });
  expect(tape.instructions.map(({ kind }) => kind)).toEqual(['kernel', 'routine', 'routine', 'kernel']);
  expect([...runChecked(tape, { x: Float32Array.of(1, 2, 3) }).outputs.y!]).toEqual([12, 14, 16]);
  const elsewhere = () => compileTape({ y: doubled(x, { by: 2 }) }, [], { ...options, backendName: 'other' });
  expect(elsewhere).toThrow("the backend 'other' cannot run this program: no kernel for doubled.");
});

test('a kernel for the host serves every backend of typed arrays, after the one of its own name', () => {
  const times =
    (by: number): HostKernel =>
    ([x], out) =>
      out.set(x!.map((value) => value * by));
  const scaled = general('scaled', { kind: 'custom', shape: ([x]) => x!.shape, kernels: { host: times(2), test: times(3) } });
  const y = scaled(new Graph().input('x', [2]), {});
  const run = (backendName: string) =>
    runChecked(compileTape({ y }, [], { ...options, backendName }), { x: Float32Array.of(1, 2) }).outputs.y!;
  expect([...run('test')]).toEqual([3, 6]);
  expect([...run('other')]).toEqual([2, 4]);
  const device = { target: { ...TARGET, memory: 'device' }, backendName: 'other' } as const;
  expect(() => compileTape({ y }, [], device)).toThrow("the backend 'other' cannot run this program: no kernel for scaled.");
});

test('for a backend that interprets, every op is an instruction', () => {
  const graph = new Graph();
  const x = graph.input('x', [3]);
  const w = graph.state('w', [1, 2, 3]);
  const program = { outputs: { y: tanh(add(x, 1)), w }, updates: [{ state: w, value: x }] };
  const { instructions } = compile(program, {}, { instructions: 'ops' });
  const ops = instructions.map((instruction) => (instruction.kind === 'op' ? instruction.node.op.name : instruction.kind));
  expect(ops.toSorted()).toEqual(['add', 'constant', 'copy', 'copy', 'tanh']);
});

test('notes say where every node went', () => {
  const graph = new Graph();
  const x = graph.input('x', [3]);
  const y = add(mul(x, 2), x);
  const total = sum(y);
  const { notes } = compile({ outputs: { total, z: tanh(total) } });
  expect([...notes].map(([node, note]) => `${node.op.name}: ${note}`)).toMatchInlineSnapshot(`
    [
      "input: in memory before the run",
      "constant: written into the code of its readers",
      "mul: computed inside instruction 0, in registers",
      "add: computed inside instruction 0, in registers",
      "sum: made by instruction 0; stored because it is a result",
      "tanh: made by instruction 0; stored because it is a result",
    ]
  `);
});

test('a tape as text', () => {
  const graph = new Graph();
  const x = graph.input('x', [64, 32]);
  const w = graph.state('w', { shape: [32], build: (g) => g.splat(0, [32], 'float32') });
  const y = sum(mul(x, w), { axis: 0 });
  expect(textOfTape(compile({ outputs: { y }, updates: [{ state: w, value: y }] }))).toMatchInlineSnapshot(`
    "tape: 2 instructions, 1 distinct kernel, 4,096 flops, 8,704 bytes moved, 8,320 of scratch, 128 of state
    input x: @0 float32 [64, 32]
    state w: float32 [32], updated
    0  kernel mul.3 sum.4: x, w → @8192 float32 [32]; 8,448 bytes, 4,096 flops
    1  copy: @8192 → w float32 [32]; 256 bytes
    output y: @8192 float32 [32]"
  `);
});
