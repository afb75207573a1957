import { type Group, sample } from '../sample.js';

const x = [
  [1, 5, 3],
  [4, 2, 6],
];
const rows = { x };

export const reductions: Group = {
  title: 'Reductions and running sums',
  about: 'Over one axis, some, or all. `keepDims` keeps the reduced axes with size 1.',
  tables: true,
  ops: {
    sum: sample('sum(x, { axis: 0 })', rows),
    mean: sample('mean(x, { axis: 1 })', rows),
    prod: sample('prod(x, { axis: 1 })', rows),
    max: sample('max(x, { axis: 0 })', rows),
    min: sample('min(x, { axis: 0 })', rows),
    argmax: sample('argmax(x, { axis: 1 })', rows),
    argmin: sample('argmin(x, { axis: 1 })', rows),
    variance: sample('variance(x, { axis: 1 })', rows),
    std: sample('std(x, { axis: 1 })', rows),
    norm: sample('norm(x, { axis: 1 })', rows),
    logSumExp: sample('logSumExp(x, { axis: 1 })', rows),
    cumsum: sample('cumsum(x, { axis: 1 })', rows),
    cumprod: sample('cumprod(x, { axis: 1 })', rows),
    recurrence: sample('recurrence(a, b)', { a: [0.5, 0.5, 0.5, 0.5], b: [8, 0, 4, 0] }),
  },
};
