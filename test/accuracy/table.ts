import type { Node } from '@tapegrad/core';
import * as ops from '@tapegrad/ops';
import type { Decimal } from 'decimal.js';
import { D } from './decimal.js';
import * as f from './functions.js';

/**
 * How near a function must come. `rounded`: the nearest number. `elementary`: one function of the kind that `Math` has. `composed`: several
 * roundings, of which none cancels; where the function makes the error of a rounded argument grow, the bound grows as much. `relative`: the
 * same, in ulp of the greatest operand, as the result may cancel.
 */
export type Kind = 'rounded' | 'elementary' | 'composed' | 'relative';

export interface UnaryLine {
  readonly op: string;
  readonly kind: Kind;
  readonly call: (x: Node) => Node;
  readonly exact: (x: Decimal) => Decimal;
  /** Its values at −∞, −0, 0 and ∞, exactly, and of NaN, which is NaN unless said. */
  readonly special: readonly [number, number, number, number, number?];
  /** Arguments around which many are tried: zeros, poles, edges. */
  readonly hard?: readonly number[];
  /** By how much the function multiplies the relative error of its own rounded argument; 1 unless said. */
  readonly condition?: (x: number) => number;
  /** The result may vanish below so many least normal numbers, as one of its factors does; 1 unless said. */
  readonly vanishing?: number;
}

export interface BinaryLine {
  readonly op: string;
  readonly kind: Kind;
  readonly call: (x: Node, y: Node) => Node;
  readonly exactOfTwo: (x: Decimal, y: Decimal) => Decimal;
  /** Pairs of operands, and the value there, exactly; of NaN it is NaN. */
  readonly special: readonly (readonly [x: number, y: number, z: number])[];
}

export type Line = UnaryLine | BinaryLine;

const inf = Number.POSITIVE_INFINITY;
const nan = Number.NaN;
const { PI } = Math;

/** Multiples of π/2, near and far, next to which a reduced angle cancels. */
const angles = [1, 2, 3, 4, 5, 22, 355, 710, 103993, 636619, 1e6]
  .map((n) => (n * PI) / 2)
  .concat(1e15, 1e22, 6381956970095103 * 2 ** 797);
/** Where exponentials overflow and vanish, in both dtypes. */
const edges = [88.722, -87.336, 709.782, -708.396];
const ELU = 1.6732632423543772;
const SELU = 1.0507009873554805;

function elu(x: Decimal, alpha = new D(1)): Decimal {
  return x.isNegative() ? f.expm1(x).times(alpha) : x;
}

function geluByTanh(x: Decimal): Decimal {
  const inner = x.plus(x.pow(3).times(0.044715)).times(D.sqrt(D.div(2, D.acos(-1))));
  return x.times(f.sigmoid(inner.times(2)));
}

