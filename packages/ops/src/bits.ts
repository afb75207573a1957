import { type Binary, type BinaryScalarOp, binary, type Unary, unary } from '@tapegrad/core';
import { integers } from './support/dtypes.js';

function bitwise(op: BinaryScalarOp): Binary {
  return binary(op, { dtype: integers(op), partials: [null, null], lower: (x, y) => x.apply(op, y) });
}

/**
 * Bits that both have, element by element. Shapes broadcast. Throws `DtypeError` unless both are int32 or both uint32.
 *
 * @formula zₖ = xₖ ∧ yₖ in each bit k
 * @derivative none, integers
 * @example
 * const low = bitAnd(x, 0xff);
 */
export const bitAnd: Binary = bitwise('bitAnd');

/**
 * Bits that either has, element by element. Shapes broadcast. Throws `DtypeError` unless both are int32 or both uint32.
 *
 * @formula zₖ = xₖ ∨ yₖ in each bit k
 * @derivative none, integers
 * @example
 * const flags = bitOr(x, 4);
 */
export const bitOr: Binary = bitwise('bitOr');

/**
 * Bits that just one has, element by element. Shapes broadcast. Throws `DtypeError` unless both are int32 or both uint32.
 *
 * @formula zₖ = xₖ ⊕ yₖ in each bit k
 * @derivative none, integers
 * @example
 * const toggled = bitXor(x, mask);
 */
export const bitXor: Binary = bitwise('bitXor');

/**
 * Bits moved up by `y` modulo 32, element by element. Shapes broadcast. Throws `DtypeError` unless both are int32 or both uint32.
 *
 * @formula z = x · 2^(y mod 32), modulo 2³²
 * @derivative none, integers
 * @example
 * const doubled = shiftLeft(x, 1);
 */
export const shiftLeft: Binary = bitwise('shiftLeft');

/**
 * Bits moved down by `y` modulo 32, element by element: zeros come in for uint32, the sign for int32. Shapes broadcast. Throws `DtypeError`
 * unless both are int32 or both uint32.
 *
 * @formula z = ⌊x / 2^(y mod 32)⌋
 * @derivative none, integers
 * @example
 * const high = shiftRight(x, 16);
 */
export const shiftRight: Binary = bitwise('shiftRight');

/**
 * Every bit turned. Same shape and dtype out. Throws `DtypeError` unless `x` is int32 or uint32.
 *
 * @formula yₖ = ¬xₖ in each bit k
 * @derivative none, integers
 * @example
 * const mask = bitNot(x);
 */
export const bitNot: Unary = unary('bitNot', { dtype: integers('bitNot'), partial: null, lower: (x) => x.apply('bitNot') });
