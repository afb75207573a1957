import { js } from '@tapegrad/backend-cpu';
import {
  adam,
  add,
  type Backend,
  conv2d,
  crossEntropy,
  dropout,
  Graph,
  glorotUniform,
  type Initialiser,
  matmul,
  maxPool2d,
  type Node,
  relu,
  reshape,
  sgd,
  TapeMachine,
  type Update,
  zeros,
} from 'tapegrad';
import { type Task, task } from '../oracle/outcome.js';
import type { Float } from '../oracle/program.js';
import { type Results, wrongs } from './compare.js';
import type { Subject } from './subject.js';

const STEPS = 20;
const ROWS = 8;

/** A network with its loss and updates, and the sizes of an image that it is fed. */
interface Training {
  readonly graph: Graph;
  readonly loss: Node;
  readonly updates: readonly Update[];
  readonly image: readonly number[];
}

type Parameter = (name: string, first: Initialiser) => Node;

function built(
  dtype: Float,
  image: readonly number[],
  build: (x: Node, parameter: Parameter) => Node,
  byAdam: boolean,
): Training {
  const graph = new Graph({ dtype });
  const parameters: Node[] = [];
  const parameter: Parameter = (name, first) => {
    const made = graph.parameter(name, first);
    parameters.push(made);
    return made;
  };
  const logits = build(graph.input('x', ['batch', ...image]), parameter);
  const loss = crossEntropy(logits, graph.input('y', ['batch'], 'int32'));
  const updates = byAdam ? adam(loss, parameters, { learningRate: 0.01 }) : sgd(loss, parameters, { learningRate: 0.1 });
  return { graph, loss, updates, image };
}

/** Two dense layers, with dropout between. */
function perceptron(dtype: Float): Training {
  const build = (x: Node, parameter: Parameter): Node => {
    const hidden = relu(add(matmul(x, parameter('w1', glorotUniform([20, 16]))), parameter('b1', zeros([16]))));
    return add(matmul(dropout(hidden, 0.2), parameter('w2', glorotUniform([16, 5]))), parameter('b2', zeros([5])));
  };
  return built(dtype, [20], build, true);
}

/** Two convolutions, pooled, and a dense layer. */
function convolutional(dtype: Float): Training {
  const build = (x: Node, parameter: Parameter): Node => {
    const first = relu(conv2d(x, parameter('k1', glorotUniform([4, 1, 3, 3])), { padding: 'same' }));
    const second = relu(
      conv2d(maxPool2d(first, { kernel: 2 }), parameter('k2', glorotUniform([6, 4, 3, 3])), { padding: 'same' }),
    );
    const features = reshape(maxPool2d(second, { kernel: 2 }), [-1, 6 * 4]);
    return matmul(features, parameter('w', glorotUniform([24, 5])));
  };
  return built(dtype, [1, 8, 8], build, false);
}

/** The loss of each step, and the state that they lead to. */
async function trained({ graph, loss, updates, image }: Training, backend: Backend): Promise<Results> {
  const machine = new TapeMachine(graph, { backend, seed: 3 });
  const step = await machine.compile({ loss }, { updates });
  const size = image.reduce((a, b) => a * b, 1);
  const results: [string, Results[string]][] = [];
  for (let i = 0; i < STEPS; i++) {
    const x = Float32Array.from({ length: ROWS * size }, (_, k) => Math.sin(1.7 * k + 0.3 * i));
    const y = Int32Array.from({ length: ROWS }, (_, k) => (k * 3 + i) % 5);
    results.push([`loss ${i}`, (await step.run({ x, y })).loss]);
  }
  for (const { state } of updates) results.push([`${state}`, await machine.getAsync(state)]);
  machine.dispose();
  return Object.fromEntries(results);
}

/** Twenty steps of training, as on js. */
export function trainingTasks({ open, floats }: Subject): Task[] {
  const networks = { mlp: perceptron, cnn: convolutional };
  return Object.entries(networks).flatMap(([name, network]) =>
    floats.map((dtype) =>
      task(`${name} in ${dtype}`, 'training', async () => {
        const wanted = await trained(network(dtype), js());
        return wrongs(await trained(network(dtype), open()), wanted, 10);
      }),
    ),
  );
}
