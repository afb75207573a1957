export { constant, ones, zeros } from './initialisers/constant.js';
export { glorotNormal, glorotUniform, heNormal, heUniform, normal, uniform } from './initialisers/random.js';
export { type AdamOptions, adam, adamw } from './optimisers/adam.js';
export { clipByGlobalNorm, globalNorm } from './optimisers/clip.js';
export type { LearningRate, LossOrGradients, Schedule } from './optimisers/common.js';
export { type SgdOptions, sgd } from './optimisers/sgd.js';
export {
  cosineDecay,
  exponentialDecay,
  linearWarmup,
  type OneCycleOptions,
  oneCycle,
  polynomialDecay,
  stepDecay,
} from './schedules/schedules.js';
