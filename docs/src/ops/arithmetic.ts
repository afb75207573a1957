import { curve, type Group, sample } from '../sample.js';

const x = [-2, -0.5, 0, 1.5];
const wide = { from: -3, to: 3 };

export const arithmetic: Group = {
  title: 'Arithmetic',
  about: 'Element by element. Shapes broadcast and dtypes promote as in NumPy, except that nothing narrows silently.',
  ops: {
    add: sample('add(x, y)', { x: [[1], [2]], y: [10, 20, 30] }),
    sub: sample('sub(x, y)', { x: [[1], [2]], y: [10, 20, 30] }),
    mul: sample('mul(x, y)', { x: [[1], [2]], y: [10, 20, 30] }),
    div: sample('div(x, y)', { x: [1, 2, 3], y: [2, 4, 0] }),
    fmod: sample('fmod(x, y)', { x: [7, -7, 7], y: [3, 3, -3] }),
    neg: curve('neg(x)', x, wide),
    abs: curve('abs(x)', x, wide),
    sign: curve('sign(x)', x, wide),
    square: curve('square(x)', x, wide),
    reciprocal: curve('reciprocal(x)', x, { ...wide, between: [-5, 5] }),
    pow: sample('pow(x, p)', { x: [0.5, 2, 0], p: [2, -1, 0] }, { from: 0, to: 3, call: 'pow(x, 1.5)' }),
    hypot: sample('hypot(x, y)', { x: [3, 5, 0], y: [4, 12, 0] }),
    maximum: sample('maximum(x, y)', { x: [1, 2, 3], y: [3, 2, 1] }),
    minimum: sample('minimum(x, y)', { x: [1, 2, 3], y: [3, 2, 1] }),
    clamp: curve('clamp(x, { min: -1, max: 1 })', x, wide),
    floor: curve('floor(x)', [-1.5, -0.5, 0.5, 1.5], wide),
    ceil: curve('ceil(x)', [-1.5, -0.5, 0.5, 1.5], wide),
    round: curve('round(x)', [-1.5, -0.5, 0.5, 1.5], wide),
    trunc: curve('trunc(x)', [-1.5, -0.5, 0.5, 1.5], wide),
  },
};
