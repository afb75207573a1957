import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { grad, jvp, vjp } from '../src/differentiate/derivatives.js';
import { hessian, hvp, jacobian } from '../src/differentiate/jacobian.js';
import { Graph } from '../src/graph/graph.js';
import type { Node } from '../src/graph/node.js';
import { replace } from '../src/graph/replay.js';
import { add, broadcastTo, mul, reshapeTo, sum } from '../src/primitives/forms.js';
import { stopGradient } from '../src/primitives/stop-gradient.js';
import { valuesOf } from './reference.js';
import { cos, exp, sin, tanh } from './test-ops.js';

function float64(): Graph {
  return new Graph({ dtype: 'float64' });
}

const minus = (x: Node, y: Node): Node => add(x, mul(-1, y));

describe('grad', () => {
  test('of a shared and doubly used node', () => {
    const graph = float64();
    const x = graph.input('x', [2]);
    const y = mul(x, x);
    const d = grad(sum(add(mul(y, x), y)), x);
    expect(valuesOf([d], new Map([[x, [2, -1]]]))).toEqual([[3 * 4 + 4, 3 - 2]]);
  });

  test('gives an array for an array and a node for a node; zeros for what is not used', () => {
    const graph = float64();
    const [x, y] = [graph.input('x', [2]), graph.input('y', [3])];
    const [dx, dy] = grad(sum(sin(x)), [x, y]);
    expect(dx).toBe(grad(sum(sin(x)), x));
    expect(String(dy)).toMatch(/constant\(value: 0\) float64 \[3\]/);
  });

  test('says whose derivative its nodes are, and where the user made that', () => {
    const graph = float64();
    const x = graph.input('x', [2]);
    const y = sin(x);
    const d = grad(sum(y), x);
    expect(d.op.name).toBe('cos');
    expect(d.origin.of).toBe(y);
    expect(d.origin.site).toBe(y.origin.site);
  });

  test('costs what lies between, not the graph', () => {
    const graph = float64();
    const x = graph.input('x', []);
    let far: Node = x;
    for (let i = 0; i < 200; i++) far = sin(far);
    const y = sin(far);
    const before = graph.nodes.length;
    grad(y, far);
    expect(graph.nodes.length - before).toBeLessThan(6);
  });

  test('goes as deep as the graph', () => {
    const graph = float64();
    const x = graph.input('x', []);
    let y: Node = x;
    for (let i = 0; i < 20_000; i++) y = sin(y);
    expect(grad(y, x).op.name).toBe('mul');
  });
});

describe('inputs are variables of their own', () => {
  const graph = float64();
  const x = graph.input('x', []);
  const y = sin(x);
  const z = mul(y, x);
  const at = new Map([[x, [0.7]]]);
  const value = (node: Node): number => valuesOf([node], at)[0]![0]!;

  test('an intermediate node stays that node, and is held while others vary', () => {
    const [dx, dy] = grad(z, [x, y]);
    expect([dx, dy]).toEqual([y, x]);
  });

  test('an input that is an output', () => {
    const g = graph.scalar('g');
    expect(vjp([y], [y], [g])).toEqual([g]);
    expect(jvp([y], [y], [g])).toEqual([g]);
    expect(vjp([z, y], [y], [g, g]).map(String)).toEqual([String(add(g, mul(g, x)))]);
  });

  test('an output given twice counts twice, an input given twice gets its cotangent twice and moves by both tangents', () => {
    const [g, h] = [graph.constant(2), graph.constant(5)];
    expect(value(vjp([y, y], [x], [g, h])[0]!)).toBeCloseTo(7 * Math.cos(0.7), 14);
    const [first, second] = grad(y, [x, x]);
    expect(first).toBe(second);
    expect(value(jvp([y], [x, x], [g, h])[0]!)).toBeCloseTo(7 * Math.cos(0.7), 14);
  });
});

