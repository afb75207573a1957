import { composite, mul, type Node, normaliseAxes } from '@tapegrad/core';
import { floats } from './support/dtypes.js';
import { aligned, ofUnitSquare } from './support/normalise.js';

/** Options of {@link rmsNorm}. */
export interface RmsNormOptions {
  /** The axis or axes over which to normalise; -1 unless said. */
  readonly axis?: number | readonly number[];
  /** Added to the mean square; 1e-6 unless said. */
  readonly epsilon?: number;
}

/**
 * x / √(mean(x²) + ε) · gamma over `axis`. Same shape out; gamma has the shape of the normalised axes. Throws `ShapeError` where it does not,
 * `DtypeError` unless both are floats. After Zhang & Sennrich, "Root mean square layer normalization", 2019.
 *
 * @formula y = γ · x/√(mean(x²) + ε)
 * @derivative x̄ = (g − x̂·mean(g·x̂))/√(mean(x²) + ε), g = ȳ·γ, x̂ = x/√(mean(x²) + ε)
 * @example
 * const y = rmsNorm(x, gamma); // [32, 20, 64], gamma [64]
 */
export const rmsNorm = composite<readonly [Node, Node], RmsNormOptions>('rmsNorm', {
  defaults: { axis: -1, epsilon: 1e-6 },
  define: (x, gamma, { axis = -1, epsilon = 1e-6 }) => {
    floats('rmsNorm')([x, gamma]);
    const axes = normaliseAxes('rmsNorm', axis, x.shape.length);
    return mul(ofUnitSquare(x, axes, epsilon), aligned('rmsNorm', 'gamma', gamma, x, axes));
  },
});
