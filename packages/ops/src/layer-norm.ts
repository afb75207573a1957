import {
  add,
  composite,
  keptShape,
  mul,
  type Node,
  normaliseAxes,
  reshapeTo,
  ShapeError,
  sameShape,
  showShape,
} from '@tapegrad/core';
import { square, sub } from './arithmetic.js';
import { mean } from './mean.js';
import { rsqrt } from './root.js';
import { floats } from './support/dtypes.js';

export interface LayerNormOptions {
  /** The axis or axes over which to normalise; -1 unless said. */
  readonly axis?: number | readonly number[];
  /** Added to the variance; 1e-5 unless said. */
  readonly epsilon?: number;
}

/** A factor of the normalised axes, with axes of size 1 for the others. */
function aligned(what: string, factor: Node, x: Node, axes: readonly number[]): Node {
  const wanted = axes.map((axis) => x.shape[axis]!);
  if (sameShape(factor.shape, wanted)) {
    const others = x.shape.flatMap((_, i) => (axes.includes(i) ? [] : [i]));
    return reshapeTo(factor, keptShape(x.shape, others));
  }
  throw new ShapeError(
    `layerNorm: ${what} is ${showShape(factor.shape)}; over axes ${showShape(axes)} it must be ${showShape(wanted)}.`,
    {
      op: 'layerNorm',
    },
  );
}

/**
 * (x − mean) / √(variance + ε) · gamma + beta over `axis`, with the biased variance. Same shape out; gamma and beta have the shape of the
 * normalised axes. Throws `ShapeError` where they do not, `DtypeError` unless all are floats. After Ba, Kiros & Hinton, "Layer
 * normalization", 2016.
 *
 * @example
 * const y = layerNorm(x, gamma, beta); // [32, 20, 64], gamma and beta [64]
 */
export const layerNorm = composite<readonly [Node, Node, Node], LayerNormOptions>('layerNorm', {
  defaults: { axis: -1, epsilon: 1e-5 },
  define: (x, gamma, beta, { axis = -1, epsilon = 1e-5 }) => {
    floats('layerNorm')([x, gamma, beta]);
    const axes = normaliseAxes('layerNorm', axis, x.shape.length);
    const over = { axis: axes, keepDims: true };
    const centred = sub(x, mean(x, over));
    const scale = rsqrt(add(mean(square(centred), over), epsilon));
    return add(mul(mul(centred, scale), aligned('gamma', gamma, x, axes)), aligned('beta', beta, x, axes));
  },
});
