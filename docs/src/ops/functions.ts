import { curve, type Group, sample } from '../sample.js';

const all = [-2, -0.5, 0, 1];
const positive = [0.25, 1, 4];
const unit = [-1, -0.5, 0, 0.5];
const wide = { from: -4, to: 4 };

export const functions: Group = {
  title: 'Exponentials, logarithms, trigonometry',
  about: 'Element by element, of floats.',
  ops: {
    exp: curve('exp(x)', all, { from: -3, to: 2 }),
    exp2: curve('exp2(x)', all, { from: -3, to: 3 }),
    expm1: curve('expm1(x)', [-1, 0, 1e-6, 1], { from: -3, to: 2 }),
    log: curve('log(x)', positive, { from: 0, to: 5, between: [-3, 5] }),
    log1p: curve('log1p(x)', [-0.5, 0, 1e-6, 1], { from: -1, to: 4, between: [-3, 5] }),
    log2: curve('log2(x)', positive, { from: 0, to: 5, between: [-3, 5] }),
    log10: curve('log10(x)', [0.1, 1, 1000], { from: 0, to: 5, between: [-1.5, 2.5] }),
    logAddExp: sample('logAddExp(x, y)', { x: [0, 1000], y: [0, 1000] }),
    sqrt: curve('sqrt(x)', positive, { from: 0, to: 4, between: [0, 3] }),
    rsqrt: curve('rsqrt(x)', positive, { from: 0, to: 4, between: [-4, 4] }),
    sin: curve('sin(x)', all, { from: -2 * Math.PI, to: 2 * Math.PI }),
    cos: curve('cos(x)', all, { from: -2 * Math.PI, to: 2 * Math.PI }),
    tan: curve('tan(x)', all, { from: -4.5, to: 4.5, between: [-6, 6] }),
    asin: curve('asin(x)', unit, { from: -1, to: 1, between: [-2, 4] }),
    acos: curve('acos(x)', unit, { from: -1, to: 1, between: [-4, 4] }),
    atan: curve('atan(x)', all, { from: -5, to: 5 }),
    atan2: sample('atan2(y, x)', { y: [1, 1, -1], x: [1, -1, -1] }),
    sinh: curve('sinh(x)', all, { from: -2.5, to: 2.5 }),
    cosh: curve('cosh(x)', all, { from: -2.5, to: 2.5 }),
    tanh: curve('tanh(x)', all, wide),
    asinh: curve('asinh(x)', all, wide),
    acosh: curve('acosh(x)', [1, 2, 10], { from: 1, to: 5, between: [0, 4] }),
    atanh: curve('atanh(x)', unit, { from: -1, to: 1, between: [-3, 5] }),
    erf: curve('erf(x)', all, { from: -3, to: 3 }),
    erfc: curve('erfc(x)', all, { from: -3, to: 3 }),
  },
};
