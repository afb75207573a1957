import { type Binary, binary, type Unary, unary } from '@tapegrad/core';
import { bools } from './support/dtypes.js';

/**
 * Do both hold? Element by element; shapes broadcast. Throws `DtypeError` unless both are bool.
 *
 * @formula z = x ∧ y
 * @derivative none, the result is bool
 * @example
 * const inside = and(ge(x, low), le(x, high));
 */
export const and: Binary = binary('and', { dtype: bools('and'), partials: [null, null], lower: (x, y) => x.and(y) });

/**
 * Does either hold? Element by element; shapes broadcast. Throws `DtypeError` unless both are bool.
 *
 * @formula z = x ∨ y
 * @derivative none, the result is bool
 * @example
 * const outside = or(lt(x, low), gt(x, high));
 */
export const or: Binary = binary('or', { dtype: bools('or'), partials: [null, null], lower: (x, y) => x.or(y) });

/**
 * Does just one hold? Element by element; shapes broadcast. Throws `DtypeError` unless both are bool.
 *
 * @formula z = x ⊕ y
 * @derivative none, the result is bool
 * @example
 * const crossed = xor(gt(before, 0), gt(after, 0));
 */
export const xor: Binary = binary('xor', { dtype: bools('xor'), partials: [null, null], lower: (x, y) => x.ne(y) });

/**
 * Does it not hold? Same shape out. Throws `DtypeError` unless `x` is bool.
 *
 * @formula y = ¬x
 * @derivative none, the result is bool
 * @example
 * const missing = not(present);
 */
export const not: Unary = unary('not', { dtype: bools('not'), partial: null, lower: (x) => x.not() });
