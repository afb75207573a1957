import { fill, fillLabels } from './numbers.js';

/** A convolution with padding 'same' and stride 1, a ReLU, and a max-pool of 2. */
export interface ConvolutionalStage {
  readonly channels: number;
  readonly outputs: number;
  /** Height and width of the kernel. */
  readonly kernel: number;
  /** Height and width of the input. */
  readonly size: number;
  /** Row-major `[outputs, channels, kernel, kernel]`. */
  readonly weights: Float32Array;
  readonly biases: Float32Array;
}

/** Stages, then one dense layer with softmax cross-entropy, and the batch it is trained on by SGD. */
export interface ConvolutionalNetwork {
  readonly stages: readonly ConvolutionalStage[];
  readonly classes: number;
  /** Row-major `[features, classes]`, where the features are the last stage's `[outputs, height, width]`, row-major. */
  readonly weights: Float32Array;
  readonly biases: Float32Array;
  /** Row-major `[labels.length, channels, height, width]`. */
  readonly x: Float32Array;
  readonly labels: Int32Array;
  readonly learningRate: number;
}

function stage(channels: number, outputs: number, size: number, seed: number): ConvolutionalStage {
  const kernel = 5;
  const bound = Math.sqrt(6 / ((channels + outputs) * kernel * kernel));
  const weights = fill(outputs * channels * kernel * kernel, seed, 2 * bound);
  return { channels, outputs, kernel, size, weights, biases: new Float32Array(outputs) };
}

/** 28×28×1: convolution 5×5×8, ReLU, max-pool 2, convolution 5×5×16, ReLU, max-pool 2, dense 784→10; batch 32. */
export function convolutionalNetwork(): ConvolutionalNetwork {
  const [batch, classes] = [32, 10];
  return {
    stages: [stage(1, 8, 28, 3), stage(8, 16, 14, 4)],
    classes,
    weights: fill(784 * classes, 5, 2 * Math.sqrt(6 / (784 + classes))),
    biases: new Float32Array(classes),
    x: fill(batch * 28 * 28, 1, 1).map((v) => v + 0.5),
    labels: fillLabels(batch, 2, classes),
    learningRate: 0.05,
  };
}

/** Multiplications and additions of the products and convolutions of a step; pooling and losses are small beside them. */
export function convolutionalFlops({ stages, weights, labels }: ConvolutionalNetwork): number {
  const dense = 6 * weights.length * labels.length;
  return stages.reduce((total, { size, weights }, i) => {
    return total + (i === 0 ? 4 : 6) * weights.length * size * size * labels.length;
  }, dense);
}
