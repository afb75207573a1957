import { hypotBy } from '../lengths.js';
import type { Functions } from '../tools.js';
import { atan, atan2 } from './angles.js';
import { acos, asin } from './arcs.js';
import { erf, erfc } from './errors.js';
import { cosh, exp, exp2, expm1, sinh, tanh } from './exponentials.js';
import { acosh, asinh, atanh, log, log1p, log2, log10 } from './logarithms.js';
import { pow } from './power.js';
import { rem } from './remainder.js';
import { cos, sin, tan } from './trigonometry.js';

export const float64: Functions = {
  exp,
  expm1,
  exp2,
  log,
  log1p,
  log2,
  log10,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  atan2,
  sinh,
  cosh,
  tanh,
  asinh,
  acosh,
  atanh,
  erf,
  erfc,
  pow,
  rem,
  hypot: hypotBy({ least: 2 ** -400, most: 2 ** 500, scale: 2 ** 600 }),
};
