import { evaluate, Graph, grad, type Node } from '@tapegrad/core';
import {
  add,
  div,
  exp,
  expm1,
  log,
  log1p,
  logSoftmax,
  mul,
  neg,
  norm,
  reshape,
  sigmoid,
  softmax,
  sqrt,
  square,
  sub,
  sum,
} from '@tapegrad/ops';
import { describe, expect, test } from 'vitest';

type Scalar = (x: number) => number;
/** e^−|x|/(1 + e^−|x|), which loses nothing at either end. */
const tail: Scalar = (x) => Math.exp(-Math.abs(x)) / (1 + Math.exp(-Math.abs(x)));
const logistic: Scalar = (x) => (x < 0 ? tail(x) : 1 / (1 + Math.exp(-x)));
const slope: Scalar = (x) => logistic(x) * logistic(-x);
const soft: Scalar = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

interface Line {
  readonly name: string;
  /** As users write it, of one element. */
  readonly write: (x: Node) => Node;
  /** Value, first and second derivative. */
  readonly is: readonly [Scalar, Scalar, Scalar];
}

const LOG_SIGMOID: Line['is'] = [(x) => -soft(-x), (x) => logistic(-x), (x) => -slope(x)];
const SOFTPLUS: Line['is'] = [soft, logistic, slope];
const ONE_LESS_SIGMOID: Line['is'] = [(x) => logistic(-x), (x) => -slope(x), (x) => slope(x) * (logistic(x) - logistic(-x))];
const EXPM1: Line['is'] = [Math.expm1, Math.exp, Math.exp];

const LINES: readonly Line[] = [
  { name: 'log(σ(x))', write: (x) => log(sigmoid(x)), is: LOG_SIGMOID },
  { name: 'log(1 − σ(x))', write: (x) => log(sub(1, sigmoid(x))), is: SOFTPLUS.map((f) => (x: number) => -f(x)) as never },
  { name: 'log(1 + eˣ)', write: (x) => log(add(1, exp(x))), is: SOFTPLUS },
  { name: 'log(eˣ + 1)', write: (x) => log(add(exp(x), 1)), is: SOFTPLUS },
  { name: 'log(eˣ + [1])', write: (x) => log(add(exp(x), [1])), is: SOFTPLUS },
  { name: 'log1p(eˣ)', write: (x) => log1p(exp(x)), is: SOFTPLUS },
  { name: 'log(1 + e⁻ˣ)', write: (x) => log(add(1, exp(neg(x)))), is: [(x) => soft(-x), (x) => -logistic(-x), slope] },
  { name: 'log(eˣ)', write: (x) => log(exp(x)), is: [(x) => x, () => 1, () => 0] },
  { name: '1 − σ(x)', write: (x) => sub(1, sigmoid(x)), is: ONE_LESS_SIGMOID },
  { name: '[1] − σ(x)', write: (x) => sub([1], sigmoid(x)), is: ONE_LESS_SIGMOID },
  { name: 'eˣ − 1', write: (x) => sub(exp(x), 1), is: EXPM1 },
  { name: '−1 + eˣ', write: (x) => add(-1, exp(x)), is: EXPM1 },
  { name: '1 − eˣ', write: (x) => sub(1, exp(x)), is: EXPM1.map((f) => (x: number) => -f(x)) as never },
];

/**
 * The largest argument, one near 0, and what counts as equal. In values, nearly all digits, but that subnormals may be 0; in derivatives
 * also what is beyond the digits of 1, as that of a sigmoid is computed from the sigmoid.
 */
const SETTINGS = {
  float64: { end: 800, near: 1e-9, relative: 1e-13, absolute: [1e-300, 1e-15, 1e-15] },
  float32: { end: 100, near: 1e-6, relative: 1e-5, absolute: [1e-37, 1e-7, 1e-7] },
} as const;

function close(got: number, wanted: number, relative: number, absolute: number): boolean {
  return Object.is(got, wanted) || Math.abs(got - wanted) <= absolute + relative * Math.abs(wanted);
}

