import { type Group, sample } from '../sample.js';

const a = [
  [1, 2],
  [3, 4],
];
const b = [
  [5, 6],
  [7, 8],
];
const definite = [
  [4, 2],
  [2, 3],
];

const signal = [1, 2, 3, 4];

export const products: Group = {
  title: 'Products, linear algebra, transforms',
  about:
    'All products are one op, `contract`, under several names. Decompositions take batches of matrices, and have derivatives of every order.',
  ops: {
    matmul: sample('matmul(a, b)', { a, b }),
    dot: sample('dot(a, b)', { a: [1, 2, 3], b: [4, 5, 6] }),
    outer: sample('outer(a, b)', { a: [1, 2, 3], b: [4, 5] }),
    linear: sample('linear(x, w, b)', {
      x: [[1, 2]],
      w: [
        [1, 0],
        [0, 1],
        [1, 1],
      ],
      b: [0.5, 0, -0.5],
    }),
    einsum: sample("einsum('ij,kj->ik', a, b)", { a, b }),
    contract: sample('contract(a, b, { contracted: [[1, 0]] })', { a, b }),
    inv: sample('inv(a)', { a }),
    det: sample('det(a)', { a }),
    slogdet: sample('slogdet(a)', { a }),
    solve: sample('solve(a, b)', { a, b }),
    triangularSolve: sample('triangularSolve(a, b)', {
      a: [
        [2, 0],
        [1, 3],
      ],
      b: [[4], [8]],
    }),
    cholesky: sample('cholesky(a)', { a: definite }),
    eigvalsh: sample('eigvalsh(a)', { a: definite }),
    eigh: sample('eigh(a)', { a: definite }),
    qr: sample('qr(a)', { a }),
    svd: sample('svd(a)', { a }),
    fft: sample('fft({ real: x })', { x: signal }),
    ifft: sample('ifft({ real: x, imaginary: y })', { x: [10, -2, -2, -2], y: [0, 2, 0, -2] }),
    rfft: sample('rfft(x)', { x: signal }),
    irfft: sample('irfft({ real: x, imaginary: y })', { x: [10, -2, -2], y: [0, 2, 0] }),
  },
};
