import { accuracy, adam, dense, Graph, sequential, TapeMachine, tanh } from 'tapegrad';
import { setosa, versicolor, virginica } from './iris-data.js';

const FOLDS = 5;
const STEPS = 150;

/** All flowers with their kinds; the kinds take turns, and so do the folds. */
const flowers = setosa.flatMap((_, i) => [setosa, versicolor, virginica].map((kind, label) => ({ measures: kind[i]!, label })));
const columns = (rows: typeof flowers) => ({ x: rows.map(({ measures }) => [...measures]), y: rows.map(({ label }) => label) });

/** Tells kinds of irises apart, judged by cross-validation: each fifth of the flowers by a network that learnt from the others. */
export async function main(): Promise<readonly number[]> {
  const graph = new Graph();
  const x = graph.input('x', ['batch', 4]);
  const y = graph.input('y', ['batch'], 'int32');
  const network = sequential(dense(graph, 'hidden', [4, 8], { activation: tanh }), dense(graph, 'output', [8, 3]));
  const scores = network(x);
  const loss = graph.crossEntropy(scores, y);
  const updates = adam(loss, network.parameters, { learningRate: 0.03 });

  const reached: number[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const isHeldOut = (i: number): boolean => Math.floor(i / 3) % FOLDS === fold;
    const training = columns(flowers.filter((_, i) => !isHeldOut(i)));
    const test = columns(flowers.filter((_, i) => isHeldOut(i)));

    const machine = new TapeMachine(graph, { seed: fold }); // a machine of its own: new weights
    const step = await machine.compile({ loss }, { updates });
    const judge = await machine.compile({ accuracy: accuracy(scores, y) });
    for (let i = 0; i < STEPS; i++) await step.run(training);
    reached.push(Number((await judge.run(test)).accuracy.item()));
    console.log(`fold ${fold + 1}: ${(100 * reached.at(-1)!).toFixed(1)} % of ${test.y.length} flowers told rightly`);
  }
  console.log(`mean: ${((100 * reached.reduce((a, b) => a + b)) / FOLDS).toFixed(1)} %`);
  return reached;
}
