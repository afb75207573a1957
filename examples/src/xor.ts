import { adam, batches, dense, fit, Graph, sequential, TapeMachine, tanh, tensor } from 'tapegrad';

const data = {
  x: tensor([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]),
  y: tensor([[0], [1], [1], [0]]),
};

/** Teaches a small network the exclusive or, which no single layer can learn. */
export async function main(): Promise<readonly number[]> {
  const graph = new Graph();
  const x = graph.input('x', ['batch', 2]);
  const y = graph.input('y', ['batch', 1]);
  const network = sequential(dense(graph, 'hidden', [2, 8], { activation: tanh }), dense(graph, 'output', [8, 1]));
  const guess = graph.sigmoid(network(x));
  const loss = graph.mse(guess, y);

  const machine = new TapeMachine(graph, { seed: 1 });
  const step = await machine.compile({ loss }, { updates: adam(loss, network.parameters, { learningRate: 0.05 }) });
  const predict = await machine.compile({ guess });
  await fit(step, batches(data, { batchSize: 4 }), {
    epochs: 400,
    onEpoch: ({ epoch, means }) => {
      if (epoch % 100 === 99) console.log(`epoch ${epoch + 1}: loss ${means.loss?.toFixed(6)}`);
    },
  });

  const guesses = Array.from((await predict.run({ x: data.x })).guess.data);
  guesses.forEach((value, i) => {
    console.log(`${data.x.at(i, 0)} xor ${data.x.at(i, 1)} = ${value.toFixed(3)}`);
  });
  return guesses;
}
