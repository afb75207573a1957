import { type Group, sample, whole } from '../sample.js';

const logits = [
  [2, 1, 0],
  [0, 0, 3],
];
const logP = [
  [-0.1, -2.5, -4],
  [-3, -3, -0.1],
];
const paired = { x: [0, 1, 3], target: [0, 2, 0] };
const over = { from: -3, to: 3 };

export const losses: Group = {
  title: 'Losses',
  about:
    "The mean of the single losses, unless `reduction` is `'sum'` or `'none'`. Pictures show a single loss by its prediction.",
  ops: {
    mse: sample('mse(x, target)', paired, { ...over, call: "mse(x, zerosLike(x), { reduction: 'none' })" }),
    l1: sample('l1(x, target)', paired, { ...over, call: "l1(x, zerosLike(x), { reduction: 'none' })" }),
    huber: sample('huber(x, target)', paired, { ...over, call: "huber(x, zerosLike(x), { reduction: 'none' })" }),
    hinge: sample(
      'hinge(x, target)',
      { x: [0.5, -2, 3], target: [1, 1, -1] },
      {
        ...over,
        call: "hinge(x, onesLike(x), { reduction: 'none' })",
      },
    ),
    bce: sample(
      'bce(p, target)',
      { p: [0.9, 0.2, 0.5], target: [1, 0, 1] },
      {
        from: 0,
        to: 1,
        between: [-5, 5],
        call: "bce(x, onesLike(x), { reduction: 'none' })",
      },
    ),
    bceWithLogits: sample(
      'bceWithLogits(x, target)',
      { x: [2, -1, 0], target: [1, 0, 1] },
      {
        from: -4,
        to: 4,
        call: "bceWithLogits(x, onesLike(x), { reduction: 'none' })",
      },
    ),
    crossEntropy: sample('crossEntropy(logits, labels)', { logits, labels: whole([0, 1]) }),
    crossEntropySoft: sample('crossEntropySoft(logits, targets)', {
      logits,
      targets: [
        [0.8, 0.1, 0.1],
        [0, 0, 1],
      ],
    }),
    nllLoss: sample('nllLoss(logP, labels)', { logP, labels: whole([0, 1]) }),
    klDiv: sample('klDiv(logSoftmax(logits), targets)', {
      logits,
      targets: [
        [0.8, 0.1, 0.1],
        [0, 0, 1],
      ],
    }),
  },
};