describe('errors', () => {
  const graph = new Graph();
  const x = graph.input('x', [2, 3]);
  const labels = graph.input('labels', [2], 'int32');
  const loss = sum(x);
  test.each<[string, () => unknown, string]>([
    ['loss', () => grad(x, x), "grad: the loss 'x' has shape [2, 3]; it must be a scalar. Take its sum or mean, or use vjp."],
    ['integers', () => grad(loss, labels), "grad: 'labels' is int32; only float nodes have derivatives."],
    ['no inputs', () => grad(loss, []), 'grad: the list of inputs is empty; give at least one.'],
    ['no outputs', () => vjp([], [x], []), 'vjp: the list of outputs is empty; give at least one.'],
    ['count', () => vjp([loss], [x], []), 'vjp: 0 cotangents for 1 nodes; give one for each.'],
    ['shape', () => jvp([loss], [x], [loss]), "jvp: the tangent of 'x' has shape []; it must be [2, 3]."],
    [
      'dtype',
      () => vjp([loss], [x], [graph.constant(1, 'float64')]),
      'vjp: the cotangent of %2 (sum) is float64; it must be float32.',
    ],
    ['graph', () => grad(loss, new Graph().input('z', [])), "grad: 'z' belongs to another graph than %2 (sum)."],
    [
      'names',
      () => jacobian(graph.input('n', ['n']), x),
      "jacobian: needs a number where 'n' is given. Give this axis a fixed size.",
    ],
  ])('%s', (_name, call, message) => {
    expect(call).toThrow(message);
  });
});

describe('jacobian and hessian', () => {
  const graph = float64();
  const x = graph.input('x', [2, 2]);
  const at = new Map([[x, [0.3, -0.7, 1.1, 0.2]]]);
  const rows = sum(mul(sin(x), tanh(x)), { axis: 1 });
  const y = reshapeTo(broadcastTo(reshapeTo(exp(rows), [2, 1]), [2, 5]), [10]);

  test.each(['forward', 'reverse', undefined] as const)('mode %s', (mode) => {
    const j = jacobian(y, x, mode ? { mode } : {});
    expect(j.shape).toEqual([10, 2, 2]);
    const [got, slopes, values] = valuesOf([j, grad(sum(exp(rows)), x), x], at);
    const wanted = Array.from({ length: 40 }, (_, k) => (Math.floor(k / 20) === Math.floor((k % 4) / 2) ? slopes![k % 4]! : 0));
    expect(values).toHaveLength(4);
    got!.forEach((value, k) => {
      expect(value).toBeCloseTo(wanted[k]!, 12);
    });
  });

  test('a jacobian can be differentiated', () => {
    for (const mode of ['forward', 'reverse'] as const) {
      const j = jacobian(sin(x), x, { mode });
      const [d] = valuesOf([grad(sum(mul(j, j)), x)], at);
      d!.forEach((value, i) => {
        expect(value).toBeCloseTo(-2 * Math.cos(at.get(x)![i]!) * Math.sin(at.get(x)![i]!), 12);
      });
    }
  });

  test('all four pairs of modes agree, and with hvp', () => {
    const loss = sum(mul(y, y));
    const v = graph.constant([
      [1, 2],
      [-1, 0.5],
    ]);
    const modes = ['forward', 'reverse'] as const;
    const all = modes.flatMap((outer) => modes.map((inner) => hessian(loss, x, { outer, inner })));
    const products = all.map((h) => sum(mul(h, broadcastTo(v, [2, 2, 2, 2])), { axis: [2, 3] }));
    const [wanted, ...got] = valuesOf([hvp(loss, x, v), ...products], at);
    for (const product of got) {
      product.forEach((value, i) => {
        expect(value / wanted![i]!).toBeCloseTo(1, 12);
      });
    }
  });

  test('of nothing', () => {
    expect(jacobian(graph.input('e', [0]), x).shape).toEqual([0, 2, 2]);
  });
});

