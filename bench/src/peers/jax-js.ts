import {
  blockUntilReady,
  defaultDevice,
  grad,
  init,
  type Array as JaxArray,
  jit,
  jvp,
  lax,
  nn,
  numpy as np,
  tree,
  valueAndGrad,
} from '@jax-js/jax';
import { startNode } from '../start-process.js';
import type { Prepared, System } from '../system.js';
import { buildChains, type Chains } from '../work/chains.js';
import type { ConvolutionalNetwork } from '../work/convolutional.js';
import type { DenseNetwork } from '../work/dense.js';
import type { Elementwise } from '../work/elementwise.js';
import type { Product } from '../work/matmul.js';
import { DIRECTION, expression, POINT, type ScalarOps } from '../work/scalar.js';

/**
 * jax-js on its WebAssembly backend, every case under `jit`. Its arrays are owned by hand: a call consumes its operands, `ref` keeps one alive.
 * `init()` without a name looks for a GPU and fails on Node 20.
 */
export async function jaxJs(): Promise<System> {
  await init('wasm');
  defaultDevice('wasm');
  return {
    name: 'jax-js',
    threads: 1,
    matmul,
    train,
    compileTraining: (network) => anew(() => train(network)),
    trainConvolutional,
    scalar,
    scalarHvp,
    elementwise,
    compileChains: (work) => (isDeep(work) ? OVERFLOW : anew(() => runChains(work))),
    runChains: (work) => (isDeep(work) ? OVERFLOW : runChains(work)),
    importing: () => startNode('@jax-js/jax'),
  };
}

const OVERFLOW = 'its compiler overflows the stack on a chain of hundreds of operations';
const isDeep = ({ nodes, chains }: Chains): boolean => nodes / chains >= 500;

function array(values: Float32Array | Int32Array, shape: readonly number[]): JaxArray {
  return np.array(values.slice(), { shape: [...shape] });
}

/** A function of arrays that stay, run to the end each time; its result is read, or let go of. */
function repeated(compute: (...operands: JaxArray[]) => JaxArray, operands: readonly JaxArray[]): Prepared {
  const compiled = jit(compute);
  const call = () => compiled(...operands.map((operand) => operand.ref)) as JaxArray;
  return {
    async run() {
      const result = call();
      await blockUntilReady(result);
      result.dispose();
    },
    read: () => call().dataSync(),
    dispose() {
      compiled.dispose();
      for (const operand of operands) operand.dispose();
    },
  };
}

function matmul({ size, a, b }: Product): Prepared {
  return repeated((a, b) => np.matmul(a, b), [array(a, [size, size]), array(b, [size, size])]);
}

function elementwise({ x, derivative }: Elementwise): Prepared {
  const forward = (x: JaxArray): JaxArray => {
    const bell = np.exp(np.negative(np.square(x.ref)));
    return np.tanh(x.mul(1.3).add(0.2)).mul(bell).add(0.5);
  };
  return repeated(derivative ? grad((x: JaxArray) => np.sum(forward(x))) : forward, [array(x, [x.length])]);
}

/** Operands of the shared expression are used more than once, so every operation keeps them alive. */
const SCALAR_OPS: ScalarOps<JaxArray> = {
  sin: (a) => np.sin(a.ref),
  cos: (a) => np.cos(a.ref),
  tanh: (a) => np.tanh(a.ref),
  exp: (a) => np.exp(a.ref),
  add: (a, b) => np.add(a.ref, b.ref),
  sub: (a, b) => np.subtract(a.ref, b.ref),
  mul: (a, b) => np.multiply(a.ref, b.ref),
};

const scalarFunction = (x: JaxArray, y: JaxArray): JaxArray => expression(x, y, SCALAR_OPS);

/** Reads its results every time: they are what a scalar is for. */
function scalars(compute: (...operands: JaxArray[]) => JaxArray[], feeds: readonly number[]): Prepared {
  const compiled = jit(compute);
  const read = () => (compiled(...feeds) as JaxArray[]).map((result) => result.item());
  return { run: read, read, dispose: () => compiled.dispose() };
}

function scalar(): Prepared {
  const derive = valueAndGrad(scalarFunction, { argnums: [0, 1] });
  return scalars(
    (x, y) => {
      const [value, gradients] = derive(x!, y!);
      return [value, ...gradients];
    },
    [POINT.x, POINT.y],
  );
}

function scalarHvp(): Prepared {
  const gradients = grad(scalarFunction, { argnums: [0, 1] });
  return scalars((x, y, vx, vy) => jvp(gradients, [x!, y!], [vx!, vy!])[1], [POINT.x, POINT.y, DIRECTION.x, DIRECTION.y]);
}

function chainsFunction(work: Chains) {
  return jit((x: JaxArray) =>
    buildChains<JaxArray>(work, x, {
      add: (a, b) => np.add(a, b.ref),
      scale: (a, factor) => np.multiply(a.ref, factor),
      tanh: (a) => np.tanh(a),
    }),
  );
}

/** Every run starts from nothing: tracing, compiling, the first results. */
function anew(make: () => Prepared): Prepared {
  const run = () => {
    const prepared = make();
    const results = prepared.read();
    prepared.dispose?.();
    return results;
  };
  return { run, read: run };
}

function runChains(work: Chains): Prepared {
  const compiled = chainsFunction(work);
  const read = () =>
    Float32Array.from((compiled(array(work.x, [work.x.length])) as JaxArray[]).flatMap((end) => [...end.dataSync()]));
  return { run: read, read, dispose: () => compiled.dispose() };
}

type Parameters = { readonly [name: string]: JaxArray };
type Loss = (parameters: Parameters, x: JaxArray, targets: JaxArray) => JaxArray;

