/** The mlp step in plain loops and float64: what every system's losses are checked against. */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: Float64Array;
  readonly biases: Float64Array;
}

/** The loss before each of `steps` gradient steps, on one batch. Weights are row-major `[inputs, outputs]` and change in place. */
export function descend(layers: readonly Layer[], x: Float64Array, labels: Int32Array, rate: number, steps: number): number[] {
  return Array.from({ length: steps }, () => step(layers, x, labels, rate));
}

function step(layers: readonly Layer[], x: Float64Array, labels: Int32Array, rate: number): number {
  const rows = labels.length;
  const activations = [x];
  for (const [i, layer] of layers.entries()) activations.push(forward(layer, activations[i]!, rows, i < layers.length - 1));
  const { loss, gradient } = crossEntropy(activations.at(-1)!, labels);
  let g = gradient;
  for (let i = layers.length - 1; i >= 0; i--) g = backward(layers[i]!, activations[i]!, g, rows, rate, i > 0);
  return loss;
}

function forward({ inputs, outputs, weights, biases }: Layer, x: Float64Array, rows: number, rectify: boolean): Float64Array {
  const y = new Float64Array(rows * outputs);
  for (let r = 0; r < rows; r++) {
    for (let o = 0; o < outputs; o++) {
      let total = biases[o]!;
      for (let i = 0; i < inputs; i++) total += x[r * inputs + i]! * weights[i * outputs + o]!;
      y[r * outputs + o] = rectify ? Math.max(0, total) : total;
    }
  }
  return y;
}

function crossEntropy(logits: Float64Array, labels: Int32Array): { loss: number; gradient: Float64Array } {
  const rows = labels.length;
  const classes = logits.length / rows;
  const gradient = new Float64Array(logits.length);
  let loss = 0;
  for (let r = 0; r < rows; r++) {
    const row = logits.subarray(r * classes, (r + 1) * classes);
    const highest = Math.max(...row);
    const total = row.reduce((sum, z) => sum + Math.exp(z - highest), 0);
    loss += (highest + Math.log(total) - row[labels[r]!]!) / rows;
    for (let c = 0; c < classes; c++)
      gradient[r * classes + c] = (Math.exp(row[c]! - highest) / total - (c === labels[r] ? 1 : 0)) / rows;
  }
  return { loss, gradient };
}

/** Moves the layer against its gradient and returns the gradient with respect to its rectified input. */
function backward(
  { inputs, outputs, weights, biases }: Layer,
  x: Float64Array,
  g: Float64Array,
  rows: number,
  rate: number,
  further: boolean,
): Float64Array {
  const gx = new Float64Array(further ? x.length : 0);
  if (further) {
    for (let r = 0; r < rows; r++) {
      for (let i = 0; i < inputs; i++) {
        if (x[r * inputs + i]! <= 0) continue;
        let total = 0;
        for (let o = 0; o < outputs; o++) total += g[r * outputs + o]! * weights[i * outputs + o]!;
        gx[r * inputs + i] = total;
      }
    }
  }
  for (let o = 0; o < outputs; o++) {
    let total = 0;
    for (let r = 0; r < rows; r++) total += g[r * outputs + o]!;
    biases[o] = biases[o]! - rate * total;
  }
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < outputs; o++) {
      let total = 0;
      for (let r = 0; r < rows; r++) total += x[r * inputs + i]! * g[r * outputs + o]!;
      weights[i * outputs + o] = weights[i * outputs + o]! - rate * total;
    }
  }
  return gx;
}
