import { type Binary, binary, type Node, where } from '@tapegrad/core';
import { eq, gt, lt } from './compare.js';

/** 1 where `a` is chosen, ½ where both are, 0 where `loses` holds. NaN counts as chosen. */
function choice(z: Node, tie: Node, loses: Node): Node {
  const value = (share: number) => z.graph.splat(share, z.shape, z.dtype);
  return where(tie, value(0.5), where(loses, value(0), value(1)));
}

/**
 * The greater of two, element by element; NaN where either is. Shapes broadcast, dtypes promote; of bools it is their or. Where they tie,
 * each has half of the derivative.
 *
 * @formula z = max(x, y)
 * @derivative ∂z/∂x = 1 for x > y, ½ for x = y, 0 for x < y; ∂z/∂y = 1 − ∂z/∂x
 * @example
 * const hinge = maximum(0, sub(1, mul(score, target)));
 */
export const maximum: Binary = binary('maximum', {
  partials: [(z, x, y) => choice(z, eq(x!, y!), lt(x!, y!)), (z, x, y) => choice(z, eq(x!, y!), lt(y!, x!))],
  lower: (x, y) => x.max(y),
});

/**
 * The lesser of two, element by element; NaN where either is. Shapes broadcast, dtypes promote; of bools it is their and. Where they tie,
 * each has half of the derivative.
 *
 * @formula z = min(x, y)
 * @derivative ∂z/∂x = 1 for x < y, ½ for x = y, 0 for x > y; ∂z/∂y = 1 − ∂z/∂x
 * @example
 * const capped = minimum(x, 1);
 */
export const minimum: Binary = binary('minimum', {
  partials: [(z, x, y) => choice(z, eq(x!, y!), gt(x!, y!)), (z, x, y) => choice(z, eq(x!, y!), gt(y!, x!))],
  lower: (x, y) => x.min(y),
});
