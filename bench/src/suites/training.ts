import type { Case } from '../case.js';
import { convolutionalLosses } from '../reference/convolutional.js';
import { denseLosses } from '../reference/dense.js';
import { blockedMatmul, straightLine } from '../reference/loops.js';
import { convolutionalFlops, convolutionalNetwork } from '../work/convolutional.js';
import { type DenseNetwork, deepNetwork, denseFlops, irises, overfitted, perceptron } from '../work/dense.js';
import { expectClose } from '../work/numbers.js';

const STEPS = 3;

/** Holds the losses before the first three steps to those of plain loops in float64, which are computed once. */
export function checkLosses(name: string, compute: () => number[]): Case['check'] {
  let wanted: number[] | undefined;
  return async (read) => {
    wanted ??= compute();
    for (const [i, want] of wanted.entries()) expectClose(`${name}, loss ${i}`, (await read())[0]!, want, { relative: 1e-4 });
  };
}

function training(suite: string, name: string, network: DenseNetwork, reference = blockedMatmul(256)): Case {
  return {
    suite,
    name,
    flops: denseFlops(network),
    reference,
    prepare: (system) => system.train(network),
    check: checkLosses(name, () => denseLosses(network, STEPS)),
  };
}

/** One training step of 784-256-128-10, batch 128, by either optimiser. */
export function mlpSuite(): Case[] {
  return [
    training('mlp', 'mlp-sgd', perceptron({ kind: 'sgd', learningRate: 0.1 })),
    training('mlp', 'mlp-adam', perceptron({ kind: 'adam', learningRate: 0.001 })),
  ];
}

/** The step of mlp-sgd, and the same once gradients have become subnormal numbers, as they do where a net has learnt its data by heart. */
export function subnormalSuite(): Case[] {
  const fresh = perceptron({ kind: 'sgd', learningRate: 0.1 });
  return [training('subnormal', 'mlp-fresh', fresh), training('subnormal', 'mlp-overfitted', overfitted(fresh))];
}

/** One training step of a net so small that calls and bookkeeping are what it costs. */
export function tinySuite(): Case[] {
  return [training('tiny', 'tiny-sgd', irises(), straightLine)];
}

/** One training step of 60 small layers, and compiling it. */
export function deepSuite(): Case[] {
  const network = deepNetwork();
  const compiling: Case = {
    suite: 'deep',
    name: 'deep-compile',
    flops: 0,
    reference: blockedMatmul(256),
    prepare: (system) => system.compileTraining(network),
    check: checkLosses('deep-compile', () => denseLosses(network, 1)),
  };
  return [training('deep', 'deep-sgd', network), compiling];
}

/** One training step of a small convolutional network, batch 32. */
export function cnnSuite(): Case[] {
  const network = convolutionalNetwork();
  return [
    {
      suite: 'cnn',
      name: 'cnn-sgd',
      flops: convolutionalFlops(network),
      reference: blockedMatmul(256),
      prepare: (system) => system.trainConvolutional(network),
      check: checkLosses('cnn-sgd', () => convolutionalLosses(network, STEPS)),
    },
  ];
}
