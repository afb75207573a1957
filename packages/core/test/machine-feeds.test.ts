import { describe, expect, it } from 'vitest';
import { FeedError } from '../src/errors.js';
import { Graph } from '../src/graph/graph.js';
import type { Feeds } from '../src/machine/feeds.js';
import { interpreter } from '../src/machine/interpreter.js';
import { TapeMachine } from '../src/machine/machine.js';
import { add, mul, sum } from '../src/primitives/forms.js';
import type { DType } from '../src/tensor/dtype.js';
import { Tensor } from '../src/tensor/tensor.js';

async function program(graph: Graph, build: (graph: Graph) => ReturnType<typeof sum>) {
  const machine = new TapeMachine(graph, { backend: interpreter() });
  const count = graph.state('count', 0);
  return { machine, run: await machine.compile({ y: build(graph) }, { updates: [{ state: count, value: add(count, 1) }] }) };
}

async function doubled(shape: readonly (number | string)[], dtype: DType = 'float32') {
  const graph = new Graph();
  const x = graph.input('x', shape, dtype);
  return program(graph, () => mul(x, graph.splat(2, x.shape, x.dtype)));
}

describe('feeds that fit', () => {
  const fits: readonly [string, readonly (number | string)[], DType, Feeds[string], unknown][] = [
    ['a number', [], 'float32', 0.1, Math.fround(Math.fround(0.1) * 2)],
    ['a number in float64', [], 'float64', 0.1, 0.2],
    ['a whole number in int32', [], 'int32', -3, -6],
    ['a boolean where a float is', [], 'float32', true, 2],
    ['NaN', [], 'float32', Number.NaN, Number.NaN],
    ['infinity', [], 'float32', Infinity, Infinity],
    [
      'nested arrays',
      [2, 2],
      'float32',
      [
        [1, 2],
        [3, 4],
      ],
      [
        [2, 4],
        [6, 8],
      ],
    ],
    ['a tensor', ['n'], 'float32', Tensor.from([1, 2, 3]), [2, 4, 6]],
    [
      'a flat array for numbers',
      [2, 2],
      'float32',
      new Float32Array([1, 2, 3, 4]),
      [
        [2, 4],
        [6, 8],
      ],
    ],
    [
      'a flat array that binds a name',
      ['n', 2],
      'float32',
      new Float32Array([1, 2, 3, 4]),
      [
        [2, 4],
        [6, 8],
      ],
    ],
    [
      'a flat array that binds a name by arithmetic',
      ['2*n', 2],
      'float32',
      new Float32Array([1, 2, 3, 4]),
      [
        [2, 4],
        [6, 8],
      ],
    ],
    ['int32 that widens to float64', [2], 'float64', new Int32Array([1, 2]), [2, 4]],
    ['bytes as pixels', [2], 'float32', new Uint8Array([1, 255]), [2, 510]],
    ['no rows', ['n', 2], 'float32', new Float32Array(0), []],
    ['a size by arithmetic', ['n - 1'], 'float32', [1, 2], [2, 4]],
  ];
  for (const [what, shape, dtype, value, expected] of fits) {
    it(`takes ${what}`, async () => {
      const { run } = await doubled(shape, dtype);
      expect((await run.run({ x: value })).y.toArray()).toEqual(expected);
      expect(run.runSync({ x: value }).y.toArray()).toEqual(expected);
      const once = run.names.length === 0 ? run : await run.bind({ n: await bindingOf(what) });
      expect(once.runSync({ x: value }).y.toArray()).toEqual(expected);
    });
  }
  const bindingOf = async (what: string): Promise<number> =>
    ({ 'a tensor': 3, 'a flat array that binds a name': 2, 'no rows': 0, 'a size by arithmetic': 3 })[what] ?? 1;

  it('takes other inputs of the graph too: they can give sizes to names', async () => {
    const graph = new Graph();
    const x = graph.input('x', ['batch']);
    const ones = graph.splat(1, x.shape, 'float32');
    const machine = new TapeMachine(graph, { backend: interpreter() });
    const run = await machine.compile({ y: sum(mul(ones, 2)) });
    expect(run.runSync({ x: [5, 6, 7] }).y.item()).toBe(6);
    expect(() => run.runSync()).toThrow("feeds: 'batch' has no size: feed an input that has it, or give dims: { batch: … }.");
  });
});

