import type { LabelledImages, Mnist } from '@tapegrad/train/node';
import { type Backend, interpreter, js, TapeMachine, tensor, wasm } from 'tapegrad';
import { lossChart } from './chart.js';
import { pixelsOf, readDigits } from './data.js';
import { test } from './evaluation.js';
import { writeWhole } from './files.js';
import { buildModel, type Model, PIXELS } from './model.js';
import { optimise } from './optimise.js';
import { type BackendName, type Options, UsageError } from './options.js';
import type { Output } from './progress.js';
import { gallery, reading, summary } from './report.js';
import { hiddenOf, readSaved, restore } from './saved.js';
import { batchesOf, train } from './training.js';

const BACKENDS: Readonly<Record<BackendName, () => Backend>> = {
  wasm: () => wasm(),
  js: () => js(),
  interpreter: () => interpreter(),
};

/** What the job needs of its surroundings. */
export interface Surroundings {
  readonly output: Output;
  /** Asks the job to end soon, tidily. */
  readonly signal: AbortSignal;
  /** Where the picture of the loss goes. */
  readonly chart: string;
}

/** Trains and tests, or reads one digit; true when it came to its end, false when the signal stopped it. */
export async function runJob(options: Options, surroundings: Surroundings): Promise<boolean> {
  const saved = options.load === undefined ? null : await readSaved(options.load);
  const digits = await readDigits(options.limit);
  const model = buildModel(options.hidden ?? (saved ? hiddenOf(saved) : [128]));
  const machine = new TapeMachine(model.graph, { backend: BACKENDS[options.backend](), seed: options.seed });
  if (saved) await restore(machine, model.parameters, saved);
  if (options.predict === undefined) return trainAndTest(model, machine, digits, options, surroundings);
  surroundings.output.write(`${await read(model, machine, digits.test, options.predict)}\n`);
  return true;
}

async function trainAndTest(
  model: Model,
  machine: TapeMachine,
  digits: Mnist,
  { batch, epochs, save, ...options }: Options,
  { output, signal, chart }: Surroundings,
): Promise<boolean> {
  const print = (text: string): unknown => output.write(`${text}\n`);
  const data = batchesOf(digits.training, { batch, seed: options.seed });
  const predict = await machine.compile({ predicted: model.predicted });
  const before = model.graph.nodes.length;
  const updates = optimise(model, { ...options, steps: epochs * data.length });
  const step = await machine.compile({ loss: model.loss, accuracy: model.accuracy }, { updates });
  print(summary(model, before, await step.bind({ batch }), batch, machine.backend));
  print(`data      ${data.examples} digits to learn from, ${digits.test.labels.size} to be tested on\n`);

  const start = performance.now();
  const trained = await train(step, data, epochs, { output, signal });
  const tested = trained.stopped ? null : await test(predict, digits.test);
  if (tested) {
    const { predicted, confusion } = tested;
    print(`\nTrained and tested in ${((performance.now() - start) / 1000).toFixed(1)} s.\n\n${confusion}\n`);
    print(`${gallery(digits.test, predicted)}\n`);
    const title = `MNIST: the loss of each batch; ${(100 * confusion.accuracy).toFixed(2)}% of the test digits read rightly`;
    await writeWhole(chart, lossChart({ title, losses: trained.losses, epoch: data.length }));
    print(`loss curve: ${chart}`);
  } else {
    print(`Stopped ${trained.reached}.`);
  }
  if (save !== undefined) {
    await writeWhole(save, await machine.save());
    print(`model: ${save}`);
  }
  if (tested) print(`test accuracy: ${tested.confusion.accuracy.toFixed(4)}`);
  return tested !== null;
}

/** One digit, drawn, and what the model makes of it. */
async function read(model: Model, machine: TapeMachine, digits: LabelledImages, index: number): Promise<string> {
  const count = digits.labels.size;
  if (index >= count) throw new UsageError(`--predict: there is no test digit ${index}; there are ${count}, from 0.`);
  const program = await machine.compile({ probabilities: model.probabilities });
  const { probabilities } = await program.run({ x: tensor(pixelsOf(digits, index), { shape: [1, PIXELS] }) });
  return reading(digits, index, probabilities);
}
