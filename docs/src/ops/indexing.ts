import { type Group, sample, whole } from '../sample.js';

const x = [
  [1, 2, 3],
  [4, 5, 6],
];
const unsorted = [3, 1, 2];

export const indexing: Group = {
  title: 'Indexing and sorting',
  about: 'Elements by positions that are values themselves. Positions carry no derivative; what is read or moved does.',
  tables: true,
  ops: {
    take: sample('take(x, index, { axis: 1 })', { x, index: whole([2, 0]) }),
    gather: sample('gather(x, index, { axis: 1 })', { x, index: whole([[2], [0]]) }),
    scatterAdd: sample('scatterAdd(x, index, source)', { x: [0, 0, 0], index: whole([2, 0, 2]), source: [1, 2, 3] }),
    embedding: sample('embedding(table, tokens)', {
      table: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      tokens: whole([2, 0, 2]),
    }),
    oneHot: sample('oneHot(index, 3)', { index: whole([2, 0]) }),
    sort: sample('sort(x)', { x: unsorted }),
    argsort: sample('argsort(x)', { x: unsorted }),
    topK: sample('topK(x, 2)', { x: unsorted }),
  },
};
