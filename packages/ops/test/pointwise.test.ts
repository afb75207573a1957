import { type DType, Graph, type Node, vjp } from '@tapegrad/core';
import { describe, expect, it } from 'vitest';
import * as ops from '../src/index.js';
import { checkDerivatives, expectClose, inputsOf, spread, valuesOf } from './derivatives.js';

type Row = readonly [
  name: string,
  call: (...x: Node[]) => Node,
  plain: (...x: number[]) => number,
  ranges: readonly (readonly [number, number])[],
];

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

const rows: readonly Row[] = [
  ['neg', ops.neg, (x) => -x, [[-2, 2]]],
  [
    'sub',
    ops.sub,
    (x, y) => x - y,
    [
      [-2, 2],
      [-2, 2],
    ],
  ],
  [
    'div',
    ops.div,
    (x, y) => x / y,
    [
      [-2, 2],
      [0.5, 2],
    ],
  ],
  ['reciprocal', ops.reciprocal, (x) => 1 / x, [[0.5, 2]]],
  ['square', ops.square, (x) => x * x, [[-2, 2]]],
  ['abs', ops.abs, Math.abs, [[-2, 2]]],
  ['sign', ops.sign, Math.sign, [[-2, 2]]],
  [
    'fmod',
    ops.fmod,
    (x, y) => x % y,
    [
      [-2, 2],
      [0.6, 0.8],
    ],
  ],
  ['exp', ops.exp, Math.exp, [[-2, 2]]],
  ['expm1', ops.expm1, Math.expm1, [[-2, 2]]],
  ['exp2', ops.exp2, (x) => 2 ** x, [[-2, 2]]],
  ['log', ops.log, Math.log, [[0.3, 3]]],
  ['log1p', ops.log1p, Math.log1p, [[-0.5, 2]]],
  ['log2', ops.log2, Math.log2, [[0.3, 3]]],
  ['log10', ops.log10, Math.log10, [[0.3, 3]]],
  ['sigmoid', ops.sigmoid, logistic, [[-4, 4]]],
  ['softplus', ops.softplus, (x) => Math.log1p(Math.exp(x)), [[-4, 4]]],
  ['logSigmoid', ops.logSigmoid, (x) => Math.log(logistic(x)), [[-4, 4]]],
  [
    'logAddExp',
    ops.logAddExp,
    (x, y) => Math.log(Math.exp(x) + Math.exp(y)),
    [
      [-2, 2],
      [-2, 2],
    ],
  ],
  ['sqrt', ops.sqrt, Math.sqrt, [[0.3, 3]]],
  ['rsqrt', ops.rsqrt, (x) => 1 / Math.sqrt(x), [[0.3, 3]]],
  [
    'hypot',
    ops.hypot,
    Math.hypot,
    [
      [-2, 2],
      [0.5, 2],
    ],
  ],
  [
    'pow',
    ops.pow,
    (x, p) => x ** p,
    [
      [0.3, 3],
      [-2, 3],
    ],
  ],
  ['pow 2', (x) => ops.pow(x!, 2), (x) => x * x, [[-2, 2]]],
  ['pow 3', (x) => ops.pow(x!, 3), (x) => x ** 3, [[-2, 2]]],
  ['pow -1', (x) => ops.pow(x!, -1), (x) => 1 / x, [[0.5, 2]]],
  ['sin', ops.sin, Math.sin, [[-4, 4]]],
  ['cos', ops.cos, Math.cos, [[-4, 4]]],
  ['tan', ops.tan, Math.tan, [[-1, 1]]],
  ['asin', ops.asin, Math.asin, [[-0.9, 0.9]]],
  ['acos', ops.acos, Math.acos, [[-0.9, 0.9]]],
  ['atan', ops.atan, Math.atan, [[-3, 3]]],
  [
    'atan2',
    ops.atan2,
    Math.atan2,
    [
      [-2, 2],
      [0.5, 2],
    ],
  ],
  ['sinh', ops.sinh, Math.sinh, [[-2, 2]]],
  ['cosh', ops.cosh, Math.cosh, [[-2, 2]]],
  ['tanh', ops.tanh, Math.tanh, [[-2, 2]]],
  ['asinh', ops.asinh, Math.asinh, [[-3, 3]]],
  ['acosh', ops.acosh, Math.acosh, [[1.2, 4]]],
  ['atanh', ops.atanh, Math.atanh, [[-0.9, 0.9]]],
  [
    'maximum',
    ops.maximum,
    Math.max,
    [
      [-2, 2],
      [-2, 2],
    ],
  ],
  [
    'minimum',
    ops.minimum,
    Math.min,
    [
      [-2, 2],
      [-2, 2],
    ],
  ],
  ['relu', ops.relu, (x) => Math.max(x, 0), [[-2, 2]]],
  ['leakyRelu', (x) => ops.leakyRelu(x!, { slope: 0.1 }), (x) => (x > 0 ? x : 0.1 * x), [[-2, 2]]],
  ['elu', (x) => ops.elu(x!, { alpha: 1.5 }), (x) => (x > 0 ? x : 1.5 * Math.expm1(x)), [[-2, 2]]],
  ['selu', (x) => ops.selu(x!), (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x)), [[-2, 2]]],
  ['mish', (x) => ops.mish(x!), (x) => x * Math.tanh(Math.log1p(Math.exp(x))), [[-4, 4]]],
  ['softsign', ops.softsign, (x) => x / (1 + Math.abs(x)), [[-4, 4]]],
  ['hardtanh', (x) => ops.hardtanh(x!, { min: -0.5, max: 1.5 }), (x) => Math.min(Math.max(x, -0.5), 1.5), [[-2, 2]]],
  ['relu6', (x) => ops.relu6(x!), (x) => Math.min(Math.max(x, 0), 6), [[-3, 9]]],
  ['silu', (x) => ops.silu(x!), (x) => x * logistic(x), [[-4, 4]]],
  [
    'gelu by tanh',
    (x) => ops.gelu(x!, { approximate: 'tanh' }),
    (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
    [[-4, 4]],
  ],
  ['clamp', (x) => ops.clamp(x!, { min: -1, max: 0.5 }), (x) => Math.min(Math.max(x, -1), 0.5), [[-2, 2]]],
  ['floor', ops.floor, Math.floor, [[-2, 2]]],
  ['ceil', ops.ceil, Math.ceil, [[-2, 2]]],
  ['trunc', ops.trunc, Math.trunc, [[-2, 2]]],
  ['round', ops.round, Math.round, [[-2, 2]]],
];

