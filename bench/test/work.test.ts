import { add, crossEntropy, Graph, grad, js, matmul, relu, TapeMachine, Tensor } from 'tapegrad';
import { describe, expect, it } from 'vitest';
import { residentText } from '../src/resident/report.js';
import { overfitted, perceptron } from '../src/work/dense.js';

const LEAST_NORMAL = 2 ** -126;

describe('the overfitted net', () => {
  it('has gradients that are subnormal, and none that is normal', async () => {
    const { layers, x, labels } = overfitted(perceptron({ kind: 'sgd', learningRate: 0.1 }));
    const graph = new Graph();
    let hidden = graph.constant(Tensor.from(x, { shape: [labels.length, 784] }));
    const weights = layers.map(({ inputs, outputs, weights }, i) =>
      graph.parameter(`w${i}`, Tensor.from(weights, { shape: [inputs, outputs] })),
    );
    for (const [i, { biases }] of layers.entries()) {
      const z = add(matmul(hidden, weights[i]!), graph.constant(biases));
      hidden = i < layers.length - 1 ? relu(z) : z;
    }
    const slopes = grad(crossEntropy(hidden, graph.constant(labels)), weights);
    const machine = new TapeMachine(graph, { backend: js() });
    const program = await machine.compile({ first: slopes[0]!, last: slopes.at(-1)! });
    for (const { data } of Object.values(await program.run())) {
      const greatest = Math.max(...Array.from(data, Math.abs));
      expect(greatest).toBeGreaterThan(0);
      expect(greatest).toBeLessThan(LEAST_NORMAL);
    }
  });
});

describe('resident memory', () => {
  it('prints as a table', () => {
    const measured = [
      { label: 'bare Node', bytes: [40 * 2 ** 20] },
      { label: 'wasm', bytes: [1, 2, 3.5].map((megabytes) => megabytes * 2 ** 20) },
    ];
    expect(residentText(measured)).toBe(
      [
        'resident memory, MB  after 1 step  after 100  after 1,000',
        '───────────────────  ────────────  ─────────  ───────────',
        'bare Node                    40.0',
        'wasm                          1.0        2.0          3.5',
      ].join('\n'),
    );
  });
});
