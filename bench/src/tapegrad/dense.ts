import {
  adam,
  add,
  type Backend,
  crossEntropy,
  Graph,
  matmul,
  type Node,
  type Program,
  relu,
  sgd,
  TapeMachine,
  Tensor,
  tanh,
  type Update,
} from 'tapegrad';
import type { Prepared } from '../system.js';
import type { DenseNetwork } from '../work/dense.js';
import { timed } from './timed.js';

const ACTIVATIONS = { relu, tanh };
const OPTIMISERS = { sgd, adam };

function build({ layers, activation, x, labels, optimiser }: DenseNetwork): { graph: Graph; loss: Node; updates: Update[] } {
  const graph = new Graph();
  const y = graph.state('y', labels);
  const parameters: Node[] = [];
  let hidden: Node = graph.state('x', Tensor.from(x, { shape: [labels.length, layers[0]!.inputs] }));
  for (const [i, { inputs, outputs, weights, biases }] of layers.entries()) {
    const w = graph.parameter(`w${i}`, Tensor.from(weights, { shape: [inputs, outputs] }));
    const b = graph.parameter(`b${i}`, biases);
    parameters.push(w, b);
    const z = add(matmul(hidden, w), b);
    hidden = i < layers.length - 1 ? ACTIVATIONS[activation](z) : z;
  }
  const loss = crossEntropy(hidden, y);
  const { kind, learningRate } = optimiser;
  return { graph, loss, updates: OPTIMISERS[kind](loss, parameters, { learningRate }) };
}

/** A training step, compiled. */
export interface Step {
  readonly machine: TapeMachine;
  readonly program: Program<{ loss: Node }>;
}

export function denseStep(backend: Backend, network: DenseNetwork): Promise<Step> {
  const { graph, loss, updates } = build(network);
  return compileStep(backend, graph, loss, updates);
}

/** With `share`, in that part of the scratch memory that the step takes without a limit. */
export async function compileStep(backend: Backend, graph: Graph, loss: Node, updates: Update[], share = 1): Promise<Step> {
  const machine = new TapeMachine(graph, { backend });
  const program = await machine.compile({ loss }, { updates });
  if (share === 1) return { machine, program };
  return { machine, program: await machine.compile({ loss }, { updates, memoryLimit: share * program.memory.scratch }) };
}

export async function train(backend: Backend, network: DenseNetwork): Promise<Prepared> {
  return prepared(backend, await denseStep(backend, network));
}

export async function trainWithin(backend: Backend, network: DenseNetwork, share: number): Promise<Prepared> {
  const { graph, loss, updates } = build(network);
  return prepared(backend, await compileStep(backend, graph, loss, updates, share));
}

/** The step's loss is a result of every run, as in a training loop. */
export async function prepared(backend: Backend, { machine, program }: Step): Promise<Prepared> {
  const read = async () => [Number((await program.run()).loss.item())];
  return { ...(await timed({ backend, machine, program, read })), bytes: program.memory.scratch };
}

/** As a user has it: building the graph, its gradients and updates, compiling, and the first step. */
export function compileTraining(backend: Backend, network: DenseNetwork): Prepared {
  const run = async () => {
    const step = await train(backend, network);
    const losses = await step.read();
    step.dispose?.();
    return losses;
  };
  return { run, read: run };
}
