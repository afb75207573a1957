import { accuracy, adam, batches, dense, fit, Graph, TapeMachine } from 'tapegrad';
import { readDigits } from './mnist/data.js';

/** Learns to read digits with a single layer: MNIST in its shortest form. */
export async function main(): Promise<number> {
  const { training, test } = await readDigits(4000);
  const graph = new Graph();
  const x = graph.input('x', ['batch', 784]);
  const y = graph.input('y', ['batch'], 'int32');
  const layer = dense(graph, 'layer', [784, 10]);
  const scores = layer(x);
  const loss = graph.crossEntropy(scores, y);

  const machine = new TapeMachine(graph);
  const step = await machine.compile({ loss }, { updates: adam(loss, layer.parameters, { learningRate: 0.005 }) });
  const judge = await machine.compile({ accuracy: accuracy(scores, y) });
  await fit(step, batches({ x: training.images, y: training.labels }, { batchSize: 100, shuffle: true }), {
    epochs: 5,
    onEpoch: ({ epoch, means }) => console.log(`epoch ${epoch + 1}: loss ${means.loss?.toFixed(4)}`),
  });

  const { accuracy: reached } = await judge.run({ x: test.images, y: test.labels });
  console.log(`${(100 * Number(reached.item())).toFixed(1)} % of ${test.labels.size} digits read rightly`);
  return Number(reached.item());
}
