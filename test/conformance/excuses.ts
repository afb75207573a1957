import type { Excuse } from './subject.js';

/** What shaders leave open, or software that stands for a GPU gets wrong. */
const SHADERS: readonly Excuse[] = [
  { cases: /^graph: graph\/chain[15]00$/, reason: 'the sine of SwiftShader is good to 2e-4 only' },
  {
    cases: /^edge: edge\/(nonfinite_exp|nonfinite_log1p|atanh_bounds)$/,
    reason: 'shaders need not know infinities and NaN in exp and log',
  },
];

export const WEBGL: readonly Excuse[] = [
  ...SHADERS,
  {
    cases: /^edge: edge\/(div_zero|softmax_all_minus_inf|var_single|hypot_zero)$/,
    reason: 'the division of TensorFlow.js gives 1 for equal operands on WebGL, 0/0 and ∞/∞ among them',
  },
  { cases: /^ops: cast of float32$/, reason: 'WebGL holds int32 as float32, whose whole numbers are exact up to 2^24' },
];

export const WEBGPU: readonly Excuse[] = [
  ...SHADERS,
  { cases: /^ops: cast of float32$/, reason: 'shaders need not know infinities, which saturate' },
];
