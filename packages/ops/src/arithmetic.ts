import {
  type Binary,
  binary,
  DtypeError,
  isConstant,
  isInteger,
  linear,
  meet,
  mul,
  type Operand,
  type Unary,
  unary,
  withOp,
} from '@tapegrad/core';
import { floats, numbers } from './support/dtypes.js';

const subtraction = linear<undefined>('sub', {
  kind: 'pointwise',
  cost: 1,
  dtype: numbers('sub'),
  shape: ([x]) => x!.shape,
  adjoint: (_z, g, i) => (i === 0 ? g : neg(g)),
  simplify: ({ inputs: [x, y] }) => (isConstant(y!, 0) ? x! : null),
  lower: (k) => k.load(0, k.at).sub(k.load(1, k.at)),
});

/**
 * Difference of two, element by element. Shapes broadcast, dtypes promote. Throws `DtypeError` for bools.
 *
 * @formula z = x − y
 * @derivative ∂z/∂x = 1, ∂z/∂y = −1
 * @example
 * const error = sub(prediction, target); // [32, 10] and [10] give [32, 10]
 */
export const sub: Binary = withOp(subtraction, (x: Operand, y: Operand) => {
  const [a, b] = meet('sub', [x, y]);
  return subtraction(a!, b!, undefined);
});

const negation = linear<undefined>('neg', {
  kind: 'pointwise',
  cost: 1,
  dtype: numbers('neg'),
  shape: ([x]) => x!.shape,
  adjoint: (_y, g) => neg(g),
  simplify: ({ inputs: [x] }) => (x!.op === neg.op ? x!.inputs[0]! : null),
  lower: (k) => k.load(0, k.at).neg(),
});

/**
 * Each element with its sign changed; integers wrap. Same shape and dtype out. Throws `DtypeError` for bools.
 *
 * @formula y = −x
 * @derivative −1
 * @example
 * const loss = neg(mean(logLikelihood));
 */
export const neg: Unary = withOp(negation, (x: Operand) => negation(x, undefined));

const division: Binary = binary('div', {
  cost: 4,
  dtype: numbers('div'),
  partials: [(_z, _x, y) => reciprocal(y!), (z, _x, y) => neg(div(z, y!))],
  lower: (x, y) => x.div(y),
  simplify: ({ inputs: [x, y] }) => (isConstant(y!, 1) ? x! : null),
});

/**
 * Quotient of two, element by element. Shapes broadcast, dtypes promote; floats follow IEEE 754. Integer division truncates toward zero
 * and gives 0 where the divisor is 0. Throws `DtypeError` for bools, and for an integer divisor that is the constant 0.
 *
 * @formula z = x / y
 * @derivative ∂z/∂x = 1/y, ∂z/∂y = −z/y
 * @example
 * const normalised = div(x, sum(x, { axis: -1, keepDims: true }));
 */
export const div: Binary = withOp(division, (x: Operand, y: Operand) => {
  const [a, b] = meet('div', [x, y]);
  if (isInteger(b!.dtype) && isConstant(b!, 0)) {
    throw new DtypeError("div: the divisor is the integer 0. Divide floats for an infinity: cast(x, 'float32').", { op: 'div' });
  }
  return division(a!, b!);
});

/**
 * 1 over each element. Same shape out; 0 gives an infinity. Throws `DtypeError` unless `x` is a float.
 *
 * @formula y = 1/x
 * @derivative −y²
 * @example
 * const inverse = reciprocal(scale);
 */
export const reciprocal: Unary = unary('reciprocal', {
  cost: 4,
  dtype: floats('reciprocal'),
  partial: (y) => neg(square(y)),
  lower: (x) => x.constant(1).div(x),
});

/**
 * Each element times itself. Same shape and dtype out. Throws `DtypeError` for bools.
 *
 * @formula y = x²
 * @derivative 2x
 * @example
 * const energy = sum(square(x));
 */
export const square: Unary = unary('square', {
  dtype: numbers('square'),
  partial: (_y, x) => mul(2, x),
  lower: (x) => x.mul(x),
});
