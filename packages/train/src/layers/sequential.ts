import type { Node } from '@tapegrad/core';
import { type Layer, layer } from './layer.js';

/**
 * Layers, and functions without parameters, one after the other.
 *
 * @example
 * const network = sequential(dense(graph, 'hidden', [784, 128]), relu, dense(graph, 'scores', [128, 10]));
 * const updates = adam(crossEntropy(network(x), y), network.parameters, { learningRate: 0.001 });
 */
export function sequential(...steps: readonly (Layer | ((x: Node) => Node))[]): Layer {
  const parameters = steps.flatMap((step) => ('parameters' in step ? step.parameters : []));
  return layer([...new Set(parameters)], (x) => steps.reduce((value, step) => step(value), x));
}