export const unaryLines: readonly UnaryLine[] = [
  { op: 'neg', kind: 'rounded', call: ops.neg, exact: (x) => x.neg(), special: [inf, 0, -0, -inf] },
  { op: 'abs', kind: 'rounded', call: ops.abs, exact: (x) => x.abs(), special: [inf, 0, 0, inf] },
  { op: 'sign', kind: 'rounded', call: ops.sign, exact: (x) => new D(D.sign(x)), special: [-1, 0, 0, 1, 0] },
  { op: 'floor', kind: 'rounded', call: ops.floor, exact: (x) => x.floor(), special: [-inf, -0, 0, inf], hard: [1, 2, -1] },
  { op: 'ceil', kind: 'rounded', call: ops.ceil, exact: (x) => x.ceil(), special: [-inf, -0, 0, inf], hard: [1, 2, -1] },
  { op: 'round', kind: 'rounded', call: ops.round, exact: f.round, special: [-inf, -0, 0, inf], hard: [0.5, 1.5, -0.5, -2.5] },
  { op: 'trunc', kind: 'rounded', call: ops.trunc, exact: (x) => x.trunc(), special: [-inf, -0, 0, inf], hard: [1, 2, -1] },
  { op: 'relu', kind: 'rounded', call: ops.relu, exact: (x) => D.max(x, 0), special: [0, 0, 0, inf] },
  { op: 'square', kind: 'rounded', call: ops.square, exact: (x) => x.times(x), special: [inf, 0, 0, inf] },
  { op: 'reciprocal', kind: 'rounded', call: ops.reciprocal, exact: (x) => D.div(1, x), special: [-0, -inf, inf, 0] },
  { op: 'sqrt', kind: 'rounded', call: ops.sqrt, exact: (x) => x.sqrt(), special: [nan, -0, 0, inf] },
  { op: 'rsqrt', kind: 'composed', call: ops.rsqrt, exact: (x) => D.div(1, x.sqrt()), special: [nan, -inf, inf, 0] },
  { op: 'exp', kind: 'elementary', call: ops.exp, exact: f.exp, special: [0, 1, 1, inf], hard: edges },
  {
    op: 'exp2',
    kind: 'elementary',
    call: ops.exp2,
    exact: (x) => f.pow(new D(2), x),
    special: [0, 1, 1, inf],
    hard: [127.99, -125.9, 1023.9],
  },
  { op: 'expm1', kind: 'elementary', call: ops.expm1, exact: f.expm1, special: [-1, -0, 0, inf], hard: [...edges, 0.35, -0.35] },
  { op: 'log', kind: 'elementary', call: ops.log, exact: (x) => x.ln(), special: [nan, -inf, -inf, inf], hard: [1] },
  {
    op: 'log2',
    kind: 'elementary',
    call: ops.log2,
    exact: (x) => x.ln().div(D.ln(2)),
    special: [nan, -inf, -inf, inf],
    hard: [1, 2, 8],
  },
  {
    op: 'log10',
    kind: 'elementary',
    call: ops.log10,
    exact: (x) => x.ln().div(D.ln(10)),
    special: [nan, -inf, -inf, inf],
    hard: [1, 10, 1000],
  },
  { op: 'log1p', kind: 'elementary', call: ops.log1p, exact: f.log1p, special: [nan, -0, 0, inf], hard: [-0.9999, -0.5, 0.41] },
  { op: 'sin', kind: 'elementary', call: ops.sin, exact: f.sin, special: [nan, -0, 0, nan], hard: angles },
  { op: 'cos', kind: 'elementary', call: ops.cos, exact: f.cos, special: [nan, 1, 1, nan], hard: angles },
  {
    op: 'tan',
    kind: 'elementary',
    call: ops.tan,
    exact: (x) => f.sin(x).div(f.cos(x)),
    special: [nan, -0, 0, nan],
    hard: angles,
  },
  { op: 'asin', kind: 'elementary', call: ops.asin, exact: f.asin, special: [nan, -0, 0, nan], hard: [0.9999, -0.9999, 0.5] },
  {
    op: 'acos',
    kind: 'elementary',
    call: ops.acos,
    exact: f.acos,
    special: [nan, PI / 2, PI / 2, nan],
    hard: [0.9999, -0.9999, 0.5],
  },
  { op: 'atan', kind: 'elementary', call: ops.atan, exact: f.atan, special: [-PI / 2, -0, 0, PI / 2], hard: [0.4375, 1, 2.4375] },
  { op: 'sinh', kind: 'elementary', call: ops.sinh, exact: f.sinh, special: [-inf, -0, 0, inf], hard: [22, 89.41, 710.47] },
  { op: 'cosh', kind: 'elementary', call: ops.cosh, exact: f.cosh, special: [inf, 1, 1, inf], hard: [22, 89.41, 710.47] },
  { op: 'tanh', kind: 'elementary', call: ops.tanh, exact: f.tanh, special: [-1, -0, 0, 1], hard: [1, 9, -9.01, 22] },
  { op: 'asinh', kind: 'elementary', call: ops.asinh, exact: f.asinh, special: [-inf, -0, 0, inf], hard: [2] },
  { op: 'acosh', kind: 'elementary', call: ops.acosh, exact: f.acosh, special: [nan, nan, nan, inf], hard: [1.0001, 2] },
  { op: 'atanh', kind: 'elementary', call: ops.atanh, exact: f.atanh, special: [nan, -0, 0, nan], hard: [0.9999, -0.9999, 0.5] },
  { op: 'erf', kind: 'composed', call: ops.erf, exact: f.erf, special: [-1, -0, 0, 1], hard: [0.5, -0.5, 3] },
  { op: 'erfc', kind: 'composed', call: ops.erfc, exact: f.erfc, special: [2, 1, 1, 0], hard: [0.5, 9, 26] },
  { op: 'sigmoid', kind: 'composed', call: ops.sigmoid, exact: f.sigmoid, special: [0, 0.5, 0.5, 1], hard: edges },
  { op: 'softplus', kind: 'composed', call: ops.softplus, exact: f.softplus, special: [0, Math.LN2, Math.LN2, inf], hard: edges },
  {
    op: 'logSigmoid',
    kind: 'composed',
    call: ops.logSigmoid,
    exact: (x) => f.softplus(x.neg()).neg(),
    special: [-inf, -Math.LN2, -Math.LN2, 0],
    hard: edges,
  },
  { op: 'softsign', kind: 'composed', call: ops.softsign, exact: (x) => x.div(x.abs().plus(1)), special: [nan, -0, 0, nan] },
  {
    op: 'silu',
    kind: 'composed',
    call: ops.silu,
    exact: (x) => x.times(f.sigmoid(x)),
    special: [nan, -0, 0, inf],
    hard: edges,
    vanishing: 1024,
  },
  {
    op: 'mish',
    kind: 'composed',
    call: ops.mish,
    exact: (x) => x.times(f.tanh(f.softplus(x))),
    special: [nan, -0, 0, inf],
    hard: edges,
    vanishing: 1024,
  },
  { op: 'elu', kind: 'elementary', call: ops.elu, exact: (x) => elu(x), special: [-1, -0, 0, inf] },
  {
    op: 'selu',
    kind: 'composed',
    call: ops.selu,
    exact: (x) => elu(x, new D(ELU)).times(SELU),
    special: [-ELU * SELU, -0, 0, inf],
  },
  {
    op: 'gelu',
    kind: 'composed',
    call: (x) => ops.gelu(x),
    exact: (x) =>
      f
        .erfc(x.div(D.sqrt(2)).neg())
        .times(x)
        .div(2),
    special: [nan, -0, 0, inf],
    hard: [-1, -5, -10],
    condition: (x) => x * x,
  },
  {
    op: "gelu 'tanh'",
    kind: 'composed',
    call: (x) => ops.gelu(x, { approximate: 'tanh' }),
    exact: geluByTanh,
    special: [nan, -0, 0, inf],
    hard: [-1, -5],
    condition: (x) => x * x + x ** 4 / 10,
  },
  {
    op: 'leakyRelu',
    kind: 'composed',
    call: (x) => ops.leakyRelu(x),
    exact: (x) => (x.isNegative() ? x.div(100) : x),
    special: [-inf, -0, 0, inf],
  },
];

