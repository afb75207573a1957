import { type Binary, binary, isConstant, isFloat, mul, type Node, where } from '@tapegrad/core';
import { abs } from './absolute.js';
import { reciprocal, square, sub } from './arithmetic.js';
import { eq, gt } from './compare.js';
import { log } from './logarithm.js';
import { and, not } from './logical.js';
import { numbers } from './support/dtypes.js';

/** p·x^(p−1). Where p = 0 the factor is 0, and x must not make it NaN: the argument is replaced there, so that every order is right. */
function byBase(x: Node, p: Node): Node {
  const safe = where(and(eq(p, 0), not(gt(abs(x), 0))), 1, x);
  return mul(p, pow(safe, sub(p, 1)));
}

/** xᵖ·log x, with log 1 = 0 where x = 0. */
function byExponent(y: Node, x: Node): Node {
  return mul(y, log(where(eq(x, 0), 1, x)));
}

/** Powers that multiplication and division give exactly rounded, which is more than pow promises. */
function simpler(x: Node, p: Node): Node | null {
  if (isConstant(p, 1)) return x;
  if (isConstant(p, 2)) return square(x);
  return isConstant(p, -1) && isFloat(x.dtype) ? reciprocal(x) : null;
}

/**
 * `x` to the power `p`, element by element. Shapes broadcast, dtypes promote. pow(x, 0) = 1 for every x; NaN for a negative x with a p that
 * is not whole. Of integers it wraps, and a negative power is truncated toward 0. The derivative by x is p·x^(p−1), 0 where p = 0; by p it is
 * xᵖ·log x, 0 where x = 0 < p. Throws `DtypeError` for bools.
 *
 * @formula z = xᵖ
 * @derivative ∂z/∂x = p·xᵖ⁻¹, ∂z/∂p = z·log x
 * @example
 * const cubes = pow(x, 3);
 */
export const pow: Binary = binary('pow', {
  cost: 30,
  dtype: numbers('pow'),
  partials: [(_y, x, p) => byBase(x!, p!), (y, x) => byExponent(y, x!)],
  simplify: ({ inputs: [x, p] }) => simpler(x!, p!),
  lower: (x, p) => x.pow(p),
});
