import {
  accuracy,
  adam,
  add,
  batches,
  conv2d,
  cosineDecay,
  dense,
  fit,
  Graph,
  heUniform,
  type Layer,
  layer,
  relu,
  reshape,
  sequential,
  TapeMachine,
  zeros,
} from 'tapegrad';
import { readDigits } from './mnist/data.js';

/** A convolution with 5 by 5 windows at every second place, and a rectifier. */
function block(graph: Graph, name: string, inputs: number, outputs: number): Layer {
  const w = graph.parameter(`${name}.w`, heUniform([outputs, inputs, 5, 5]));
  const b = graph.parameter(`${name}.b`, zeros([outputs, 1, 1]));
  return layer([w, b], (x) => relu(add(conv2d(x, w, { stride: 2, padding: 2 }), b)));
}

/** Learns to read digits with a small convolutional network; three times all 60,000 of them take it above 98 %. */
export async function main({ limit = 60_000, epochs = 3 } = {}): Promise<number> {
  const { training, test } = await readDigits(limit);
  const graph = new Graph();
  const x = graph.input('x', ['batch', 784]);
  const y = graph.input('y', ['batch'], 'int32');
  const network = sequential(block(graph, 'first', 1, 8), block(graph, 'second', 8, 16));
  const head = dense(graph, 'head', [16 * 7 * 7, 10]);
  const scores = head(reshape(network(reshape(x, ['batch', 1, 28, 28])), ['batch', -1]));
  const loss = graph.crossEntropy(scores, y);

  const batchSize = 50;
  const steps = epochs * Math.ceil(training.labels.size / batchSize);
  const rate = cosineDecay(0.003, { steps });
  const machine = new TapeMachine(graph);
  const parameters = [...network.parameters, ...head.parameters];
  const step = await machine.compile({ loss }, { updates: adam(loss, parameters, { learningRate: rate }) });
  const judge = await machine.compile({ accuracy: accuracy(scores, y) });

  const start = performance.now();
  await fit(step, batches({ x: training.images, y: training.labels }, { batchSize, shuffle: true }), {
    epochs,
    onEpoch: ({ epoch, means }) => {
      const seconds = (performance.now() - start) / 1000;
      console.log(`epoch ${epoch + 1}: loss ${means.loss?.toFixed(4)} after ${seconds.toFixed(1)} s`);
    },
  });

  let right = 0;
  for (const batch of batches({ x: test.images, y: test.labels }, { batchSize: 500 }))
    right += Number((await judge.run(batch)).accuracy.item()) * batch.y.size;
  console.log(`${((100 * right) / test.labels.size).toFixed(2)} % of ${test.labels.size} digits read rightly`);
  return right / test.labels.size;
}
