import { type Binary, binary, where } from '@tapegrad/core';
import { sub } from './arithmetic.js';
import { eq } from './compare.js';
import { sigmoid } from './sigmoid.js';
import { floats } from './support/dtypes.js';

/** The operands' difference, 0 where they are equal: two equal infinities differ by NaN. */
const apart = (x: Parameters<typeof sub>[0], y: Parameters<typeof sub>[0]) => where(eq(x, y), 0, sub(x, y));

/**
 * log(eˣ + eʸ), element by element, as max(x, y) + log1p(e^−|x−y|), so that it does not overflow. Shapes broadcast, dtypes promote. Throws
 * `DtypeError` unless they are floats.
 *
 * @formula z = log(eˣ + eʸ)
 * @derivative ∂z/∂x = σ(x − y), ∂z/∂y = σ(y − x)
 * @example
 * const either = logAddExp(logP, logQ);
 */
export const logAddExp: Binary = binary('logAddExp', {
  cost: 30,
  dtype: floats('logAddExp'),
  partials: [(_z, x, y) => sigmoid(apart(x!, y!)), (_z, x, y) => sigmoid(apart(y!, x!))],
  lower: (x, y) => {
    const distance = x.eq(y).select(x.constant(0), x.sub(y).abs());
    return x.max(y).add(distance.neg().exp().log1p());
  },
});
