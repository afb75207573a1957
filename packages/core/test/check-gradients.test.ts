import { describe, expect, test } from 'vitest';
import { Graph } from '../src/graph/graph.js';
import { checkGradients } from '../src/machine/check-gradients.js';
import { customGradient } from '../src/primitives/custom-gradient.js';
import { add, cast, mul, sum } from '../src/primitives/forms.js';
import { sin, tanh } from './test-ops.js';

describe('checkGradients', () => {
  const graph = new Graph();
  const x = graph.input('x', ['batch', 2]);
  const w = graph.parameter('w', [
    [0.5, -1],
    [2, 0.25],
  ]);
  const feeds = {
    x: [
      [0.1, 2],
      [-3, 0.7],
    ],
  };

  test('agrees in float64, whatever the dtype of the graph', () => {
    const loss = sum(mul(sin(mul(x, 3)), tanh(add(x, 0.1))));
    const report = checkGradients(loss, x, { feeds });
    expect(report.ok).toBe(true);
    expect(report.entries.map(({ element }) => element)).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
    expect(Math.max(...report.entries.map(({ error }) => error))).toBeLessThan(1e-8);
    expect(String(report)).toMatch(/^gradients agree in 4 elements, the largest error being [\d.e-]+ at x\[\d, \d\]$/);
  });

  test('of parameters and intermediate nodes, each varied for itself', () => {
    const inner = sin(mul(w, w));
    const loss = sum(mul(inner, mul(w, cast(cast(sum(x, { axis: 0 }), 'float64'), 'float32'))));
    const report = checkGradients(loss, [w, inner], { feeds });
    expect(report.ok).toBe(true);
    expect(report.entries).toHaveLength(8);
    expect(report.entries[4]!.analytic).toBeCloseTo(0.5 * (0.1 - 3), 6);
  });

  test('shows what differs, the worst first', () => {
    const wrong = customGradient((a) => mul(a, a), {
      vjp: (g, _y, a) => [
        mul(
          g,
          mul(a, [
            [2, 3],
            [2, 2.5],
          ]),
        ),
      ],
    });
    const report = checkGradients(sum(wrong(w)), w);
    expect(report.ok).toBe(false);
    expect(String(report)).toBe(
      [
        'gradients differ in 2 of 4 elements (tolerance 0.000001):',
        '  element  analytic  numeric  error',
        '  w[0, 1]  -3        -2       0.333333',
        '  w[1, 1]  0.625     0.5      0.125',
      ].join('\n'),
    );
  });

  test('tries as many elements as it is told', () => {
    const v = graph.parameter('v', new Float32Array(1000).fill(0.5));
    const report = checkGradients(sum(mul(v, v)), v, { elements: 10 });
    expect(report.entries.map(({ element }) => element[0])).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
  });

  test('refuses what grad refuses, and feeds that are missing', () => {
    expect(() => checkGradients(x, x)).toThrow("grad: the loss 'x' has shape [batch, 2]; it must be a scalar.");
    expect(() => checkGradients(sum(x), x)).toThrow(/missing 'x'/);
  });
});
