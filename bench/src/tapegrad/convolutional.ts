import {
  add,
  type Backend,
  conv2d,
  crossEntropy,
  Graph,
  matmul,
  maxPool2d,
  type Node,
  relu,
  reshape,
  sgd,
  Tensor,
} from 'tapegrad';
import type { Prepared } from '../system.js';
import type { ConvolutionalNetwork } from '../work/convolutional.js';
import { compileStep, prepared, type Step } from './dense.js';

export async function trainConvolutional(backend: Backend, network: ConvolutionalNetwork): Promise<Prepared> {
  return prepared(backend, await convolutionalStep(backend, network));
}

export function convolutionalStep(backend: Backend, network: ConvolutionalNetwork): Promise<Step> {
  const { stages, classes, weights, biases, x, labels, learningRate } = network;
  const { channels, size } = stages[0]!;
  const graph = new Graph();
  const y = graph.state('y', labels);
  const parameters: Node[] = [];
  const parameter = (name: string, values: Float32Array, shape: readonly number[]): Node => {
    const node = graph.parameter(name, Tensor.from(values, { shape }));
    parameters.push(node);
    return node;
  };
  let image: Node = graph.state('x', Tensor.from(x, { shape: [labels.length, channels, size, size] }));
  for (const [i, { channels, outputs, kernel, weights, biases }] of stages.entries()) {
    const w = parameter(`kernel${i}`, weights, [outputs, channels, kernel, kernel]);
    const b = parameter(`bias${i}`, biases, [outputs]);
    image = maxPool2d(relu(conv2d(image, w, b, { padding: 'same' })), { kernel: 2 });
  }
  const features = reshape(image, [labels.length, weights.length / classes]);
  const w = parameter('w', weights, [weights.length / classes, classes]);
  const b = parameter('b', biases, [classes]);
  const loss = crossEntropy(add(matmul(features, w), b), y);
  return compileStep(backend, graph, loss, sgd(loss, parameters, { learningRate }));
}
