import { add, composite, mul, type Node, normaliseAxis } from '@tapegrad/core';
import { sub } from './arithmetic.js';
import { rsqrt } from './root.js';
import { floats } from './support/dtypes.js';
import { affine, aligned, standardised } from './support/normalise.js';

/** Options of {@link batchNorm} and {@link batchNormEval}. */
export interface BatchNormOptions {
  /** The axis of the channels; 1 unless said. */
  readonly axis?: number;
  /** Added to the variance; 1e-5 unless said. */
  readonly epsilon?: number;
}

/**
 * (x − mean) / √(variance + ε) · gamma + beta for each channel, with mean and biased variance of the batch itself: over all axes but that of
 * the channels. For training. Same shape out; gamma and beta are `[channels]`. Throws `ShapeError` where they are not, `DtypeError` unless
 * all are floats. After Ioffe & Szegedy, "Batch normalization", 2015.
 *
 * Running statistics for `batchNormEval` are state that a program updates by `mean(x, { axis: [0, 2, 3] })` and
 * `variance(x, { axis: [0, 2, 3] })`.
 *
 * @formula y = γ · (x − μ)/√(σ² + ε) + β, μ and σ² of each channel over batch and space
 * @derivative as the definition's, through μ and σ² too
 * @example
 * const y = batchNorm(x, gamma, beta); // [32, 16, 8, 8], gamma and beta [16]
 */
export const batchNorm = composite<readonly [Node, Node, Node], BatchNormOptions>('batchNorm', {
  defaults: { axis: 1, epsilon: 1e-5 },
  define: (x, gamma, beta, { axis = 1, epsilon = 1e-5 }) => {
    floats('batchNorm')([x, gamma, beta]);
    const channels = normaliseAxis('batchNorm', axis, x.shape.length);
    const others = x.shape.flatMap((_, i) => (i === channels ? [] : [i]));
    return affine('batchNorm', standardised(x, others, epsilon), gamma, beta, [channels]);
  },
});

/**
 * (x − mean) / √(variance + ε) · gamma + beta for each channel, with a mean and variance given: for inference. Same shape out; gamma, beta,
 * mean and variance are `[channels]`. Throws `ShapeError` where they are not, `DtypeError` unless all are floats.
 *
 * @formula y = γ · (x − mean)/√(variance + ε) + β
 * @derivative ∂y/∂x = γ/√(variance + ε)
 * @example
 * const y = batchNormEval(x, gamma, beta, average, spread); // [32, 16, 8, 8], the others [16]
 */
export const batchNormEval = composite<readonly [Node, Node, Node, Node, Node], BatchNormOptions>('batchNormEval', {
  defaults: { axis: 1, epsilon: 1e-5 },
  define: (x, gamma, beta, mean, variance, { axis = 1, epsilon = 1e-5 }) => {
    const op = 'batchNormEval';
    floats(op)([x, gamma, beta, mean, variance]);
    const channels = [normaliseAxis(op, axis, x.shape.length)];
    const centred = sub(x, aligned(op, 'mean', mean, x, channels));
    const scale = rsqrt(add(aligned(op, 'variance', variance, x, channels), epsilon));
    return affine(op, mul(centred, scale), gamma, beta, channels);
  },
});
