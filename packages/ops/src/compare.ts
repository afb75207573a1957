import { type Binary, binary, type ComparisonOp, type Unary, unary } from '@tapegrad/core';
import { floats } from './support/dtypes.js';

function comparison(op: ComparisonOp): Binary {
  return binary(op, { dtype: () => 'bool', partials: [null, null], lower: (x, y) => x.apply(op, y) });
}

/**
 * Is `x` equal to `y`? Element by element; shapes broadcast, dtypes meet, the result is bool. NaN equals nothing, -0 equals 0.
 *
 * @formula z = (x = y)
 * @derivative none, the result is bool
 * @example
 * const hits = mean(cast(eq(argmax(logits, { axis: 1 }), labels), 'float32'));
 */
export const eq: Binary = comparison('eq');

/**
 * Does `x` differ from `y`? Element by element; shapes broadcast, dtypes meet, the result is bool. NaN differs from itself.
 *
 * @formula z = (x ≠ y)
 * @derivative none, the result is bool
 * @example
 * const kept = ne(labels, -1);
 */
export const ne: Binary = comparison('ne');

/**
 * Is `x` less than `y`? Element by element; shapes broadcast, dtypes meet, the result is bool, false where either is NaN.
 *
 * @formula z = (x < y)
 * @derivative none, the result is bool
 * @example
 * const negative = lt(x, 0);
 */
export const lt: Binary = comparison('lt');

/**
 * Is `x` at most `y`? Element by element; shapes broadcast, dtypes meet, the result is bool, false where either is NaN.
 *
 * @formula z = (x ≤ y)
 * @derivative none, the result is bool
 * @example
 * const inside = le(abs(x), 1);
 */
export const le: Binary = comparison('le');

/**
 * Is `x` greater than `y`? Element by element; shapes broadcast, dtypes meet, the result is bool, false where either is NaN.
 *
 * @formula z = (x > y)
 * @derivative none, the result is bool
 * @example
 * const positive = gt(x, 0);
 */
export const gt: Binary = comparison('gt');

/**
 * Is `x` at least `y`? Element by element; shapes broadcast, dtypes meet, the result is bool, false where either is NaN.
 *
 * @formula z = (x ≥ y)
 * @derivative none, the result is bool
 * @example
 * const confident = ge(probability, 0.9);
 */
export const ge: Binary = comparison('ge');

/**
 * Is each element NaN? Same shape out, bool. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = (x ≠ x)
 * @derivative none, the result is bool
 * @example
 * const filled = where(isNaN(x), 0, x);
 */
// biome-ignore lint/suspicious/noShadowRestrictedNames: the op has the name of what it does to every element.
export const isNaN: Unary = unary('isNaN', { dtype: test('isNaN'), partial: null, lower: (x) => x.ne(x) });

/**
 * Is each element neither NaN nor infinite? Same shape out, bool. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = (|x| < ∞)
 * @derivative none, the result is bool
 * @example
 * const clean = where(isFinite(x), x, 0);
 */
// biome-ignore lint/suspicious/noShadowRestrictedNames: the op has the name of what it does to every element.
export const isFinite: Unary = unary('isFinite', {
  dtype: test('isFinite'),
  partial: null,
  lower: (x) => x.abs().lt(x.constant(Infinity)),
});

/** Takes floats, gives bool. */
function test(op: string): (inputs: Parameters<ReturnType<typeof floats>>[0]) => 'bool' {
  const check = floats(op);
  return (inputs) => {
    check(inputs);
    return 'bool';
  };
}
