// The Graph without ops as methods: a page then loads only the ops that it uses.
import { Graph } from '@tapegrad/core';
import { accuracy, argmax, crossEntropy, dense, heUniform, type Node, relu, sequential, softmax } from 'tapegrad';

export const PIXELS = 28 * 28;
export const CLASSES = 10;

/** A classifier of digits as nodes of one graph. */
export interface Model {
  readonly graph: Graph;
  readonly parameters: readonly Node[];
  readonly loss: Node;
  readonly accuracy: Node;
  /** `[batch, 10]`. */
  readonly probabilities: Node;
  /** int32 `[batch]`. */
  readonly predicted: Node;
}

/** A multi-layer perceptron: hidden layers of these sizes, with rectifiers, and a score for each digit. */
export function buildModel(hidden: readonly number[]): Model {
  const graph = new Graph();
  const x = graph.input('x', ['batch', PIXELS]);
  const y = graph.input('y', ['batch'], 'int32');
  const sizes = [PIXELS, ...hidden];
  const layers = hidden.map((size, i) => dense(graph, layerName(i), [sizes[i]!, size], { activation: relu, weights: heUniform }));
  const network = sequential(...layers, dense(graph, layerName(hidden.length), [sizes.at(-1)!, CLASSES]));
  const scores = network(x);
  return {
    graph,
    parameters: network.parameters,
    loss: crossEntropy(scores, y),
    accuracy: accuracy(scores, y),
    probabilities: softmax(scores),
    predicted: argmax(scores, { axis: -1 }),
  };
}

/** The name of layer `i`, whose parameters are `layer1.w` and `layer1.b`. */
export function layerName(i: number): string {
  return `layer${i + 1}`;
}
