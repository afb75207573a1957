import { type Group, sample } from '../sample.js';

const rows = [
  [1, 2, 3],
  [1, 2, 9],
];
const image = [
  [
    [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
      [9, 10, 11, 12],
      [13, 14, 15, 16],
    ],
  ],
];
const edge = [
  [
    [
      [1, 0],
      [0, -1],
    ],
  ],
];
const line = [[[1, 2, 3, 4]]];
const cube = [
  [
    [
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ],
  ],
];
const cell = { x: [[1, 0]], h: [[0.5]] };

export const networks: Group = {
  title: 'Layers of networks',
  about: 'Convolutions and pooling take inputs `[batch, channels, …spatial]`.',
  ops: {
    softmax: sample('softmax(x)', { x: rows }),
    logSoftmax: sample('logSoftmax(x)', { x: rows }),
    layerNorm: sample('layerNorm(x, gamma, beta)', { x: rows, gamma: [1, 1, 1], beta: [0, 0, 0] }),
    rmsNorm: sample('rmsNorm(x, gamma)', { x: rows, gamma: [1, 1, 1] }),
    groupNorm: sample('groupNorm(x, gamma, beta, { groups: 1 })', {
      x: [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      gamma: [1, 1],
      beta: [0, 0],
    }),
    batchNorm: sample('batchNorm(x, gamma, beta)', { x: rows, gamma: [1, 1, 1], beta: [0, 0, 0] }),
    batchNormEval: sample('batchNormEval(x, gamma, beta, mean, variance)', {
      x: [
        [1, 2],
        [3, 4],
      ],
      gamma: [1, 1],
      beta: [0, 0],
      mean: [2, 3],
      variance: [1, 4],
    }),
    attention: sample('attention(q, k, v)', {
      q: [
        [1, 0],
        [0, 1],
      ],
      k: [
        [1, 0],
        [0, 1],
      ],
      v: [
        [1, 2],
        [3, 4],
      ],
    }),
    rnnTanhCell: sample('rnnTanhCell(x, h, wi, wh, bi, bh)', { ...cell, wi: [[0.5, 0.5]], wh: [[1]], bi: [0], bh: [0] }),
    gruCell: sample('gruCell(x, h, wi, wh, bi, bh)', {
      ...cell,
      wi: [
        [0.5, 0.5],
        [0.1, 0.2],
        [1, -1],
      ],
      wh: [[1], [0.5], [0.3]],
      bi: [0, 0, 0],
      bh: [0, 0, 0],
    }),
    lstmCell: sample('lstmCell(x, h, c, wi, wh, bi, bh)', {
      ...cell,
      c: [[0.2]],
      wi: [
        [0.5, 0.5],
        [0.1, 0.2],
        [1, -1],
        [0, 1],
      ],
      wh: [[1], [0.5], [0.3], [0.1]],
      bi: [0, 0, 0, 0],
      bh: [0, 0, 0, 0],
    }),
    conv1d: sample('conv1d(x, w)', { x: line, w: [[[1, -1]]] }),
    conv2d: sample('conv2d(x, w, { stride: 2 })', { x: image, w: edge }),
    conv3d: sample('conv3d(x, w)', { x: cube, w: cube }),
    convTranspose1d: sample('convTranspose1d(x, w, { stride: 2 })', { x: [[[1, 2]]], w: [[[1, 1]]] }),
    convTranspose2d: sample('convTranspose2d(x, w)', { x: edge, w: edge }),
    convTranspose3d: sample('convTranspose3d(x, w)', { x: [[[[[1, 2]]]]], w: [[[[[1, 1]]]]] }),
    convolve: sample('convolve(x, w, { relations: [{ stride: 1, dilation: 1, spacing: 1, offset: 0 }], sizes: [3] })', {
      x: [[line[0]!]],
      w: [[[[1, -1]]]],
    }),
    maxPool1d: sample('maxPool1d(x, { kernel: 2 })', { x: line }),
    maxPool2d: sample('maxPool2d(x, { kernel: 2 })', { x: image }),
    maxPool3d: sample('maxPool3d(x, { kernel: 2 })', { x: cube }),
    avgPool1d: sample('avgPool1d(x, { kernel: 2 })', { x: line }),
    avgPool2d: sample('avgPool2d(x, { kernel: 2 })', { x: image }),
    avgPool3d: sample('avgPool3d(x, { kernel: 2 })', { x: cube }),
    upsampleNearest2d: sample('upsampleNearest2d(x, { scale: 2 })', { x: edge }),
    upsampleBilinear2d: sample('upsampleBilinear2d(x, { scale: 2 })', { x: edge }),
  },
};