function crossEntropy(logits: JaxArray, targets: JaxArray): JaxArray {
  return np.mean(np.sum(nn.logSoftmax(logits).mul(targets), 1)).neg();
}

/** A compiled step of gradient descent, with the loss read every time, as a training loop does. */
function descent(loss: Loss, first: Parameters, x: JaxArray, targets: JaxArray, learningRate: number): Prepared {
  const derive = valueAndGrad(loss);
  const step = jit((parameters: Parameters, x: JaxArray, targets: JaxArray) => {
    const [value, gradients] = derive(tree.ref(parameters), x, targets);
    const next = tree.map((p: JaxArray, g: JaxArray) => p.sub(g.mul(learningRate)), parameters, gradients as Parameters);
    return [value, next] as [JaxArray, Parameters];
  });
  let parameters = first;
  const run = (): number => {
    const [value, next] = step(parameters, x.ref, targets.ref) as [JaxArray, Parameters];
    parameters = next;
    return value.item();
  };
  return preparedStep(run, () => {
    step.dispose();
    tree.dispose([parameters, x, targets]);
  });
}

function preparedStep(run: () => number, dispose: () => void): Prepared {
  return { run, read: () => [run()], dispose };
}

type Moments = { readonly m: Parameters; readonly v: Parameters };

/** A compiled step of Adam, as {@link descent}. The corrections come from outside: inside they would be computed for every element. */
function adam(loss: Loss, first: Parameters, x: JaxArray, targets: JaxArray, learningRate: number): Prepared {
  const derive = valueAndGrad(loss);
  const step = jit(
    (parameters: Parameters, { m, v }: Moments, rise: JaxArray, spread: JaxArray, x: JaxArray, targets: JaxArray) => {
      const [value, gradients] = derive(tree.ref(parameters), x, targets) as [JaxArray, Parameters];
      const means = tree.map((m: JaxArray, g: JaxArray) => m.mul(0.9).add(g.mul(0.1)), m, tree.ref(gradients));
      const squares = tree.map((v: JaxArray, g: JaxArray) => v.mul(0.999).add(np.square(g).mul(0.001)), v, gradients);
      const next = tree.map(
        (p: JaxArray, m: JaxArray, v: JaxArray) => p.sub(m.mul(rise.ref).div(np.sqrt(v.mul(spread.ref)).add(1e-8))),
        parameters,
        tree.ref(means),
        tree.ref(squares),
      );
      tree.dispose([rise, spread]);
      return [value, next, { m: means, v: squares }] as never;
    },
  );
  let parameters = first;
  const zeros = () => tree.map((p: JaxArray) => np.zerosLike(p.ref), parameters) as Parameters;
  let moments: Moments = { m: zeros(), v: zeros() };
  let steps = 0;
  const run = (): number => {
    steps++;
    const rise = learningRate / (1 - 0.9 ** steps);
    const spread = 1 / (1 - 0.999 ** steps);
    const [value, next, moved] = step(parameters, moments, rise, spread, x.ref, targets.ref) as [JaxArray, Parameters, Moments];
    [parameters, moments] = [next, moved];
    return value.item();
  };
  return preparedStep(run, () => {
    step.dispose();
    tree.dispose([parameters, moments, x, targets]);
  });
}

function train({ layers, activation, x, labels, optimiser }: DenseNetwork): Prepared {
  const parameters = Object.fromEntries(
    layers.flatMap(({ inputs, outputs, weights, biases }, i) => [
      [`w${i}`, array(weights, [inputs, outputs])],
      [`b${i}`, array(biases, [outputs])],
    ]),
  );
  const activate = activation === 'relu' ? nn.relu : np.tanh;
  const loss: Loss = (parameters, x, targets) => {
    let hidden = x;
    for (const i of layers.keys()) {
      const z = np.matmul(hidden, parameters[`w${i}`]!).add(parameters[`b${i}`]!);
      hidden = i < layers.length - 1 ? activate(z) : z;
    }
    return crossEntropy(hidden, targets);
  };
  const images = array(x, [labels.length, layers[0]!.inputs]);
  const targets = nn.oneHot(array(labels, [labels.length]), layers.at(-1)!.outputs);
  const make = optimiser.kind === 'sgd' ? descent : adam;
  return make(loss, parameters, images, targets, optimiser.learningRate);
}

function trainConvolutional(network: ConvolutionalNetwork): Prepared {
  const { stages, classes, weights, biases, x, labels, learningRate } = network;
  const { channels, size } = stages[0]!;
  const features = weights.length / classes;
  const parameters = Object.fromEntries([
    ['w', array(weights, [features, classes])],
    ['b', array(biases, [classes])],
    ...stages.flatMap(({ channels, outputs, kernel, weights, biases }, i) => [
      [`kernel${i}`, array(weights, [outputs, channels, kernel, kernel])],
      [`bias${i}`, array(biases, [outputs, 1, 1])],
    ]),
  ]) as Parameters;
  const loss: Loss = (parameters, x, targets) => {
    let image = x;
    for (const [i, { outputs, size }] of stages.entries()) {
      const convolved = lax.convGeneralDilated(image, parameters[`kernel${i}`]!, [1, 1], 'SAME').add(parameters[`bias${i}`]!);
      image = np.max(nn.relu(convolved).reshape([labels.length, outputs, size / 2, 2, size / 2, 2]), [3, 5]);
    }
    const logits = np.matmul(image.reshape([labels.length, features]), parameters.w!).add(parameters.b!);
    return crossEntropy(logits, targets);
  };
  const images = array(x, [labels.length, channels, size, size]);
  const targets = nn.oneHot(array(labels, [labels.length]), classes);
  return descent(loss, parameters, images, targets, learningRate);
}
