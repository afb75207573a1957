import { describe, expect, test } from 'vitest';
import { callOn } from '../src/graph/calling.js';
import { Graph } from '../src/graph/graph.js';
import { isConstant } from '../src/graph/leaves.js';
import type { Node } from '../src/graph/node.js';
import { add, broadcastTo, cast, mul, reshapeTo, sum, zerosLike } from '../src/primitives/forms.js';
import { where } from '../src/primitives/where.js';
import { dim } from '../src/tensor/dim.js';
import type { DType } from '../src/tensor/dtype.js';
import { Tensor } from '../src/tensor/tensor.js';
import { sin } from './test-ops.js';

describe('sharing', () => {
  test('equal nodes are one, inputs and states never', () => {
    const graph = new Graph();
    const x = graph.input('x', ['batch', 3]);
    expect(add(x, x)).toBe(add(x, x));
    expect(sum(x, { axis: 0 })).toBe(sum(x, { axis: -2 }));
    expect(sum(x, { axis: 0 })).not.toBe(sum(x, { axis: 1 }));
    expect(graph.input('y', [3])).not.toBe(graph.input('z', [3]));
    expect(graph.state('s', [1])).not.toBe(graph.state('t', [1]));
  });

  test('constants are told apart to the bit', () => {
    const graph = new Graph({ dtype: 'float64' });
    expect(graph.constant(Number.NaN)).toBe(graph.constant(Number.NaN));
    expect(graph.constant(0)).not.toBe(graph.constant(-0));
    expect(graph.constant([0, 1])).not.toBe(graph.constant([-0, 1]));
    expect(graph.constant([Number.NaN, 1])).toBe(graph.constant([Number.NaN, 1]));
    expect(graph.constant(1)).not.toBe(graph.constant(1, 'int32'));
    expect(graph.constant([1, 2])).not.toBe(graph.constant([[1, 2]]));
    expect(graph.constant([1, 2])).not.toBe(graph.constant([1, 2], 'float32'));
  });

  test('long arrays by all of their elements, and as they were', () => {
    const graph = new Graph();
    const values = new Float32Array(10_000).fill(0.5);
    const first = graph.constant(values);
    expect(graph.constant(values.slice())).toBe(first);
    values[9_999] = 0.25;
    expect(graph.constant(values)).not.toBe(first);
    expect((first.attrs as { data: Float32Array }).data[9_999]).toBe(0.5);
  });

  test('one value over and over is a constant of no memory', () => {
    const graph = new Graph();
    const x = graph.input('x', ['batch', 3]);
    const zeros = zerosLike(x);
    expect(isConstant(zeros, 0)).toBe(true);
    expect(broadcastTo(graph.constant(0), x.shape)).toBe(zeros);
    expect(reshapeTo(zeros, [3, dim('batch')]).shape.map(String)).toEqual(['3', 'batch']);
  });
});

describe('operands', () => {
  const graph = new Graph();
  const x = graph.input('x', [2]);
  const n = graph.input('n', [2], 'int32');

  test('a number takes the dtype of the others', () => {
    expect(add(x, 1).dtype).toBe('float32');
    expect(add(2, n).dtype).toBe('int32');
    expect(String(mul(n, 3).inputs[1])).toContain('constant(value: 3) int32 [2]');
  });

  test('a fraction does not go into an integer', () => {
    expect(() => add(n, 0.5)).toThrow(/0\.5 is not a whole number, as int32 needs\./);
  });

  test('arrays and tensors keep what they say, and promote', () => {
    expect(add(x, [[1], [2]]).shape).toEqual([2, 2]);
    expect(add(x, Float64Array.of(1, 2)).dtype).toBe('float64');
    expect(add(n, Tensor.scalar('float64', 1)).dtype).toBe('float64');
    expect(add(x, [true, false]).dtype).toBe('float32');
  });

  test('int32 and float32 do not mix unasked', () => {
    expect(() => mul(x, n)).toThrow(
      'mul: float32 and int32 do not mix: neither holds every value of the other. Use cast to choose one.',
    );
    expect(mul(x, cast(n, 'float32')).dtype).toBe('float32');
  });

  test('where: the condition is bool, and numbers take the graph\u2019s dtype', () => {
    expect(() => where(x, 1, 2)).toThrow(
      'where: the condition is float32; it must be bool. Compare it: where(ne(condition, 0), a, b).',
    );
    expect(where(graph.input('on', [2], 'bool'), 1, 0).dtype).toBe('float32');
  });

  test('no node at all: a method says on which graph', () => {
    expect(() => add(2, 2.5)).toThrow('add: no node among its operands. Call it as a method of a graph: graph.add(…).');
    expect(callOn(graph, () => add(2, 2.5)).graph).toBe(graph);
  });
});

