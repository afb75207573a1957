import * as tf from '@tensorflow/tfjs-core';
import './tfjs-gradients.js';
import { startNode } from '../start-process.js';
import type { Attempt, System } from '../system.js';
import { buildChains, type Chains } from '../work/chains.js';
import type { ConvolutionalNetwork } from '../work/convolutional.js';
import type { DenseNetwork } from '../work/dense.js';
import type { Elementwise } from '../work/elementwise.js';
import type { Product } from '../work/matmul.js';
import { expression, POINT, type ScalarOps } from '../work/scalar.js';
import { atOnce, type Here, type Work } from './tfjs-work.js';

const SCALAR_OPS: ScalarOps<tf.Tensor> = {
  sin: tf.sin,
  cos: tf.cos,
  tanh: tf.tanh,
  exp: tf.exp,
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
};

/** TensorFlow.js on one of its backends. It runs op by op; each run is in a `tidy`, which frees what it makes. */
export function tfjs(name: string, backend: string, prepare: (work: Work, here: Here) => Attempt = atOnce): System {
  tf.enableProdMode();
  // Two of its backends may take turns in one process; one that is ready takes over before the promise is there.
  const here: Here = (go) => {
    if (tf.getBackend() !== backend) void tf.setBackend(backend);
    return go();
  };
  const on =
    <Task>(write: (task: Task) => Work) =>
    (task: Task): Attempt =>
      prepare(
        here(() => write(task)),
        here,
      );
  return {
    name,
    threads: 1,
    matmul: on(matmul),
    train: on(train),
    compileTraining: () => 'runs op by op: there is nothing to compile',
    trainConvolutional: on(trainConvolutional),
    scalar: () => on(scalar)(undefined),
    scalarHvp: () => 'its second derivatives are wrong: they miss what goes through the kept outputs of tanh and exp',
    elementwise: on(elementwise),
    compileChains: () => 'runs op by op: there is nothing to compile',
    runChains: on(runChains),
    importing: () => startNode('@tensorflow/tfjs-core', `@tensorflow/tfjs-backend-${backend}`),
  };
}

function matmul({ size, a, b }: Product): Work {
  const left = tf.tensor2d(a, [size, size]);
  const right = tf.tensor2d(b, [size, size]);
  return { compute: () => [tf.matMul(left, right)], stays: true, held: [left, right] };
}

function elementwise({ x: values, derivative }: Elementwise): Work {
  const x = tf.tensor1d(values);
  const forward = (x: tf.Tensor): tf.Tensor => {
    const bell = tf.exp(tf.neg(tf.square(x)));
    return tf.add(tf.mul(tf.tanh(tf.add(tf.mul(x, 1.3), 0.2)), bell), 0.5);
  };
  const compute = derivative ? tf.grad((x) => tf.sum(forward(x))) : forward;
  return { compute: () => [compute(x)], stays: true, held: [x] };
}

function scalar(): Work {
  const derive = tf.valueAndGrads((x: tf.Tensor, y: tf.Tensor) => expression(x, y, SCALAR_OPS));
  const compute = () => {
    const { value, grads } = derive([tf.scalar(POINT.x), tf.scalar(POINT.y)]);
    return [value, ...grads];
  };
  return { compute, stays: false, held: [] };
}

function runChains(work: Chains): Work {
  const compute = () => buildChains<tf.Tensor>(work, tf.tensor1d(work.x), { add: tf.add, scale: tf.mul, tanh: tf.tanh });
  return { compute, stays: false, held: [] };
}

/** An optimiser's step, with the loss read every time, as a training loop does. */
function trainingStep(optimiser: tf.Optimizer, loss: () => tf.Scalar, held: tf.Tensor[]): Work {
  return { compute: () => [optimiser.minimize(loss, true) as tf.Scalar], stays: false, held };
}

function train({ layers, activation, x, labels, optimiser }: DenseNetwork): Work {
  const classes = layers.at(-1)!.outputs;
  const images = tf.tensor2d(x, [labels.length, layers[0]!.inputs]);
  const targets = tf.oneHot(tf.tensor1d(labels, 'int32'), classes);
  const parameters = layers.map(({ inputs, outputs, weights, biases }) => ({
    w: tf.variable(tf.tensor2d(weights.slice(), [inputs, outputs])),
    b: tf.variable(tf.tensor1d(biases.slice())),
  }));
  const activate = activation === 'relu' ? tf.relu : tf.tanh;
  const loss = () => {
    let hidden: tf.Tensor = images;
    for (const [i, { w, b }] of parameters.entries()) {
      const z = tf.add(tf.matMul(hidden as tf.Tensor2D, w), b);
      hidden = i < layers.length - 1 ? activate(z) : z;
    }
    return tf.losses.softmaxCrossEntropy(targets, hidden) as tf.Scalar;
  };
  const { kind, learningRate } = optimiser;
  const method = kind === 'sgd' ? tf.train.sgd(learningRate) : tf.train.adam(learningRate);
  return trainingStep(method, loss, [images, targets, ...parameters.flatMap(({ w, b }) => [w, b])]);
}

/** Its layout is channels last: kernels and features are brought into that order beforehand. */
function trainConvolutional(network: ConvolutionalNetwork): Work {
  const { stages, classes, weights, biases, x, labels, learningRate } = network;
  const { channels, size } = stages[0]!;
  const last = stages.at(-1)!;
  const half = last.size / 2;
  const images = tf.transpose(tf.tensor4d(x, [labels.length, channels, size, size]), [0, 2, 3, 1]) as tf.Tensor4D;
  const targets = tf.oneHot(tf.tensor1d(labels, 'int32'), classes);
  const convolutions = stages.map(({ channels, outputs, kernel, weights, biases }) => ({
    w: tf.variable(tf.transpose(tf.tensor4d(weights, [outputs, channels, kernel, kernel]), [2, 3, 1, 0]) as tf.Tensor4D),
    b: tf.variable(tf.tensor1d(biases.slice())),
  }));
  const byPlace = tf.transpose(tf.tensor4d(weights, [last.outputs, half, half, classes]), [1, 2, 0, 3]);
  const w = tf.variable(tf.reshape(byPlace, [weights.length / classes, classes]) as tf.Tensor2D);
  const b = tf.variable(tf.tensor1d(biases.slice()));
  const loss = () => {
    let image = images;
    for (const { w, b } of convolutions)
      image = tf.maxPool(tf.relu(tf.add(tf.conv2d(image, w, 1, 'same'), b)) as tf.Tensor4D, 2, 2, 'valid');
    const features = tf.reshape(image, [labels.length, weights.length / classes]) as tf.Tensor2D;
    return tf.losses.softmaxCrossEntropy(targets, tf.add(tf.matMul(features, w), b)) as tf.Scalar;
  };
  return trainingStep(tf.train.sgd(learningRate), loss, [images, targets, w, b, ...convolutions.flatMap(({ w, b }) => [w, b])]);
}
