import { adam, add, crossEntropy, Graph, matmul, type Node, relu, sgd, TapeMachine, Tensor } from 'tapegrad';
import type { Entry } from '../backends.js';
import { type Case, expectClose, type Prepared } from '../case.js';
import { descend } from '../reference/mlp.js';

const SIZES = [784, 256, 128, 10] as const;
const BATCH = 128;
const RATE = 0.1;
const STEPS = 3;

/** Numbers in -0.5 … 0.5 that are the same on every machine. */
function* noise(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32 - 0.5;
  }
}

function fill(length: number, seed: number, scale: number): Float32Array {
  const numbers = noise(seed);
  return Float32Array.from({ length }, () => numbers.next().value * scale);
}

const shapes = SIZES.slice(1).map((outputs, i) => ({ inputs: SIZES[i]!, outputs }));
const weights = shapes.map(({ inputs, outputs }, i) => fill(inputs * outputs, 7 + i, 2 * Math.sqrt(6 / (inputs + outputs))));
const images = fill(BATCH * SIZES[0], 1, 1).map((v) => v + 0.5);
const labels = Int32Array.from(fill(BATCH, 2, 10), (v) => Math.floor(v + 5));

function build() {
  const graph = new Graph();
  const x = graph.state('x', Tensor.from(images, { shape: [BATCH, SIZES[0]] }));
  const y = graph.state('y', labels);
  const parameters: Node[] = [];
  let hidden: Node = x;
  for (const [i, { inputs, outputs }] of shapes.entries()) {
    const w = graph.parameter(`w${i}`, Tensor.from(weights[i]!, { shape: [inputs, outputs] }));
    const b = graph.parameter(`b${i}`, new Float32Array(outputs));
    parameters.push(w, b);
    const z = add(matmul(hidden, w), b);
    hidden = i < shapes.length - 1 ? relu(z) : z;
  }
  return { graph, parameters, loss: crossEntropy(hidden, y) };
}

function wantedLosses(): number[] {
  const layers = shapes.map(({ inputs, outputs }, i) => ({
    inputs,
    outputs,
    weights: Float64Array.from(weights[i]!),
    biases: new Float64Array(outputs),
  }));
  return descend(layers, Float64Array.from(images), labels, RATE, STEPS);
}

async function descent({ make }: Entry): Promise<Prepared> {
  const { graph, parameters, loss } = build();
  const step = await new TapeMachine(graph, { backend: make() }).compile(
    { loss },
    { updates: sgd(loss, parameters, { learningRate: RATE }) },
  );
  return {
    check() {
      for (const [i, want] of wantedLosses().entries())
        expectClose(`mlp-sgd, loss ${i}`, Number(step.runSync({}).loss.item()), want, { relative: 1e-4 });
    },
    run: () => step.runSync({}),
  };
}

async function adaptive({ make }: Entry): Promise<Prepared> {
  const { graph, parameters, loss } = build();
  const step = await new TapeMachine(graph, { backend: make() }).compile(
    { loss },
    { updates: adam(loss, parameters, { learningRate: 0.001 }) },
  );
  return {
    check() {
      const losses = Array.from({ length: 20 }, () => Number(step.runSync({}).loss.item()));
      expectClose('mlp-adam, first loss', losses[0]!, wantedLosses()[0]!, { relative: 1e-4 });
      if (!(losses[19]! < losses[0]! / 2))
        throw new Error(`mlp-adam: the loss went from ${losses[0]} to ${losses[19]} in 20 steps; it must halve.`);
    },
    run: () => step.runSync({}),
  };
}

/** One training step of 784-256-128-10, ReLU, softmax cross-entropy, batch 128, data on the backend; 129 MFLOP. */
export function mlp(entries: readonly Entry[]): Case[] {
  const work = (name: string, prepare: (entry: Entry) => Promise<Prepared>): Case => ({
    suite: 'mlp',
    name,
    flops: 129e6,
    contestants: entries.map((entry) => ({ system: entry.name, threads: 1, prepare: () => prepare(entry) })),
  });
  return [work('mlp-sgd', descent), work('mlp-adam', adaptive)];
}
