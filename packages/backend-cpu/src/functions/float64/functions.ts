import type { Functions } from '../tools.js';
import { cosh, exp, exp2, expm1, sinh, tanh } from './exponentials.js';
import { acosh, asinh, atanh, log, log1p, log2, log10 } from './logarithms.js';

export const float64: Functions = {
  exp,
  expm1,
  exp2,
  log,
  log1p,
  log2,
  log10,
  sinh,
  cosh,
  tanh,
  asinh,
  acosh,
  atanh,
};
