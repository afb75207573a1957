import { describe, expect, test } from 'vitest';
import { Graph } from '../src/graph/graph.js';
import { add, broadcastTo, cast, mul, reshapeTo, sum } from '../src/primitives/forms.js';
import { where } from '../src/primitives/where.js';
import { compile, runEveryWay } from './tape-support.js';
import { exp, tanh } from './test-ops.js';

describe('sizes of 0 and 1 on any axis', () => {
  const shapes = [[], [0], [1], [0, 3], [3, 0], [1, 3], [3, 1], [2, 0, 3], [2, 1, 3], [1, 1], [0, 0], [1, 0], [5], [2, 3]];
  test.each(shapes)('%j', (...shape) => {
    const graph = new Graph();
    const x = graph.input('x', shape);
    const w = graph.state('w', { shape, build: (g) => g.splat(0, shape, 'float32') });
    const y = add(mul(x, 2), w);
    const outputs: Record<string, typeof y> = { y, all: sum(y), next: tanh(exp(sum(x))) };
    shape.forEach((_, axis) => {
      const s = sum(y, { axis, keepDims: true });
      outputs[`s${axis}`] = s;
      outputs[`c${axis}`] = add(y, s);
    });
    const updates = [
      {
        state: w,
        value: add(
          w,
          broadcastTo(
            reshapeTo(
              sum(y),
              shape.map(() => 1),
            ),
            shape,
          ),
        ),
      },
    ];
    const result = runEveryWay({ outputs, updates });
    const length = shape.reduce((n, size) => n * size, 1);
    expect(result.y).toHaveLength(length);
    expect(result.all).toEqual([result.y!.reduce((a, b) => a + b, 0)]);
    expect(result["w'"]).toHaveLength(length);
  });
});

describe('outputs', () => {
  const graph = new Graph();
  const x = graph.input('x', [2, 3]);
  const w = graph.state('w', [
    [1, 2, 3],
    [4, 5, 6],
  ]);

  test('an input, a state, data, one value at every index, one node twice', () => {
    const y = add(x, w);
    const outputs = {
      x,
      w,
      y,
      again: y,
      data: graph.constant([1, 2]),
      splat: graph.splat(3, [2], 'int32'),
      scalar: graph.constant(7),
    };
    const result = runEveryWay({ outputs });
    expect(result.again).toEqual(result.y);
    expect(result.data).toEqual([1, 2]);
    expect(result.splat).toEqual([3, 3]);
    expect(result.scalar).toEqual([7]);
    expect(compile({ outputs: { x, w, data: graph.constant([1, 2]) } }).instructions).toHaveLength(0);
  });

  test('a view of a state, before and after its update', () => {
    const result = runEveryWay({ outputs: { view: reshapeTo(w, [6]), w }, updates: [{ state: w, value: add(w, x) }] });
    expect(result.view).toEqual(result.w);
    expect(result.view).not.toEqual(result["w'"]);
  });

  test('a state keeps its old value among the results of a program that updates it', () => {
    const next = add(w, 1);
    const { outputs } = compile({ outputs: { w, next }, updates: [{ state: w, value: next }] });
    expect(outputs.map(({ slot }) => slot.place.kind)).toEqual(['scratch', 'scratch']);
  });

  test('none at all', () => {
    const tape = compile({ outputs: {} });
    expect([tape.instructions.length, tape.scratchBytes]).toEqual([0, 0]);
  });
});

test('inputs that nothing needs are no part of the tape', () => {
  const graph = new Graph();
  const [x, y] = [graph.input('x', [2]), graph.input('y', [2])];
  add(x, y);
  expect(compile({ outputs: { z: add(x, 1) } }).inputs.map(({ name }) => name)).toEqual(['x']);
});

test('dtypes side by side', () => {
  const graph = new Graph();
  const a = graph.input('a', [3, 5]);
  const i = graph.input('i', [5], 'int32');
  const b = graph.input('b', [3, 5], 'bool');
  const u = graph.input('u', [3, 1], 'uint32');
  const d = graph.input('d', [5], 'float64');
  const outputs = {
    wide: add(cast(a, 'float64'), d),
    chosen: where(b, add(i, 1), mul(i, -2)),
    counts: sum(b, { axis: 0 }),
    any: cast(sum(b, { axis: 1 }), 'bool'),
    unsigned: mul(u, cast(b, 'uint32')),
    floats: add(cast(cast(a, 'int32'), 'float64'), d),
    bools: add(b, cast(i, 'bool')),
  };
  const result = runEveryWay({ outputs });
  expect(result.counts).toHaveLength(5);
  expect(result.any!.every((v) => v === 0 || v === 1)).toBe(true);
});
