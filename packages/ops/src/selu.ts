import { composite, mul, type Node } from '@tapegrad/core';
import { elu } from './elu.js';
import { floats } from './support/dtypes.js';

/** The pair that keeps mean 0 and variance 1 from layer to layer, as the paper's equation 14 gives it. */
const ALPHA = 1.6732632423543772;
const SCALE = 1.0507009873554805;

/**
 * λx, or λα(eˣ − 1) where `x` is not above 0, with λ ≈ 1.0507 and α ≈ 1.6733. Same shape out; its derivative at 0 is λα. Throws `DtypeError`
 * unless `x` is a float. After Klambauer, Unterthiner, Mayr & Hochreiter, "Self-normalizing neural networks", 2017.
 *
 * @formula y = λ·x for x > 0, else λα·(eˣ − 1); λ = 1.0507…, α = 1.6732…
 * @derivative λ for x > 0, else λα·eˣ
 * @example
 * const hidden = selu(x);
 */
export const selu = composite<readonly [Node]>('selu', {
  define: (x) => {
    floats('selu')([x]);
    return mul(SCALE, elu(x, { alpha: ALPHA }));
  },
});
