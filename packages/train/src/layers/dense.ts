import { add, type Graph, type Initialiser, type Node, optionsOf } from '@tapegrad/core';
import { matmul } from '@tapegrad/ops';
import { zeros } from '../initialisers/constant.js';
import { glorotUniform } from '../initialisers/random.js';
import { type Layer, layer } from './layer.js';

/** Options of a {@link dense} layer. */
export interface DenseOptions {
  /** What is applied to the result, such as `relu` (nothing). */
  readonly activation?: (x: Node) => Node;
  /** The first value of the weights, given their shape `[inputs, outputs]` (`glorotUniform`). */
  readonly weights?: (shape: readonly number[]) => Initialiser;
  /** Is something added to each output (true)? It starts as zeros. */
  readonly bias?: boolean;
}

/**
 * A fully connected layer, `activation(x·w + b)`: `[…, inputs]` gives `[…, outputs]`. Its parameters are `name.w` and `name.b`.
 *
 * @example
 * const hidden = dense(graph, 'hidden', [784, 128], { activation: relu, weights: heUniform });
 * const y = hidden(x); // [batch, 784] gives [batch, 128]
 */
export function dense(
  graph: Graph,
  name: string,
  [inputs, outputs]: readonly [inputs: number, outputs: number],
  options?: DenseOptions,
): Layer {
  const defaults = { activation: (x: Node) => x, weights: glorotUniform, bias: true };
  const { activation, weights, bias } = optionsOf('dense', options, defaults);
  const w = graph.parameter(`${name}.w`, weights([inputs, outputs]));
  if (!bias) return layer([w], (x) => activation(matmul(x, w)));
  const b = graph.parameter(`${name}.b`, zeros([outputs]));
  return layer([w, b], (x) => activation(add(matmul(x, w), b)));
}