describe('through updates', () => {
  test('ten steps of gradient descent, by the learning rate', () => {
    const graph = float64();
    const w = graph.parameter('w', [0.5, -1]);
    const rate = graph.scalar('rate');
    const loss = sum(add(sin(w), mul(w, w)));
    const update = minus(w, mul(rate, grad(loss, w)));
    let after = loss;
    for (let step = 0; step < 10; step++) after = replace([after], new Map([[w, update]]))[0]!;
    const at = (r: number): Map<Node, number[]> =>
      new Map([
        [w, [0.5, -1]],
        [rate, [r]],
      ]);
    const byHand = (r: number): number => {
      const values = [0.5, -1].map((start) => {
        let p = start;
        for (let step = 0; step < 10; step++) p -= r * (Math.cos(p) + 2 * p);
        return Math.sin(p) + p * p;
      });
      return values[0]! + values[1]!;
    };
    const [value, slope] = valuesOf([after, grad(after, rate)], at(0.03));
    expect(value![0]).toBeCloseTo(byHand(0.03), 13);
    const difference = (byHand(0.03 + 1e-5) - byHand(0.03 - 1e-5)) / 2e-5;
    expect(slope![0]! / difference).toBeCloseTo(1, 6);
  });
});

describe('random compositions', () => {
  type Make = (nodes: readonly Node[]) => Node;
  /** Makes one more [2, 3] node of those that are there. Its derivative is that of its value unless a gradient is stopped. */
  const step: fc.Arbitrary<{ make: Make; smooth: boolean }> = fc
    .record({ op: fc.nat(7), a: fc.nat(20), b: fc.nat(20) })
    .map(({ op, a, b }) => {
      const pick = (nodes: readonly Node[], i: number): Node => nodes[i % nodes.length]!;
      const makes: readonly Make[] = [
        (nodes) => add(pick(nodes, a), pick(nodes, b)),
        (nodes) => mul(pick(nodes, a), pick(nodes, b)),
        (nodes) => sin(pick(nodes, a)),
        (nodes) => tanh(pick(nodes, a)),
        (nodes) => exp(mul(0.3, cos(pick(nodes, a)))),
        (nodes) => mul(broadcastTo(sum(pick(nodes, a), { axis: 0, keepDims: true }), [2, 3]), 0.5),
        (nodes) => reshapeTo(reshapeTo(pick(nodes, a), [3, 2]), [2, 3]),
        (nodes) => add(stopGradient(pick(nodes, a)), pick(nodes, b)),
      ];
      return { make: makes[op]!, smooth: op !== 7 };
    });

  test('forward = reverse = differences, orders 1 to 3', () => {
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 6 }),
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 }),
        (steps, start) => {
          const graph = float64();
          const x = graph.input('x', [2, 3]);
          const v = graph.constant([
            [0.3, -0.2, 0.9],
            [0.5, 1, -0.4],
          ]);
          const nodes: Node[] = [x];
          for (const { make } of steps) nodes.push(make(nodes));
          let order: Node = sum(nodes.at(-1)!);
          for (let n = 1; n <= 3; n++) {
            const along = (e: number): Map<Node, number[]> =>
              new Map([[x, start.map((p, i) => p + e * [0.3, -0.2, 0.9, 0.5, 1, -0.4][i]!)]]);
            const forwards = jvp([order], [x], [v])[0]!;
            const backwards = sum(mul(grad(order, x), v));
            const [f, b] = valuesOf([forwards, backwards], along(0));
            const scale = 1 + Math.abs(f![0]!);
            expect(Math.abs(f![0]! - b![0]!) / scale).toBeLessThan(1e-11);
            if (steps.every(({ smooth }) => smooth)) {
              const [[above], [below]] = [valuesOf([order], along(1e-5))[0]!, valuesOf([order], along(-1e-5))[0]!];
              expect(Math.abs((above! - below!) / 2e-5 - f![0]!) / scale).toBeLessThan(1e-6);
            }
            order = n % 2 === 0 ? forwards : backwards;
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
