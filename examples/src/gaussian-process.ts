import {
  adam,
  add,
  cholesky,
  diagonal,
  exp,
  Graph,
  log,
  matmul,
  mul,
  type Node,
  neg,
  square,
  sub,
  sum,
  TapeMachine,
  transpose,
  triangularSolve,
  unsqueeze,
} from 'tapegrad';

const COUNT = 30;
/** Two turns of a sine in 0 … 6, with a little that looks like noise. */
const xs = Array.from({ length: COUNT }, (_, i) => (6 * i) / (COUNT - 1));
const ys = xs.map((x, i) => Math.sin(2 * x) + 0.1 * Math.sin(91 * i * i));

export interface Hyperparameters {
  readonly lengthScale: number;
  readonly noise: number;
  /** Minus the logarithm of the marginal likelihood. */
  readonly loss: number;
}

/** e^(−(a − b)² / 2l²) for each pair of points. */
function kernel(a: Node, b: Node, lengthScale: Node): Node {
  const distance = sub(unsqueeze(a, { axis: 1 }), unsqueeze(b, { axis: 0 }));
  return exp(mul(-0.5, square(mul(distance, exp(neg(log(lengthScale)))))));
}

/**
 * Fits the length scale and the noise of a Gaussian process to points, by gradient descent on the marginal likelihood, which is
 * differentiated through the Cholesky factor: ½·yᵀK⁻¹y + Σ log Lᵢᵢ + ½·n·log 2π with K = LLᵀ (Rasmussen & Williams, "Gaussian processes for
 * machine learning", 2006, algorithm 2.1). Then says what lies between the points.
 */
export async function main(): Promise<{ before: Hyperparameters; after: Hyperparameters; predicted: number }> {
  const graph = new Graph({ dtype: 'float64' });
  const [x, y] = [graph.constant(xs), graph.constant(ys.map((value) => [value]))];
  const logLengthScale = graph.parameter('logLengthScale', 0);
  const logNoise = graph.parameter('logNoise', 0);
  const [lengthScale, noise] = [exp(logLengthScale), exp(logNoise)];

  const identity = graph.constant(xs.map((_, i) => xs.map((_, j) => (i === j ? 1 : 0))));
  const factor = cholesky(add(kernel(x, x, lengthScale), mul(square(noise), identity)));
  const half = triangularSolve(factor, y);
  const constant = (COUNT / 2) * Math.log(2 * Math.PI);
  const loss = add(add(mul(0.5, sum(square(half))), sum(log(diagonal(factor)))), constant);

  const between = graph.constant([2.5]);
  const weights = triangularSolve(factor, half, { transpose: true });
  const mean = matmul(transpose(kernel(x, between, lengthScale)), weights);

  const machine = new TapeMachine(graph);
  const step = await machine.compile({ loss }, { updates: adam(loss, [logLengthScale, logNoise], { learningRate: 0.05 }) });
  const look = await machine.compile({ lengthScale, noise, loss, mean });
  const report = async (when: string): Promise<Hyperparameters> => {
    const result = await look.run();
    const [lengthScale, noise, loss] = [result.lengthScale, result.noise, result.loss].map((value) => Number(value.item()));
    console.log(`${when}: length scale ${lengthScale!.toFixed(3)}, noise ${noise!.toFixed(3)}, loss ${loss!.toFixed(3)}`);
    return { lengthScale: lengthScale!, noise: noise!, loss: loss! };
  };
  const before = await report('before');
  for (let i = 0; i < 200; i++) await step.run();
  const after = await report('after');
  const predicted = Number((await look.run()).mean.item());
  console.log(`at 2.5 it expects ${predicted.toFixed(3)}, where the sine is ${Math.sin(5).toFixed(3)}`);
  return { before, after, predicted };
}