describe.each(rows)('%s', (_name, call, plain, ranges) => {
  const args = ranges.map((range, i) => spread([3, 4], range, 5 * i));

  it('is what Math says', () => {
    const { inputs, feeds } = inputsOf(args);
    const wanted = args[0]!.data.map((_, i) => plain(...args.map(({ data }) => data[i]!)));
    expectClose(valuesOf(call(...inputs), feeds), wanted, 'value', 1e-14);
  });

  it('has its derivatives', () => {
    checkDerivatives(call, args);
  });
});

/** Values and gradients of an op of one input. */
function curve(call: (x: Node) => Node, points: readonly number[]): { value: number[]; slope: number[] } {
  const { graph, inputs, feeds } = inputsOf([{ shape: [points.length], data: points }]);
  const y = call(inputs[0]!);
  const [g] = vjp([y], inputs, [graph.splat(1, y.shape, y.dtype)]);
  return { value: valuesOf(y, feeds), slope: valuesOf(g!, feeds) };
}

describe('kinks and poles', () => {
  const tests: readonly (readonly [string, (x: Node) => Node, number[], number[], number[]])[] = [
    ['abs', ops.abs, [0, -1, NaN], [0, 1, NaN], [0, -1, 0]],
    ['relu', ops.relu, [0, NaN, Infinity, -Infinity], [0, NaN, Infinity, 0], [0, 1, 1, 0]],
    ['clamp', (x) => ops.clamp(x, { min: -1, max: 1 }), [-1, 1, 2, -2, 0], [-1, 1, 1, -1, 0], [1, 1, 0, 0, 1]],
    ['leakyRelu', (x) => ops.leakyRelu(x), [0, 1], [0, 1], [0.01, 1]],
    ['elu', (x) => ops.elu(x), [0, 800, -800, NaN], [0, 800, -1, NaN], [1, 1, 0, 1]],
    ['silu', (x) => ops.silu(x), [0, -Infinity], [0, NaN], [0.5, NaN]],
    ['gelu', (x) => ops.gelu(x), [0, 1, 10], [0, 0.8413447460685429, 10], [0.5, 1.0833154705876864, 1]],
    ['sqrt', ops.sqrt, [0, -1, 4], [0, NaN, 2], [Infinity, NaN, 0.25]],
    ['rsqrt', ops.rsqrt, [0, 4], [Infinity, 0.5], [-Infinity, -0.0625]],
    ['reciprocal', ops.reciprocal, [0, 2], [Infinity, 0.5], [-Infinity, -0.25]],
    ['log1p', ops.log1p, [Infinity, -Infinity, 0], [Infinity, NaN, 0], [0, 0, 1]],
    ['tanh', ops.tanh, [Infinity, -Infinity, 0], [1, -1, 0], [0, 0, 1]],
    ['sigmoid', ops.sigmoid, [1000, -1000, NaN], [1, 0, NaN], [0, 0, NaN]],
    ['softplus', ops.softplus, [1000, -1000, Infinity], [1000, 0, Infinity], [1, 0, 1]],
    ['logSigmoid', ops.logSigmoid, [1000, -1000], [0, -1000], [0, 1]],
    ['hardtanh', (x) => ops.hardtanh(x), [-1, -0.5, 1, NaN], [-1, -0.5, 1, NaN], [0, 1, 0, 1]],
    ['relu6', (x) => ops.relu6(x), [0, 3, 6, 7], [0, 3, 6, 6], [0, 1, 0, 0]],
    ['selu', (x) => ops.selu(x), [0, -1000], [0, -1.7580993408473768], [1.7580993408473768, 0]],
    ['softsign', (x) => ops.softsign(x), [0, 1e9], [0, 1 / (1 + 1e-9)], [1, 1 / (1 + 1e9) ** 2]],
    ['mish', (x) => ops.mish(x), [0, -800, 800], [0, 0, 800], [0.6, 0, 1]],
    ['asin', ops.asin, [1, -1, 1.5], [Math.PI / 2, -Math.PI / 2, NaN], [Infinity, Infinity, NaN]],
    ['atanh', ops.atanh, [1, -1], [Infinity, -Infinity], [Infinity, Infinity]],
    ['round', ops.round, [0.5, 1.5, 2.5, -0.5, -1.5, 3.4999], [0, 2, 2, 0, -2, 3], [0, 0, 0, 0, 0, 0]],
    ['pow 0', (x) => ops.pow(x, 0), [0, 2, NaN], [1, 1, 1], [0, 0, 0]],
    ['pow 0.5', (x) => ops.pow(x, 0.5), [-1], [NaN], [NaN]],
    ['pow 2', (x) => ops.pow(x, 2), [0, -3], [0, 9], [0, -6]],
    ['maximum with itself', (x) => ops.maximum(x, ops.mul(x, 1)), [1, 2], [1, 2], [1, 1]],
    ['minimum with 1', (x) => ops.minimum(x, 1), [1, 2, 0], [1, 1, 0], [0.5, 0, 1]],
    ['log where chosen', (x) => ops.where(ops.gt(x, 0), ops.log(x), 0), [-1, 2], [0, Math.log(2)], [0, 0.5]],
  ];
  it.each(tests)('%s', (_name, call, points, value, slope) => {
    const got = curve(call, points);
    expectClose(got.value, value, 'value', 1e-15);
    expectClose(got.slope, slope, 'slope', 1e-15);
  });

  it('second derivatives of powers are finite at 0', () => {
    const graph = new Graph({ dtype: 'float64' });
    const x = graph.input('x', []);
    const slope = (y: Node) => vjp([y], [x], [graph.splat(1, [], 'float64')])[0]!;
    const bends = [0, 1, 2, 3].map((p) => valuesOf(slope(slope(ops.pow(x, p))), { x: 0 })[0]);
    expect(bends.map((v) => v! + 0)).toEqual([0, 0, 2, 0]);
  });

  it('keeps small values exact', () => {
    expect(curve(ops.expm1, [1e-20]).value).toEqual([1e-20]);
    expect(curve(ops.sigmoid, [-720]).value[0]).toBeGreaterThan(0);
    expect(curve(ops.softplus, [-40]).value[0]).toBeCloseTo(4.248354255291589e-18, 30);
  });
});

