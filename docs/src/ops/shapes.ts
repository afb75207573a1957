import { type Group, sample } from '../sample.js';

const x = [
  [1, 2, 3],
  [4, 5, 6],
];
const square = [
  [1, 2, 3],
  [4, 5, 6],
  [7, 8, 9],
];

export const shapes: Group = {
  title: 'Shapes',
  about:
    'What moves elements and computes none. Most of these cost nothing: they become index arithmetic in the kernel that reads them.',
  tables: true,
  ops: {
    reshape: sample('reshape(x, [3, -1])', { x }),
    transpose: sample('transpose(x)', { x }),
    broadcastTo: sample('broadcastTo(x, [3, 3])', { x: [1, 2, 3] }),
    squeeze: sample('squeeze(x)', { x: [[1, 2, 3]] }),
    unsqueeze: sample('unsqueeze(x, { axis: 0 })', { x: [1, 2, 3] }),
    slice: sample('slice(x, [[0, 2], [null, null, 2]])', { x: square }),
    embed: sample('embed(x, { start: [1], step: [2], shape: [7] })', { x: [1, 2, 3] }),
    flip: sample('flip(x, { axis: 1 })', { x }),
    roll: sample('roll(x, 1, { axis: 1 })', { x }),
    pad: sample("pad(x, [[2, 2]], { mode: 'reflect' })", { x: [1, 2, 3, 4] }),
    concat: sample('concat([x, y], { axis: 0 })', {
      x: [[1, 2]],
      y: [
        [3, 4],
        [5, 6],
      ],
    }),
    stack: sample('stack([x, y])', { x: [1, 2], y: [3, 4] }),
    split: sample('split(x, [1, 2], { axis: 1 })', { x }),
    tile: sample('tile(x, [1, 2])', { x }),
    repeat: sample('repeat(x, 2, { axis: 1 })', { x }),
    diagonal: sample('diagonal(x)', { x: square }),
    trace: sample('trace(x)', { x: square }),
    tril: sample('tril(x)', { x: square }),
    triu: sample('triu(x)', { x: square }),
    windows: sample('windows(x, { kernel: [3] })', { x: [1, 2, 3, 4, 5] }),
    cast: sample("cast(x, 'int32')", { x: [-1.5, 0.5, 2.7] }),
    zerosLike: sample('zerosLike(x)', { x }),
    onesLike: sample('onesLike(x)', { x }),
    iota: sample('graph.iota([2, 3])'),
    stopGradient: sample('stopGradient(x)', { x: [1, 2, 3] }),
  },
};
