import { composite, divideExactly, type Node, quoteDim, reshapeTo, ShapeError, showShape } from '@tapegrad/core';
import { floats } from './support/dtypes.js';
import { affine, standardised } from './support/normalise.js';

/** Options of {@link groupNorm}. */
export interface GroupNormOptions {
  /** Into how many groups the channels fall; it divides their number. */
  readonly groups: number;
  /** Added to the variance; 1e-5 unless said. */
  readonly epsilon?: number;
}

/** `x` with its channels, axis 1, as two axes: groups and the channels of one. */
function grouped(x: Node, groups: number): Node {
  const [batch, channels, ...spatial] = x.shape;
  const fail = (what: string): never => {
    throw new ShapeError(`groupNorm: ${what}`, { op: 'groupNorm' });
  };
  if (batch === undefined || channels === undefined) {
    return fail(`x is ${showShape(x.shape)}; it takes [batch, channels, …].`);
  }
  const each = Number.isInteger(groups) && groups > 0 ? divideExactly(channels, groups) : null;
  if (each === null) return fail(`${groups} groups do not divide the ${quoteDim(channels)} channels of ${showShape(x.shape)}.`);
  return reshapeTo(x, [batch, groups, each, ...spatial]);
}

/**
 * (x − mean) / √(variance + ε) · gamma + beta over each group of channels and all axes behind them, with the biased variance: x is
 * `[batch, channels, …]`, gamma and beta `[channels]`. Same shape out. One group normalises over a whole example, as many groups as channels
 * over each channel of it (instance norm). Throws `ShapeError` where the groups do not divide the channels or gamma or beta do not fit,
 * `DtypeError` unless all are floats. After Wu & He, "Group normalization", 2018.
 *
 * @formula y = γ · (x − μ)/√(σ² + ε) + β, μ and σ² of each group of channels of each example
 * @derivative as the definition's, through μ and σ² too
 * @example
 * const y = groupNorm(x, gamma, beta, { groups: 4 }); // [32, 16, 8, 8], gamma and beta [16]
 */
export const groupNorm = composite<readonly [Node, Node, Node], GroupNormOptions>('groupNorm', {
  defaults: { groups: undefined, epsilon: undefined },
  define: (x, gamma, beta, { groups, epsilon = 1e-5 }) => {
    floats('groupNorm')([x, gamma, beta]);
    const apart = grouped(x, groups);
    const inside = apart.shape.flatMap((_, i) => (i < 2 ? [] : [i]));
    const normal = reshapeTo(standardised(apart, inside, epsilon), x.shape);
    return affine('groupNorm', normal, gamma, beta, [1]);
  },
});