describe('dtypes', () => {
  const graph = new Graph();
  const of = (dtype: DType) => graph.input(`${dtype}${graph.nodes.length}`, [2], dtype);

  it('keep, promote or turn to bool', () => {
    expect(ops.sub(of('int32'), of('float64')).dtype).toBe('float64');
    expect(ops.neg(of('int32')).dtype).toBe('int32');
    expect(ops.lt(of('float32'), 0).dtype).toBe('bool');
    expect(ops.isNaN(of('float64')).dtype).toBe('bool');
    expect(ops.xor(of('bool'), of('bool')).dtype).toBe('bool');
    expect(ops.maximum(of('uint32'), 3).dtype).toBe('uint32');
  });

  it.each([
    [() => ops.exp(of('int32')), "exp: got int32, wants float32 or float64. Cast it first: cast(x, 'float32')."],
    [() => ops.sin(of('bool')), "sin: got bool, wants float32 or float64. Cast it first: cast(x, 'float32')."],
    [() => ops.gelu(of('int32')), "gelu: got int32, wants float32 or float64. Cast it first: cast(x, 'float32')."],
    [() => ops.neg(of('bool')), "neg: got bool, wants numbers. Cast it first: cast(x, 'int32')."],
    [() => ops.and(of('bool'), of('int32')), 'and: got int32, wants bool. Compare it first: ne(x, 0).'],
    [() => ops.bitAnd(of('float32'), 1), "bitAnd: got float32, wants int32 or uint32. Cast it first: cast(x, 'int32')."],
    [() => ops.div(of('int32'), 0), "div: the divisor is the integer 0. Divide floats for an infinity: cast(x, 'float32')."],
    [() => ops.mish(of('int32')), "mish: got int32, wants float32 or float64. Cast it first: cast(x, 'float32')."],
    [() => ops.hardtanh(of('float32'), { min: 1, max: 1 }), 'hardtanh: min 1 is not below max 1.'],
    [() => ops.clamp(of('int32'), { min: 0.5 }), 'clamp: int32 does not hold the bound 0.5. Give a whole number in its range.'],
  ])('refuse %#', (call, message) => {
    expect(call).toThrow(message);
  });

  it('of integers follow integer arithmetic', () => {
    const [x, y] = [graph.constant([7, -7, 5], 'int32'), graph.constant([2, 2, 0], 'int32')];
    expect(valuesOf(ops.div(x, y))).toEqual([3, -3, 0]);
    expect(valuesOf(ops.fmod(x, y))).toEqual([1, -1, 0]);
    expect(valuesOf(ops.pow(x, 2))).toEqual([49, 49, 25]);
    expect(valuesOf(ops.shiftRight(x, 1))).toEqual([3, -4, 2]);
    expect(valuesOf(ops.bitXor(x, y))).toEqual([5, -5, 5]);
    expect(valuesOf(ops.bitNot(x))).toEqual([-8, 6, -6]);
  });

  it('broadcast', () => {
    expect(ops.sub(graph.input('column', [3, 1]), graph.input('row', [4])).shape).toEqual([3, 4]);
    expect(() => ops.div(graph.input('p', [3]), graph.input('q', [4]))).toThrow(
      'div: shapes [3] and [4] do not broadcast: counted from the right, 3 and 4 differ and neither is 1.',
    );
  });
});

describe('comparisons', () => {
  it('are false for NaN, but for ne', () => {
    const x = new Graph().constant([1, 2, NaN]);
    const results = [ops.eq, ops.ne, ops.lt, ops.le, ops.gt, ops.ge].map((op) => valuesOf(op(x, 2)).join(''));
    expect(results).toEqual(['010', '101', '100', '110', '000', '010']);
    expect(valuesOf(ops.isNaN(x))).toEqual([0, 0, 1]);
    expect(valuesOf(ops.isFinite(ops.div(x, [1, 0, 1])))).toEqual([1, 0, 0]);
  });

  it('combine by logic', () => {
    const graph = new Graph();
    const [p, q] = [graph.constant([true, true, false, false]), graph.constant([true, false, true, false])];
    expect(valuesOf(ops.and(p, q))).toEqual([1, 0, 0, 0]);
    expect(valuesOf(ops.or(p, q))).toEqual([1, 1, 1, 0]);
    expect(valuesOf(ops.xor(p, q))).toEqual([0, 1, 1, 0]);
    expect(valuesOf(ops.not(p))).toEqual([0, 0, 1, 1]);
  });
});
