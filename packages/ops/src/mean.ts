import { composite, type Node, type ReductionOptions, subtractDims, sum, where } from '@tapegrad/core';
import { div, square, sub } from './arithmetic.js';
import { eq } from './compare.js';
import { maximum } from './maximum.js';
import { sqrt } from './root.js';
import { floats } from './support/dtypes.js';
import { reducedSize } from './support/reduction.js';

/**
 * Mean over axes. Same dtype; the mean of no elements is NaN. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = (1/n)·Σᵢ xᵢ
 * @derivative ∂y/∂xᵢ = 1/n
 * @example
 * const loss = mean(square(sub(prediction, target)));
 */
export const mean = composite<readonly [Node], ReductionOptions>('mean', {
  defaults: { axis: undefined, keepDims: undefined },
  define: (x, { axis, keepDims = false }) => {
    floats('mean')([x]);
    const count = x.graph.splat(reducedSize('mean', x, axis), [], x.dtype);
    return div(sum(x, { ...(axis !== undefined && { axis }), keepDims }), count);
  },
});

/** Options of {@link variance} and {@link std}. */
export interface VarianceOptions extends ReductionOptions {
  /** What is taken off the number of elements that divides; 1 unless said, which makes it unbiased. */
  readonly correction?: number;
}

/**
 * Variance over axes, about the mean: the sum of squares divided by the number of elements less `correction`, at least 0. Same dtype; NaN
 * where that is 0 over 0. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = Σᵢ (xᵢ − μ)²/(n − correction)
 * @derivative ∂y/∂xᵢ = 2·(xᵢ − μ)/(n − correction)
 * @example
 * const spread = variance(x, { axis: 0, correction: 0 });
 */
export const variance = composite<readonly [Node], VarianceOptions>('variance', {
  defaults: { axis: undefined, keepDims: undefined, correction: undefined },
  define: (x, { axis, keepDims = false, correction = 1 }) => {
    floats('variance')([x]);
    const over = axis === undefined ? {} : { axis };
    const deviation = sub(x, mean(x, { ...over, keepDims: true }));
    const count = x.graph.splat(subtractDims(reducedSize('variance', x, axis), correction), [], x.dtype);
    return div(sum(square(deviation), { ...over, keepDims }), maximum(count, 0));
  },
});

/** √x whose derivatives are 0 where x is 0: the argument is replaced there, so that every order is finite. */
function rootOf(x: Node): Node {
  const zero = eq(x, 0);
  return where(zero, 0, sqrt(where(zero, 1, x)));
}

/**
 * Standard deviation over axes, the root of {@link variance}. Same dtype; its derivative is 0 where it is 0. Throws `DtypeError` unless `x` is
 * a float.
 *
 * @formula y = √(Σᵢ (xᵢ − μ)²/(n − correction))
 * @derivative ∂y/∂xᵢ = (xᵢ − μ)/((n − correction)·y), and 0 where y = 0
 * @example
 * const scaled = div(x, std(x, { axis: 0, keepDims: true }));
 */
export const std = composite<readonly [Node], VarianceOptions>('std', {
  defaults: { axis: undefined, keepDims: undefined, correction: undefined },
  define: (x, options) => {
    floats('std')([x]);
    return rootOf(variance(x, options));
  },
});

/**
 * Euclidean norm over axes: the root of the sum of squares. Same dtype; its derivative is 0 where it is 0. Throws `DtypeError` unless `x` is a
 * float.
 *
 * @formula y = √(Σᵢ xᵢ²)
 * @derivative x/y, and 0 where y = 0
 * @example
 * const unit = div(x, norm(x, { axis: -1, keepDims: true }));
 */
export const norm = composite<readonly [Node], ReductionOptions>('norm', {
  defaults: { axis: undefined, keepDims: undefined },
  define: (x, options) => {
    floats('norm')([x]);
    return rootOf(sum(square(x), options));
  },
});