describe.each(['float64', 'float32'] as const)('%s', (dtype) => {
  const setting = SETTINGS[dtype];
  const limit = (value: number): number => (dtype === 'float32' ? Math.fround(value) : value);

  test.each(LINES)('$name', ({ write, is }) => {
    const graph = new Graph({ dtype });
    const x = graph.input('x', ['n']);
    const y = write(x);
    const first = grad(sum(y), x);
    const second = grad(sum(first), x);
    const points = [-setting.end, -20, -1, -setting.near, 0, setting.near, 1, 20, setting.end].map(limit);
    const results = evaluate({ y, first, second }, { x: points });
    [results.y, results.first, results.second].forEach((result, order) => {
      points.forEach((point, i) => {
        const wanted = limit(is[order]!(point));
        const got = Number(result!.at(i));
        const near = close(got, wanted, setting.relative, setting.absolute[order]!);
        expect(near, `order ${order} at ${point}: got ${got}, wanted ${wanted}`).toBe(true);
      });
    });
  });

  const rows = [
    [setting.end, -setting.end, 0],
    [1, 2, 3],
    [setting.end, setting.end - 1, setting.end - 2],
  ];
  const logSumExpOf = (row: readonly number[]): number => {
    const peak = Math.max(...row);
    return peak + Math.log(row.reduce((total, x) => total + Math.exp(x - peak), 0));
  };
  const shares = (row: readonly number[]): number[] => row.map((x) => Math.exp(x - logSumExpOf(row)));

  test.each<[string, (x: Node) => Node]>([
    ['log(Σeˣ)', (x) => log(sum(exp(x), { axis: 1 }))],
    ['log(Σeˣ) with its axis kept', (x) => reshape(log(sum(exp(x), { axis: 1, keepDims: true })), [-1])],
  ])('%s', (_name, write) => {
    const graph = new Graph({ dtype });
    const x = graph.input('x', ['n', 3]);
    const y = write(x);
    const first = grad(sum(y), x);
    const second = grad(sum(mul(first, [1, -2, 3])), x);
    const results = evaluate({ y, first, second }, { x: rows });
    rows.forEach((row, n) => {
      const p = shares(row);
      const mean = p[0]! - 2 * p[1]! + 3 * p[2]!;
      expect(close(Number(results.y.at(n)), limit(logSumExpOf(row)), setting.relative, setting.absolute[0])).toBe(true);
      row.forEach((_, i) => {
        expect(Number(results.first.at(n, i))).toBeCloseTo(p[i]!, 5);
        expect(Number(results.second.at(n, i))).toBeCloseTo(p[i]! * ([1, -2, 3][i]! - mean), 5);
      });
    });
  });

  test.each<[string, (x: Node) => Node]>([
    ['log(softmax(x))', (x) => log(softmax(x))],
    ['log(eˣ/Σeˣ)', (x) => log(div(exp(x), sum(exp(x), { axis: 1, keepDims: true })))],
  ])('%s', (_name, write) => {
    const graph = new Graph({ dtype });
    const x = graph.input('x', ['n', 3]);
    const results = [write(x), logSoftmax(x)].map((y) => {
      const first = grad(sum(mul(y, [0.5, 2, -1])), x);
      const second = grad(sum(mul(first, [1, -2, 3])), x);
      return evaluate({ y, first, second }, { x: rows });
    });
    const [got, wanted] = [results[0]!, results[1]!];
    rows.forEach((row, n) => {
      row.forEach((logit, i) => {
        expect(Number(got.y.at(n, i))).toBeCloseTo(logit - logSumExpOf(row), 4);
        for (const order of ['first', 'second'] as const) {
          expect(Number.isFinite(got[order].at(n, i))).toBe(true);
          expect(Number(got[order].at(n, i))).toBeCloseTo(Number(wanted[order].at(n, i)), 4);
        }
      });
    });
  });

  test.each<[string, (x: Node) => Node]>([
    ['x/‖x‖', (x) => div(x, norm(x))],
    ['x/√Σx²', (x) => div(x, sqrt(sum(square(x))))],
  ])('%s', (_name, write) => {
    const graph = new Graph({ dtype });
    const x = graph.input('x', [3]);
    const y = write(x);
    const first = grad(sum(mul(y, [1, 2, 3])), x);
    const second = grad(sum(mul(first, [1, -1, 0])), x);
    const at = [setting.end, -setting.end, setting.end];
    const results = evaluate({ y, first, second }, { x: at });
    const length = Math.sqrt(3) * setting.end;
    // With u = x/‖x‖ and P = 1 − uuᵀ: the first derivative is Pw/‖x‖, the second as of a quotient.
    const u = at.map((value) => value / length);
    const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((total, value, i) => total + value * b[i]!, 0);
    const [w, v] = [
      [1, 2, 3],
      [1, -1, 0],
    ];
    const along = (a: readonly number[]): number[] => a.map((value, i) => (value - dot(u, a) * u[i]!) / length);
    const [pw, pv] = [along(w!), along(v!)];
    u.forEach((value, i) => {
      expect(Number(results.y.at(i))).toBeCloseTo(value, 6);
      expect(Number(results.first.at(i)) * length).toBeCloseTo(pw[i]! * length, 5);
      const bent = -(dot(u, v!) * pw[i]! + dot(u, w!) * pv[i]! + dot(pw, v!) * u[i]!) / length;
      expect(Number(results.second.at(i)) * length ** 2).toBeCloseTo(bent * length ** 2, 4);
    });
  });
});

test('an input is not looked through: log of an intermediate node is a log', () => {
  const graph = new Graph({ dtype: 'float64' });
  const x = graph.input('x', []);
  const y = sigmoid(x);
  expect(Number(evaluate(grad(log(y), y), { x: 0 }).item())).toBe(2);
  expect(evaluate(expm1(x), { x: 0 }).item()).toBe(0);
});