describe('feeds that do not fit', () => {
  const refused: readonly [string, readonly (number | string)[], DType, Feeds, string][] = [
    ['missing', ['n'], 'float32', {}, "feeds: missing 'x' float32 [n]."],
    ['undefined', [], 'float32', { x: undefined as never }, "feeds: missing 'x' float32 []."],
    ['unknown', [], 'float32', { x: 1, z: 2 }, "feeds: unknown 'z': to be fed are 'x'."],
    ['both', [2], 'float32', { X: [1, 2] }, "feeds: missing 'x' float32 [2]. Unknown 'X': to be fed are 'x'."],
    ['of another shape', [2, 3], 'float32', { x: [1, 2] }, "feeds: 'x' has shape [2]; it must have [2, 3]."],
    ['of another rank', ['n', 3], 'float32', { x: Tensor.from([1, 2]) }, "feeds: 'x' has shape [2]; it must have [n, 3]."],
    ['of another length', [2, 3], 'float32', { x: new Float32Array(5) }, "feeds: 'x' has 5 elements; it must have [2, 3]."],
    [
      'of no multiple',
      ['n', 3],
      'float32',
      { x: new Float32Array(5) },
      "feeds: 'x' has 5 elements, no multiple of 3, as [n, 3] needs.",
    ],
    [
      'too open',
      ['n', 'm'],
      'float32',
      { x: new Float32Array(5) },
      "feeds: 'x' is a flat array, whose length cannot give n and m of [n, m]. Feed a tensor.",
    ],
    ['two sizes', ['n', 'n'], 'float32', { x: [[1, 2]] }, "feeds: 'n' is 1 by 'x' and 2 by 'x'; they must agree."],
    [
      'narrowed',
      [2],
      'float32',
      { x: new Float64Array(2) },
      "feeds: 'x' wants float32 and was fed float64, which does not widen to it. Convert it: Float32Array.from(…).",
    ],
    [
      'a narrowed tensor',
      [2],
      'int32',
      { x: Tensor.from([1, 2]) },
      "feeds: 'x' wants int32 and was fed float32, which does not widen to it. Convert it: tensor.cast('int32').",
    ],
    [
      'a fraction in int32',
      [],
      'int32',
      { x: 1.5 },
      "feeds: 'x': 1.5 is not a whole number, as int32 needs. Round it first, or use a float dtype.",
    ],
    [
      'ragged',
      [2, 2],
      'float32',
      { x: [[1, 2], [3]] },
      "feeds: 'x': the nested array is ragged: element [1] has 1 element where an array of 2 elements is expected, as in element [0].",
    ],
    [
      'no value',
      [],
      'float32',
      { x: 'one' as never },
      "feeds: 'x': the value is a string; give numbers, booleans or nested arrays of them.",
    ],
  ];
  for (const [what, shape, dtype, feeds, message] of refused) {
    it(`refuses what is ${what}, before anything runs`, async () => {
      const { machine, run } = await doubled(shape, dtype);
      await expect(run.run(feeds)).rejects.toThrow(message);
      await expect(run.run(feeds)).rejects.toBeInstanceOf(FeedError);
      expect(() => run.runSync(feeds)).toThrow(message);
      expect(machine.get('count').item()).toBe(0);
    });
  }

  it('refuses names that two feeds bind to two sizes', async () => {
    const graph = new Graph();
    const [x, y] = [graph.input('x', ['batch', 2]), graph.input('y', ['batch'])];
    const { machine, run } = await program(graph, () => add(sum(x), sum(y)));
    await expect(run.run({ x: new Float32Array(6), y: [1, 2] })).rejects.toThrow(
      "feeds: 'x' has 6 elements; it must have [2, 2], as [batch, 2] is here.",
    );
    await expect(run.run({ x: [[1, 2]], y: [1, 2] })).rejects.toThrow(
      "feeds: 'batch' is 1 by 'x' and 2 by 'y'; they must agree.",
    );
    const bound = await run.bind({ batch: 2 });
    expect(() => bound.runSync({ x: [[1, 2]], y: [1] })).toThrow(
      "feeds: 'x' has shape [1, 2]; it must have [2, 2], as [batch, 2] is here.",
    );
    expect(machine.get('count').item()).toBe(0);
  });

  it('checks a whole list before its first run', async () => {
    const { machine, run } = await doubled([]);
    await expect(run.run([{ x: 1 }, {}])).rejects.toThrow("feeds: missing 'x' float32 [].");
    expect(machine.get('count').item()).toBe(0);
  });
});
