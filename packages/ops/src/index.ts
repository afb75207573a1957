export { add, broadcastTo, cast, mul, onesLike, stopGradient, sum, where, zerosLike } from '@tapegrad/core';
export { abs, sign } from './absolute.js';
export { argmax, argmin } from './argmax.js';
export { div, neg, reciprocal, square, sub } from './arithmetic.js';
export { type AttentionOptions, attention } from './attention.js';
export { type BatchNormOptions, batchNorm, batchNormEval } from './batch-norm.js';
export { bce, bceWithLogits } from './binary-cross-entropy.js';
export { bitAnd, bitNot, bitOr, bitXor, shiftLeft, shiftRight } from './bits.js';
export { cholesky, type TriangularSolveOptions, triangularSolve } from './cholesky.js';
export { type ClampOptions, clamp } from './clamp.js';
export { eq, ge, gt, isFinite, isNaN, le, lt, ne } from './compare.js';
export { concat, split, stack } from './concat.js';
export { type AxisPair, type ContractOptions, contract } from './contract.js';
export {
  type ConvolutionOptions,
  type ConvolutionTransposeOptions,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
} from './convolution.js';
export { type ConvolveOptions, convolve } from './convolve.js';
export { type CrossEntropyOptions, type CrossEntropySoftOptions, crossEntropy, crossEntropySoft } from './cross-entropy.js';
export { det, slogdet } from './determinant.js';
export { diagonal, trace } from './diagonal.js';
export { eigh, eigvalsh } from './eigen.js';
export { einsum } from './einsum.js';
export { type EluOptions, elu } from './elu.js';
export { embedding } from './embedding.js';
export { erf, erfc } from './error-function.js';
export { exp, exp2, expm1 } from './exponential.js';
export {
  type Complex,
  type ComplexOperand,
  type FourierOptions,
  fft,
  type InverseRealOptions,
  ifft,
  irfft,
  rfft,
} from './fourier.js';
export { gather, scatterAdd, take } from './gather.js';
export { type GeluOptions, gelu } from './gelu.js';
export { type GroupNormOptions, groupNorm } from './group-norm.js';
export { type HardtanhOptions, hardtanh, relu6 } from './hardtanh.js';
export { hinge } from './hinge.js';
export { type HuberOptions, huber } from './huber.js';
export { acosh, asinh, atanh, cosh, sinh, tanh } from './hyperbolic.js';
export { iota, oneHot } from './iota.js';
export { klDiv } from './kl-divergence.js';
export { l1 } from './l1.js';
export { type LayerNormOptions, layerNorm } from './layer-norm.js';
export { type LeakyReluOptions, leakyRelu } from './leaky-relu.js';
export { logAddExp } from './log-add-exp.js';
export { log, log1p, log2, log10, logSumExp } from './logarithm.js';
export { and, not, or, xor } from './logical.js';
export { dot, linear, matmul, outer } from './matmul.js';
export { max, min } from './max.js';
export { maximum, minimum } from './maximum.js';
export { mean, norm, std, type VarianceOptions, variance } from './mean.js';
export { mish } from './mish.js';
export { mse } from './mse.js';
export { nllLoss } from './nll-loss.js';
export { type PadOptions, pad } from './pad.js';
export {
  type AveragePoolOptions,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  type PoolOptions,
} from './pooling.js';
export { pow } from './power.js';
export { prod } from './product.js';
export { qr } from './qr.js';
export {
  dropout,
  type NormalOptions,
  randomBernoulli,
  randomBits,
  randomNormal,
  randomUniform,
  type UniformOptions,
} from './random.js';
export { randomCategorical, randomPermutation } from './random-choice.js';
export { type AlongAxis, cumprod, cumsum, recurrence } from './recurrence.js';
export { gruCell, lstmCell, rnnTanhCell } from './recurrent-cells.js';
export { relu } from './relu.js';
export { fmod } from './remainder.js';
export { reshape, squeeze, unsqueeze } from './reshape.js';
export { type RmsNormOptions, rmsNorm } from './rms-norm.js';
export { roll } from './roll.js';
export { hypot, rsqrt, sqrt } from './root.js';
export { ceil, floor, round, trunc } from './rounding.js';
export { selu } from './selu.js';
export { logSigmoid, sigmoid, softplus } from './sigmoid.js';
export { silu } from './silu.js';
export { embed, flip, type Range, slice } from './slice.js';
export { type AxisOptions, logSoftmax, softmax } from './softmax.js';
export { softsign } from './softsign.js';
export { inv, solve } from './solve.js';
export { argsort, type SortOptions, sort, topK } from './sort.js';
export type { LabelledLossOptions } from './support/labels.js';
export type { LossOptions } from './support/loss.js';
export { svd } from './svd.js';
export { repeat, tile } from './tile.js';
export { transpose } from './transpose.js';
export { type TriangleOptions, tril, triu } from './triangle.js';
export { acos, asin, atan, atan2, cos, sin, tan } from './trigonometric.js';
export { type UpsampleOptions, upsampleBilinear2d, upsampleNearest2d } from './upsample.js';
export { type WindowsOptions, windows } from './windows.js';
