import type { ConvolutionalNetwork, ConvolutionalStage } from '../work/convolutional.js';
import { crossEntropy } from './cross-entropy.js';
import { inputGradient, type Layer, parameterGradients } from './dense.js';

interface Stage extends Omit<ConvolutionalStage, 'weights' | 'biases'> {
  readonly weights: Float64Array;
  readonly biases: Float64Array;
}

/** What a stage's backward pass needs of its forward pass. */
interface Pooled {
  readonly input: Float64Array;
  readonly values: Float64Array;
  /** Where in the rectified image each pooled value was found. */
  readonly from: Int32Array;
}

/** The loss before each of `steps` training steps, in plain loops and float64: what every system's losses are checked against. */
export function convolutionalLosses(network: ConvolutionalNetwork, steps: number): number[] {
  const { stages, weights, biases, classes, labels, learningRate } = network;
  const own = stages.map(
    (stage): Stage => ({ ...stage, weights: Float64Array.from(stage.weights), biases: Float64Array.from(stage.biases) }),
  );
  const head: Layer = {
    inputs: weights.length / classes,
    outputs: classes,
    weights: Float64Array.from(weights),
    biases: Float64Array.from(biases),
  };
  const x = Float64Array.from(network.x);
  return Array.from({ length: steps }, () => step(own, head, x, labels, learningRate));
}

function step(stages: readonly Stage[], head: Layer, x: Float64Array, labels: Int32Array, rate: number): number {
  const rows = labels.length;
  const trail: Pooled[] = [];
  for (const stage of stages) trail.push(forward(stage, trail.at(-1)?.values ?? x, rows));
  const features = trail.at(-1)!.values;
  const { loss, gradient } = crossEntropy(logits(head, features, rows), labels);
  let g = inputGradient(head, gradient, rows);
  const { weights, biases } = parameterGradients(head, features, gradient, rows);
  descend(head.weights, weights, rate);
  descend(head.biases, biases, rate);
  for (let i = stages.length - 1; i >= 0; i--) g = backward(stages[i]!, trail[i]!, g, rows, rate);
  return loss;
}

function logits({ inputs, outputs, weights, biases }: Layer, x: Float64Array, rows: number): Float64Array {
  return Float64Array.from({ length: rows * outputs }, (_, at) => {
    const [r, o] = [Math.floor(at / outputs), at % outputs];
    let total = biases[o]!;
    for (let i = 0; i < inputs; i++) total += x[r * inputs + i]! * weights[i * outputs + o]!;
    return total;
  });
}

function descend(parameter: Float64Array, gradient: Float64Array, rate: number): void {
  for (const [i, g] of gradient.entries()) parameter[i] = parameter[i]! - rate * g;
}

/** Calls `visit` with the places in input, kernel and result of each product that a convolution sums. */
function eachProduct(stage: Stage, rows: number, visit: (x: number, w: number, y: number) => void): void {
  const { channels, outputs, kernel, size } = stage;
  const reach = (kernel - 1) / 2;
  for (let r = 0; r < rows; r++)
    for (let o = 0; o < outputs; o++)
      for (let c = 0; c < channels; c++)
        for (let i = 0; i < size; i++)
          for (let j = 0; j < size; j++)
            for (let a = Math.max(0, reach - i); a < Math.min(kernel, size + reach - i); a++)
              for (let b = Math.max(0, reach - j); b < Math.min(kernel, size + reach - j); b++)
                visit(
                  ((r * channels + c) * size + i + a - reach) * size + j + b - reach,
                  ((o * channels + c) * kernel + a) * kernel + b,
                  ((r * outputs + o) * size + i) * size + j,
                );
}

function forward(stage: Stage, input: Float64Array, rows: number): Pooled {
  const { outputs, size, weights, biases } = stage;
  const image = Float64Array.from(
    { length: rows * outputs * size * size },
    (_, i) => biases[Math.floor(i / size ** 2) % outputs]!,
  );
  eachProduct(stage, rows, (x, w, y) => {
    image[y] = image[y]! + input[x]! * weights[w]!;
  });
  return { input, ...pool(image, size) };
}

/** ReLU and max-pool of 2; of equal values the first counts, which only zeros ever are, and those pass nothing back. */
function pool(image: Float64Array, size: number): Pick<Pooled, 'values' | 'from'> {
  const half = size / 2;
  const from = Int32Array.from({ length: image.length / 4 }, (_, at) => {
    const [plane, i, j] = [Math.floor(at / half ** 2), Math.floor(at / half) % half, at % half];
    const corner = (plane * size + 2 * i) * size + 2 * j;
    return [corner + 1, corner + size, corner + size + 1].reduce(
      (best, place) => (image[place]! > image[best]! ? place : best),
      corner,
    );
  });
  return { values: Float64Array.from(from, (place) => Math.max(0, image[place]!)), from };
}

function backward(stage: Stage, { input, values, from }: Pooled, g: Float64Array, rows: number, rate: number): Float64Array {
  const { outputs, size, weights, biases } = stage;
  const image = new Float64Array(rows * outputs * size * size);
  for (const [i, place] of from.entries()) if (values[i]! > 0) image[place] = g[i]!;
  const gx = new Float64Array(input.length);
  const gw = new Float64Array(weights.length);
  const gb = new Float64Array(outputs);
  eachProduct(stage, rows, (x, w, y) => {
    gx[x] = gx[x]! + image[y]! * weights[w]!;
    gw[w] = gw[w]! + image[y]! * input[x]!;
  });
  for (const [i, value] of image.entries()) gb[Math.floor(i / size ** 2) % outputs]! += value;
  descend(weights, gw, rate);
  descend(biases, gb, rate);
  return gx;
}
