export { Batches, type BatchOptions, batches } from './data/batches.js';
export type { Batch, Columns } from './data/columns.js';
export { type IdxArray, parseIdx, scaleBytes } from './data/idx.js';
export { type SplitOptions, splitExamples } from './data/split.js';
export { type BatchEvent, type EpochEvent, type FitOptions, type Fitted, fit, type Scalars, type Step } from './fit.js';
export { constant, ones, zeros } from './initialisers/constant.js';
export { orthogonal } from './initialisers/orthogonal.js';
export {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  normal,
  truncatedNormal,
  uniform,
} from './initialisers/random.js';
export { type DenseOptions, dense } from './layers/dense.js';
export { type Layer, layer } from './layers/layer.js';
export { sequential } from './layers/sequential.js';
export { accuracy } from './metrics/accuracy.js';
export { ConfusionMatrix, type Labels } from './metrics/confusion.js';
export { type AdamOptions, adam, adamw } from './optimisers/adam.js';
export { adamax, type MomentsOptions, type NadamOptions, nadam, radam } from './optimisers/adaptive-moments.js';
export { clipByGlobalNorm, clipByNorm, clipByValue, globalNorm } from './optimisers/clip.js';
export type { LearningRate, LossOrGradients, Schedule } from './optimisers/common.js';
export { type LbfgsOptions, lbfgs } from './optimisers/lbfgs.js';
export { type LionOptions, lion } from './optimisers/lion.js';
export { type SgdOptions, sgd } from './optimisers/sgd.js';
export {
  type AdadeltaOptions,
  type AdagradOptions,
  adadelta,
  adagrad,
  type RmspropOptions,
  rmsprop,
} from './optimisers/squared-gradients.js';
export {
  cosineDecay,
  exponentialDecay,
  linearWarmup,
  type OneCycleOptions,
  oneCycle,
  polynomialDecay,
  stepDecay,
} from './schedules/schedules.js';