export const binaryLines: readonly BinaryLine[] = [
  {
    op: 'add',
    kind: 'rounded',
    call: ops.add,
    exactOfTwo: (x, y) => x.plus(y),
    special: [
      [-0, -0, -0],
      [0, -0, 0],
      [inf, 1, inf],
      [inf, -inf, nan],
    ],
  },
  {
    op: 'sub',
    kind: 'rounded',
    call: ops.sub,
    exactOfTwo: (x, y) => x.minus(y),
    special: [
      [-0, 0, -0],
      [0, 0, 0],
      [1, inf, -inf],
      [inf, inf, nan],
    ],
  },
  {
    op: 'mul',
    kind: 'rounded',
    call: ops.mul,
    exactOfTwo: (x, y) => x.times(y),
    special: [
      [-0, 1, -0],
      [-0, -1, 0],
      [inf, -2, -inf],
      [inf, 0, nan],
    ],
  },
  {
    op: 'div',
    kind: 'rounded',
    call: ops.div,
    exactOfTwo: (x, y) => x.div(y),
    special: [
      [1, -0, -inf],
      [0, 0, nan],
      [-1, inf, -0],
      [inf, inf, nan],
    ],
  },
  {
    op: 'maximum',
    kind: 'rounded',
    call: ops.maximum,
    exactOfTwo: (x, y) => D.max(x, y),
    special: [
      [-0, 0, 0],
      [0, -0, 0],
      [-inf, 1, 1],
      [inf, 1, inf],
    ],
  },
  {
    op: 'minimum',
    kind: 'rounded',
    call: ops.minimum,
    exactOfTwo: (x, y) => D.min(x, y),
    special: [
      [-0, 0, -0],
      [0, -0, -0],
      [-inf, 1, -inf],
      [inf, 1, 1],
    ],
  },
  {
    op: 'fmod',
    kind: 'rounded',
    call: ops.fmod,
    exactOfTwo: f.remainder,
    special: [
      [1, 0, nan],
      [-0, 1, -0],
      [inf, 1, nan],
      [1, inf, 1],
    ],
  },
  {
    op: 'pow',
    kind: 'elementary',
    call: ops.pow,
    exactOfTwo: f.pow,
    special: [
      [0, 0, 1],
      [nan, 0, 1],
      [1, nan, 1],
      [1, inf, 1],
      [-1, -inf, 1],
      [0, -1, inf],
      [-0, -1, -inf],
      [-0, 3, -0],
      [-8, 1 / 3, nan],
      [inf, -1, 0],
      [0.5, inf, 0],
      [0.5, -inf, inf],
    ],
  },
  {
    op: 'hypot',
    kind: 'elementary',
    call: ops.hypot,
    exactOfTwo: (x, y) => D.sqrt(x.times(x).plus(y.times(y))),
    special: [
      [0, -0, 0],
      [-inf, 1, inf],
      [inf, nan, inf],
      [-3, 4, 5],
    ],
  },
  {
    op: 'atan2',
    kind: 'elementary',
    call: ops.atan2,
    exactOfTwo: f.atan2,
    special: [
      [0, 0, 0],
      [-0, 0, -0],
      [0, -0, PI],
      [-0, -1, -PI],
      [1, 0, PI / 2],
      [inf, inf, PI / 4],
      [-1, inf, -0],
      [inf, -inf, (3 * PI) / 4],
    ],
  },
  {
    op: 'logAddExp',
    kind: 'relative',
    call: ops.logAddExp,
    exactOfTwo: (x, y) => D.max(x, y).plus(f.softplus(x.minus(y).abs().neg())),
    special: [
      [-inf, -inf, -inf],
      [inf, inf, inf],
      [-inf, 3, 3],
      [inf, -inf, inf],
    ],
  },
];

/** Pointwise ops that give no float, or that only choose or move what they are given. */
export const notMeasured: ReadonlySet<string> = new Set([
  ...['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'isNaN', 'isFinite', 'and', 'or', 'xor', 'not'],
  ...['bitAnd', 'bitOr', 'bitXor', 'bitNot', 'shiftLeft', 'shiftRight'],
  ...['where', 'cast', 'clamp', 'hardtanh', 'stopGradient', 'randomBits'],
]);
