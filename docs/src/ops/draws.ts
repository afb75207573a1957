import { type Group, sample } from '../sample.js';

export const draws: Group = {
  title: 'Random draws',
  about:
    "New in every run, and a pure function of the machine's seed, the step, and the draw's place in the graph: equal on every backend. The results here are those of seed 0.",
  ops: {
    randomUniform: sample('graph.randomUniform([4])'),
    randomNormal: sample('graph.randomNormal([4])'),
    randomBernoulli: sample('graph.randomBernoulli([6], 0.5)'),
    randomCategorical: sample('randomCategorical(logits)', {
      logits: [
        [0, 0, 5],
        [5, 0, 0],
      ],
    }),
    randomPermutation: sample('graph.randomPermutation(5)'),
    randomBits: sample('graph.randomBits([2])'),
    dropout: sample('dropout(x, 0.5)', { x: [1, 1, 1, 1, 1, 1] }),
  },
};
