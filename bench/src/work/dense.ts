import { fill, fillLabels } from './numbers.js';

export interface DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** Row-major `[inputs, outputs]`. */
  readonly weights: Float32Array;
  readonly biases: Float32Array;
}

export type Optimiser = { readonly kind: 'sgd' | 'adam'; readonly learningRate: number };

/** A classifier of dense layers with an activation between them and softmax cross-entropy at the end, and the batch it is trained on. */
export interface DenseNetwork {
  readonly layers: readonly DenseLayer[];
  readonly activation: 'relu' | 'tanh';
  /** Row-major `[labels.length, inputs]`. */
  readonly x: Float32Array;
  readonly labels: Int32Array;
  readonly optimiser: Optimiser;
}

/** Layers of these sizes; weights of variance 2·gain² / (inputs + outputs). */
function layersOf(sizes: readonly number[], gain: number): DenseLayer[] {
  return sizes.slice(1).map((outputs, i) => {
    const inputs = sizes[i]!;
    const weights = fill(inputs * outputs, 7 + i, 2 * gain * Math.sqrt(6 / (inputs + outputs)));
    return { inputs, outputs, weights, biases: new Float32Array(outputs) };
  });
}

/** 784-256-128-10, ReLU, batch 128. */
export function perceptron(optimiser: Optimiser): DenseNetwork {
  const batch = 128;
  const x = fill(batch * 784, 1, 1).map((v) => v + 0.5);
  return { layers: layersOf([784, 256, 128, 10], 1), activation: 'relu', x, labels: fillLabels(batch, 2, 10), optimiser };
}

/**
 * The perceptron so sure of labels that are right that the other classes' probabilities, about e⁻⁹⁵, lie below the least normal float32:
 * all its gradients are subnormal numbers or 0. Processors take many times as long for such arithmetic.
 */
export function overfitted(network: DenseNetwork): DenseNetwork {
  const sure = network.layers.at(-1)!.biases.map((_, i) => (i === 0 ? 95 : 0));
  const layers = network.layers.map((layer, i, { length }) => (i < length - 1 ? layer : { ...layer, biases: sure }));
  return { ...network, layers, labels: network.labels.map(() => 0) };
}

/** Sepal length and width, petal length and width of 16 of Fisher's irises: six setosa, six versicolor, four virginica. */
const IRISES = [
  [5.1, 3.5, 1.4, 0.2, 4.9, 3.1, 1.5, 0.1, 5.7, 3.8, 1.7, 0.3, 5.2, 3.5, 1.5, 0.2, 5.5, 3.5, 1.3, 0.2, 4.8, 3, 1.4, 0.3],
  [6.5, 2.8, 4.6, 1.5, 6.1, 2.9, 4.7, 1.4, 6.3, 2.5, 4.9, 1.5, 5.5, 2.4, 3.7, 1, 5.5, 2.6, 4.4, 1.2, 5.7, 2.8, 4.1, 1.3],
  [6.7, 2.5, 5.8, 1.8, 7.7, 3.8, 6.7, 2.2, 6.2, 2.8, 4.8, 1.8, 7.7, 3, 6.1, 2.3],
] as const;

/** 4-8-3, tanh, on 16 irises. */
export function irises(): DenseNetwork {
  return {
    layers: layersOf([4, 8, 3], 1),
    activation: 'tanh',
    x: Float32Array.from(IRISES.flat()),
    labels: Int32Array.from(IRISES.flatMap((rows, species) => Array<number>(rows.length / 4).fill(species))),
    optimiser: { kind: 'sgd', learningRate: 0.1 },
  };
}

/** 60 layers of width 32, ReLU, batch 32: what a step costs when every operation is small. */
export function deepNetwork(): DenseNetwork {
  return sixtyLayers(32, 32);
}

/** 60 layers of width 256, ReLU, batch 256: what a step keeps for its derivatives is most of its memory. */
export function wideNetwork(): DenseNetwork {
  return sixtyLayers(256, 256);
}

function sixtyLayers(width: number, batch: number): DenseNetwork {
  return {
    layers: layersOf(Array<number>(61).fill(width), Math.SQRT2),
    activation: 'relu',
    x: fill(batch * width, 1, 4),
    labels: fillLabels(batch, 2, width),
    optimiser: { kind: 'sgd', learningRate: 0.001 },
  };
}

/** Operations of a step: two for each weight and row forward, and four backward but for the first layer, whose input needs no gradient. */
export function denseFlops({ layers, labels }: DenseNetwork): number {
  return layers.reduce((total, { inputs, outputs }, i) => total + (i === 0 ? 4 : 6) * inputs * outputs * labels.length, 0);
}
