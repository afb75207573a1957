import { composite, type Node, normaliseAxes } from '@tapegrad/core';
import { floats } from './support/dtypes.js';
import { affine, standardised } from './support/normalise.js';

/** Options of {@link layerNorm}. */
export interface LayerNormOptions {
  /** The axis or axes over which to normalise; -1 unless said. */
  readonly axis?: number | readonly number[];
  /** Added to the variance; 1e-5 unless said. */
  readonly epsilon?: number;
}

/**
 * (x − mean) / √(variance + ε) · gamma + beta over `axis`, with the biased variance. Same shape out; gamma and beta have the shape of the
 * normalised axes. Throws `ShapeError` where they do not, `DtypeError` unless all are floats. After Ba, Kiros & Hinton, "Layer
 * normalization", 2016.
 *
 * @formula y = γ · (x − μ)/√(σ² + ε) + β, μ and σ² over the last axis
 * @derivative x̄ = (g − mean(g) − x̂·mean(g·x̂))/√(σ² + ε), g = ȳ·γ, x̂ = (x − μ)/√(σ² + ε)
 * @example
 * const y = layerNorm(x, gamma, beta); // [32, 20, 64], gamma and beta [64]
 */
export const layerNorm = composite<readonly [Node, Node, Node], LayerNormOptions>('layerNorm', {
  defaults: { axis: -1, epsilon: 1e-5 },
  define: (x, gamma, beta, { axis = -1, epsilon = 1e-5 }) => {
    floats('layerNorm')([x, gamma, beta]);
    const axes = normaliseAxes('layerNorm', axis, x.shape.length);
    return affine('layerNorm', standardised(x, axes, epsilon), gamma, beta, axes);
  },
});
