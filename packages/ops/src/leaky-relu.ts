import { composite, mul, type Node, where } from '@tapegrad/core';
import { gt } from './compare.js';
import { floats } from './support/dtypes.js';

/** Options of {@link leakyRelu}. */
export interface LeakyReluOptions {
  /** The factor of what is not above 0; 0.01 unless said. */
  readonly slope?: number;
}

/**
 * Each element, times `slope` where it is not above 0. Same shape out; its derivative at 0 is the slope. Throws `DtypeError` unless `x` is a
 * float.
 *
 * @formula y = x for x > 0, else slope·x
 * @derivative 1 for x > 0, else slope
 * @example
 * const hidden = leakyRelu(x, { slope: 0.2 });
 */
export const leakyRelu = composite<readonly [Node], LeakyReluOptions>('leakyRelu', {
  defaults: { slope: 0.01 },
  define: (x, { slope = 0.01 }) => {
    floats('leakyRelu')([x]);
    return where(gt(x, 0), x, mul(slope, x));
  },
});
