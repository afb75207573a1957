import { add, Graph, type Initialiser, type Node, type Update } from '@tapegrad/core';
import {
  attention,
  conv2d,
  crossEntropy,
  gelu,
  groupNorm,
  layerNorm,
  lstmCell,
  matmul,
  maxPool2d,
  mean,
  mse,
  relu,
  reshape,
  slice,
  transpose,
} from '@tapegrad/ops';
import { constant, glorotUniform, sgd, zeros } from '@tapegrad/train';

/** A step that trains a net. */
export interface TrainingStep {
  readonly outputs: { readonly loss: Node };
  readonly updates: Update[];
}

/** A graph in the making, that remembers its parameters. */
class Net {
  readonly graph = new Graph();
  readonly #parameters: Node[] = [];

  parameter(first: Initialiser): Node {
    const node = this.graph.parameter(`p${this.#parameters.length}`, first);
    this.#parameters.push(node);
    return node;
  }

  dense(x: Node, inputs: number, outputs: number): Node {
    return add(matmul(x, this.parameter(glorotUniform([inputs, outputs]))), this.parameter(zeros([outputs])));
  }

  convolution(x: Node, inputs: number, outputs: number): Node {
    const w = this.parameter(glorotUniform([outputs, inputs, 3, 3]));
    return conv2d(x, w, this.parameter(zeros([outputs])), { padding: 'same' });
  }

  normalise(norm: typeof layerNorm | typeof groupNorm, x: Node, width: number): Node {
    const [scale, shift] = [this.parameter(constant([width], 1)), this.parameter(zeros([width]))];
    return norm === groupNorm ? groupNorm(x, scale, shift, { groups: 4 }) : layerNorm(x, scale, shift);
  }

  training(loss: Node): TrainingStep {
    return { outputs: { loss }, updates: sgd(loss, this.#parameters, { learningRate: 0.1 }) };
  }
}

function mlp(): TrainingStep {
  const net = new Net();
  let h = net.graph.input('x', [128, 784]);
  for (const [inputs, outputs] of [
    [784, 256],
    [256, 128],
  ] as const)
    h = relu(net.dense(h, inputs, outputs));
  return net.training(crossEntropy(net.dense(h, 128, 10), net.graph.input('y', [128], 'int32')));
}

function cnn(): TrainingStep {
  const net = new Net();
  let h = net.graph.input('x', [32, 1, 28, 28]);
  h = maxPool2d(relu(net.convolution(h, 1, 8)), { kernel: 2 });
  h = maxPool2d(relu(net.convolution(h, 8, 16)), { kernel: 2 });
  return net.training(crossEntropy(net.dense(reshape(h, [32, 784]), 784, 10), net.graph.input('y', [32], 'int32')));
}

/** 60 dense layers; `around` wraps groups of four, such as to checkpoint them. */
export function deep(around: (block: (h: Node) => Node) => (h: Node) => Node = (block) => block): TrainingStep {
  const net = new Net();
  let h = net.graph.input('x', [32, 32]);
  for (let i = 0; i < 60; i += 4) h = around((x) => [0, 1, 2, 3].reduce((y) => relu(net.dense(y, 32, 32)), x))(h);
  return net.training(mse(h, net.graph.input('y', [32, 32])));
}

function transformerBlock(): TrainingStep {
  const [batch, length, width, heads] = [4, 64, 64, 4];
  const net = new Net();
  const x = net.graph.input('x', [batch, length, width]);
  const split = (h: Node): Node => transpose(reshape(h, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
  const normal = net.normalise(layerNorm, x, width);
  const [q, k, v] = [0, 1, 2].map(() => split(net.dense(normal, width, width))) as [Node, Node, Node];
  const mixed = reshape(transpose(attention(q, k, v, { causal: true }), [0, 2, 1, 3]), [batch, length, width]);
  const h = add(x, net.dense(mixed, width, width));
  const y = add(h, net.dense(gelu(net.dense(net.normalise(layerNorm, h, width), width, 4 * width)), 4 * width, width));
  return net.training(mse(y, net.graph.input('y', [batch, length, width])));
}

function lstm(): TrainingStep {
  const [batch, steps, inputs, hidden] = [8, 50, 16, 32];
  const net = new Net();
  const x = net.graph.input('x', [batch, steps, inputs]);
  const wi = net.parameter(glorotUniform([4 * hidden, inputs]));
  const wh = net.parameter(glorotUniform([4 * hidden, hidden]));
  const [bi, bh] = [net.parameter(zeros([4 * hidden])), net.parameter(zeros([4 * hidden]))];
  let [h, c] = [0, 1].map(() => net.graph.splat(0, [batch, hidden], 'float32')) as [Node, Node];
  for (let t = 0; t < steps; t++) {
    const now = reshape(slice(x, [[], [t, t + 1]]), [batch, inputs]);
    [h, c] = lstmCell(now, h, c, wi, wh, bi, bh);
  }
  return net.training(mse(h, net.graph.input('y', [batch, hidden])));
}

function residual(): TrainingStep {
  const [batch, channels] = [8, 16];
  const net = new Net();
  let h = net.convolution(net.graph.input('x', [batch, 3, 16, 16]), 3, channels);
  for (let i = 0; i < 4; i++) {
    const inner = relu(net.normalise(groupNorm, net.convolution(h, channels, channels), channels));
    h = relu(add(h, net.normalise(groupNorm, net.convolution(inner, channels, channels), channels)));
  }
  const pooled = mean(h, { axis: [2, 3] });
  return net.training(crossEntropy(net.dense(pooled, channels, 10), net.graph.input('y', [batch], 'int32')));
}

/** Nets of every kind, at sizes that compile fast. */
export const NETWORKS: Readonly<Record<string, () => TrainingStep>> = { mlp, cnn, deep, transformerBlock, lstm, residual };