describe('errors', () => {
  test('a name that is taken', () => {
    const graph = new Graph();
    graph.parameter('w', [1, 2]);
    const message = "the name 'w' is taken by %0; names of inputs, parameters and state are unique in a graph.";
    expect(() => graph.input('w', [])).toThrow(message);
    expect(() => graph.state('w', 0)).toThrow(message);
    expect(graph.nodes).toHaveLength(1);
  });

  test('a node of another graph', () => {
    const [one, other] = [new Graph(), new Graph()];
    const x = one.input('x', [2]);
    const y = other.input('y', [3]);
    expect(() => add(x, y)).toThrow('add: input %0 belongs to another graph; build both sides on one graph.');
    expect(() => callOn(one, () => sin(y))).toThrow('sin: input %0 belongs to another graph; build both sides on one graph.');
  });

  test('a size that is none', () => {
    expect(() => new Graph().input('x', [2, -1])).toThrow("input 'x': -1 in [2, -1] is no size: sizes are at least 0.");
  });

  test('a dtype that does not exist, a name that is none', () => {
    const known = 'there are float32, float64, int32, uint32, bool.';
    const float16 = 'float16' as DType;
    const graph = new Graph();
    expect(() => graph.input('x', [2], float16)).toThrow(`input: there is no dtype 'float16'; ${known}`);
    expect(() => cast(graph.input('y', []), float16)).toThrow(`cast: there is no dtype 'float16'; ${known}`);
    expect(() => graph.state('s', 1, { dtype: float16 })).toThrow(`state: there is no dtype 'float16'; ${known}`);
    expect(() => graph.scalar('')).toThrow("input: the name is empty; give a text such as 'x'.");
    expect(() => graph.parameter(7 as unknown as string, 1)).toThrow("parameter: the name is 7; give a text such as 'x'.");
    expect(graph.nodes.length).toBe(1);
  });

  test('a state of open size', () => {
    const shape = ['batch', 3] as unknown as readonly number[];
    expect(() => new Graph().parameter('w', { shape, build: (graph) => graph.constant(0) })).toThrow(
      "parameter 'w': 'batch' in [batch, 3] is a name; state has sizes only.",
    );
  });

  test('no operand', () => {
    const x = new Graph().input('x', []);
    expect(() => add(x, undefined as unknown as Node)).toThrow(
      'add: the value is undefined; give numbers, booleans or nested arrays of them.',
    );
  });

  test('end with the line of the user, wherever they come from', () => {
    const graph = new Graph();
    const x = graph.input('x', [2]);
    const here = /\(graph\.test\.ts:\d+\)$/;
    for (const call of [
      () => add(x, graph.constant([1, 2, 3])),
      () => sum(x, { axis: 3 }),
      () => graph.input('x', []),
      () => graph.constant([[1], [2, 3]]),
      () => broadcastTo(x, [3, 3]),
    ]) {
      expect(call).toThrow(here);
    }
  });
});

describe('named dims', () => {
  const graph = new Graph();
  const x = graph.input('x', ['batch', 3]);
  const shapeOf = (node: { shape: readonly unknown[] }): string => node.shape.join();

  test('broadcast with 1 and with themselves, and with nothing else', () => {
    const bias = graph.input('bias', [3]);
    expect(shapeOf(add(x, bias))).toBe('batch,3');
    expect(shapeOf(add(x, graph.input('column', ['batch', 1])))).toBe('batch,3');
    expect(() => add(x, graph.input('r', ['rows', 3]))).toThrow(
      "add: 'batch' and 'rows' differ; give both inputs the same name.",
    );
    expect(() => add(x, graph.input('two', [2, 3]))).toThrow(
      "add: 'batch' and 2 differ: a name never equals a number. Give both inputs 'batch', or both 2.",
    );
  });

  test('reshape keeps the number of elements, whatever they stand for', () => {
    expect(shapeOf(reshapeTo(x, [dim('3*batch')]))).toBe('3*batch');
    expect(() => reshapeTo(x, [dim('batch'), 4])).toThrow('reshape: [batch, 3] has 3*batch elements, [batch, 4] has 4*batch.');
  });

  test('a constant may have a dim as its value', () => {
    expect(String(graph.constant(dim('batch')))).toMatch(/constant\(value: batch\) float32/);
  });
});

describe('places', () => {
  test('a node is of the line that made it, the first one where it is shared', () => {
    const graph = new Graph();
    const x = graph.input('x', []);
    const y = sin(x);
    const line = y.origin.site?.location;
    expect(line).toMatch(/^graph\.test\.ts:\d+$/);
    expect(sin(x).origin.site?.location).toBe(line);
    expect(x.origin.site?.location).not.toBe(line);
  });
});
