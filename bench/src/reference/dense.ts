import type { DenseNetwork, Optimiser } from '../work/dense.js';
import { crossEntropy } from './cross-entropy.js';

/** A layer in float64, which training changes in place. */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: Float64Array;
  readonly biases: Float64Array;
}

type Activation = DenseNetwork['activation'] | 'none';

/** The loss before each of `steps` training steps, in plain loops and float64: what every system's losses are checked against. */
export function denseLosses(network: DenseNetwork, steps: number): number[] {
  const layers = network.layers.map(
    ({ weights, biases, ...sizes }): Layer => ({
      ...sizes,
      weights: Float64Array.from(weights),
      biases: Float64Array.from(biases),
    }),
  );
  const x = Float64Array.from(network.x);
  const move = mover(network.optimiser);
  return Array.from({ length: steps }, () => step(layers, network, x, move));
}

function step(layers: readonly Layer[], { activation, labels }: DenseNetwork, x: Float64Array, move: Move): number {
  const activations = [x];
  const activationOf = (i: number): Activation => (i < layers.length - 1 ? activation : 'none');
  for (const [i, layer] of layers.entries()) activations.push(forward(layer, activations[i]!, labels.length, activationOf(i)));
  const { loss, gradient } = crossEntropy(activations.at(-1)!, labels);
  let g = gradient;
  for (let i = layers.length - 1; i >= 0; i--) {
    const layer = layers[i]!;
    throughActivation(g, activations[i + 1]!, activationOf(i));
    const below = i > 0 ? inputGradient(layer, g, labels.length) : g;
    const { weights, biases } = parameterGradients(layer, activations[i]!, g, labels.length);
    move(layer.weights, weights);
    move(layer.biases, biases);
    g = below;
  }
  return loss;
}

function forward({ inputs, outputs, weights, biases }: Layer, x: Float64Array, rows: number, by: Activation): Float64Array {
  const y = new Float64Array(rows * outputs);
  for (let r = 0; r < rows; r++) {
    for (let o = 0; o < outputs; o++) {
      let total = biases[o]!;
      for (let i = 0; i < inputs; i++) total += x[r * inputs + i]! * weights[i * outputs + o]!;
      y[r * outputs + o] = by === 'relu' ? Math.max(0, total) : by === 'tanh' ? Math.tanh(total) : total;
    }
  }
  return y;
}

/** Multiplies `g` with the activation's derivative, which its value `y` tells. */
function throughActivation(g: Float64Array, y: Float64Array, by: Activation): void {
  if (by === 'none') return;
  for (let i = 0; i < g.length; i++) g[i] = g[i]! * (by === 'relu' ? Number(y[i]! > 0) : 1 - y[i]! ** 2);
}

/** The gradient with respect to the layer's input. */
export function inputGradient({ inputs, outputs, weights }: Layer, g: Float64Array, rows: number): Float64Array {
  const gx = new Float64Array(rows * inputs);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < inputs; i++) {
      let total = 0;
      for (let o = 0; o < outputs; o++) total += g[r * outputs + o]! * weights[i * outputs + o]!;
      gx[r * inputs + i] = total;
    }
  }
  return gx;
}

/** The gradients with respect to weights and biases. */
export function parameterGradients({ inputs, outputs }: Layer, x: Float64Array, g: Float64Array, rows: number) {
  const weights = new Float64Array(inputs * outputs);
  const biases = new Float64Array(outputs);
  for (let r = 0; r < rows; r++) {
    for (let o = 0; o < outputs; o++) {
      biases[o] = biases[o]! + g[r * outputs + o]!;
      for (let i = 0; i < inputs; i++) weights[i * outputs + o]! += x[r * inputs + i]! * g[r * outputs + o]!;
    }
  }
  return { weights, biases };
}

type Move = (parameter: Float64Array, gradient: Float64Array) => void;

/** Moves a parameter against its gradient. Adam: Kingma & Ba, 2015, with its usual 0.9, 0.999 and 1e-8. */
function mover({ kind, learningRate }: Optimiser): Move {
  const moments = new Map<Float64Array, { m: Float64Array; v: Float64Array; t: number }>();
  const adam: Move = (parameter, gradient) => {
    const own = moments.get(parameter) ?? { m: new Float64Array(parameter.length), v: new Float64Array(parameter.length), t: 0 };
    moments.set(parameter, own);
    own.t++;
    for (const [i, g] of gradient.entries()) {
      own.m[i] = 0.9 * own.m[i]! + 0.1 * g;
      own.v[i] = 0.999 * own.v[i]! + 0.001 * g * g;
      const [m, v] = [own.m[i]! / (1 - 0.9 ** own.t), own.v[i]! / (1 - 0.999 ** own.t)];
      parameter[i] = parameter[i]! - (learningRate * m) / (Math.sqrt(v) + 1e-8);
    }
  };
  const sgd: Move = (parameter, gradient) => {
    for (const [i, g] of gradient.entries()) parameter[i] = parameter[i]! - learningRate * g;
  };
  return kind === 'sgd' ? sgd : adam;
}
