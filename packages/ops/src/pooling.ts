import { composite, type Node, reshapeTo, ShapeError, showShape, sum } from '@tapegrad/core';
import { div } from './arithmetic.js';
import { max } from './max.js';
import { pad } from './pad.js';
import { type PerAxis, perAxis, placesOf, spatialSizes } from './support/spatial.js';
import { windows } from './windows.js';

/** How pooling goes over its input: each a number for all spatial axes, or one for each. */
export interface PoolOptions {
  /** Elements of a window: one number, or one for each spatial axis. */
  readonly kernel: PerAxis;
  /** Steps between windows; the kernel unless said, so that windows do not overlap. */
  readonly stride?: PerAxis;
  /** Elements added on either side, 0 unless said; at most half a kernel, so that every window holds an element of the input. */
  readonly padding?: PerAxis;
}

/** How average pooling goes over its input, and what it divides by. */
export interface AveragePoolOptions extends PoolOptions {
  /** Does the padding count among the elements that a window's sum is divided by? It does unless said. */
  readonly countIncludePad?: boolean;
}

type Axes = readonly { readonly size: number; readonly kernel: number; readonly stride: number; readonly padding: number }[];

function axesOf(op: string, x: Node, rank: number, options: PoolOptions): Axes {
  if (x.shape.length < rank) {
    throw new ShapeError(`${op}: takes at least ${rank} axes, not ${showShape(x.shape)}.`, { op });
  }
  const kernel = perAxis(op, 'kernel', options.kernel, rank, 1);
  const stride = perAxis(op, 'stride', options.stride ?? kernel, rank, 1);
  const padding = perAxis(op, 'padding', options.padding ?? 0, rank, 0);
  const wide = padding.findIndex((n, i) => 2 * n > kernel[i]!);
  if (wide >= 0) {
    throw new ShapeError(
      `${op}: padding ${padding[wide]} is more than half of the kernel ${kernel[wide]}: a window would hold nothing of the input.`,
      { op },
    );
  }
  return spatialSizes(op, x, rank).map((size, i) => ({ size, kernel: kernel[i]!, stride: stride[i]!, padding: padding[i]! }));
}

/** The windows over the last axes, padded with `value`, and the axes of their elements. */
function padded(op: string, x: Node, axes: Axes, value: number): { elements: Node; axis: number[] } {
  for (const { padding, ...axis } of axes) placesOf(op, { ...axis, dilation: 1, padding: 2 * padding });
  const pads = x.shape.map((_, i): [number, number] => {
    const { padding } = axes[i - x.shape.length + axes.length] ?? { padding: 0 };
    return [padding, padding];
  });
  const wide = axes.every(({ padding }) => padding === 0) ? x : pad(x, pads, { value });
  const elements = windows(wide, { kernel: axes.map(({ kernel }) => kernel), stride: axes.map(({ stride }) => stride) });
  return { elements, axis: axes.map((_, i) => i - axes.length) };
}

/* @__NO_SIDE_EFFECTS__ */
function maxPool(name: string, rank: number) {
  return composite<[Node], PoolOptions>(name, {
    defaults: { kernel: undefined, stride: undefined, padding: undefined },
    define: (x, options) => {
      const { elements, axis } = padded(name, x, axesOf(name, x, rank, options), -Infinity);
      return max(elements, { axis });
    },
  });
}

/* @__NO_SIDE_EFFECTS__ */
function averagePool(name: string, rank: number) {
  return composite<[Node], AveragePoolOptions>(name, {
    defaults: { kernel: undefined, stride: undefined, padding: undefined, countIncludePad: undefined },
    define: (x, options) => {
      const axes = axesOf(name, x, rank, options);
      const { elements, axis } = padded(name, x, axes, 0);
      const total = sum(elements, { axis });
      const included = options.countIncludePad ?? true;
      return div(total, included ? axes.reduce((count, { kernel }) => count * kernel, 1) : heldBy(total, axes));
    },
  });
}

/** How many elements of the input each window holds. */
function heldBy(total: Node, axes: Axes): Node {
  const places = total.shape.slice(-axes.length) as number[];
  const counts = axes.map(({ size, kernel, stride, padding }, i) =>
    Array.from({ length: places[i]! }, (_, place) => {
      const start = place * stride - padding;
      return Math.min(start + kernel, size) - Math.max(start, 0);
    }),
  );
  const products = counts.reduce((flat, along) => flat.flatMap((count) => along.map((n) => count * n)), [1]);
  return reshapeTo(total.graph.constant(products, total.dtype), places);
}

/**
 * The greatest of each window along the last axis: `[…, length]` gives `[…, places]` with
 * `places = ⌊(length + 2·padding − kernel) / stride⌋ + 1`. The padding is −Infinity; NaN propagates; ties share the gradient equally.
 * The last axis needs a number, the others may be names. Throws `ShapeError` where the kernel does not fit or the padding is more than half
 * of it.
 *
 * @formula y = the greatest element of each window
 * @derivative x̄ = Σ ȳ/m over the windows in which the element is one of the m greatest
 * @example
 * const y = maxPool1d(x, { kernel: 2 });
 */
export const maxPool1d = maxPool('maxPool1d', 1);

/**
 * The greatest of each window along the last two axes. Otherwise as {@link maxPool1d}.
 *
 * @formula y = the greatest element of each window
 * @derivative x̄ = Σ ȳ/m over the windows in which the element is one of the m greatest
 * @example
 * const y = maxPool2d(x, { kernel: 2 }); // [32, 16, 28, 28] gives [32, 16, 14, 14]
 */
export const maxPool2d = maxPool('maxPool2d', 2);

/**
 * The greatest of each window along the last three axes. Otherwise as {@link maxPool1d}.
 *
 * @formula y = the greatest element of each window
 * @derivative x̄ = Σ ȳ/m over the windows in which the element is one of the m greatest
 * @example
 * const y = maxPool3d(x, { kernel: 2 });
 */
export const maxPool3d = maxPool('maxPool3d', 3);

/**
 * The mean of each window along the last axis: `[…, length]` gives `[…, places]`, as in {@link maxPool1d}. The padding is 0 and counts as
 * elements, unless `countIncludePad` is false. Throws `ShapeError` as maxPool1d does.
 *
 * @formula y = the mean of the elements of each window
 * @derivative x̄ = Σ ȳ/n over the windows that hold the element
 * @example
 * const y = avgPool1d(x, { kernel: 3, stride: 1, padding: 1, countIncludePad: false });
 */
export const avgPool1d = averagePool('avgPool1d', 1);

/**
 * The mean of each window along the last two axes. Otherwise as {@link avgPool1d}.
 *
 * @formula y = the mean of the elements of each window
 * @derivative x̄ = Σ ȳ/n over the windows that hold the element
 * @example
 * const y = avgPool2d(x, { kernel: 2 });
 */
export const avgPool2d = averagePool('avgPool2d', 2);

/**
 * The mean of each window along the last three axes. Otherwise as {@link avgPool1d}.
 *
 * @formula y = the mean of the elements of each window
 * @derivative x̄ = Σ ȳ/n over the windows that hold the element
 * @example
 * const y = avgPool3d(x, { kernel: 2 });
 */
export const avgPool3d = averagePool('avgPool3d', 3);
