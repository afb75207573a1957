import { castValue, type DType, isFloat } from '../tensor/dtype.js';
import { erf, erfc } from './erf.js';
import { expFloat32, tanhFloat32 } from './float32.js';
import type { Stmt } from './statement.js';

/** Every op that a `let` may name. */
export type LetOp = Extract<Stmt, { kind: 'let' }>['op'];
/** A scalar op on plain numbers: bools are 0 or 1, uint32 is never negative. */
export type ScalarFunction = (...args: number[]) => number;
type Table = { readonly [op in LetOp]?: ScalarFunction };

/** To the nearest integer, halves to the even one; keeps −0. */
export function roundHalfEven(x: number): number {
  const size = Math.abs(x);
  if (!(size < 2 ** 52)) return x;
  const rounded = size + 2 ** 52 - 2 ** 52;
  if (x < 0) return -rounded;
  return x === 0 ? x : rounded;
}

/** As C and NumPy have it: 1 to the power of anything is 1, NaN too, and so is −1 to an infinite power. */
export function power(x: number, y: number): number {
  return x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y;
}

/** x to the power of y modulo 2^32. A negative power is truncated toward zero, like any quotient. */
export function integerPower(x: number, y: number): number {
  if (y < 0) return x === 1 ? 1 : x === -1 ? (y & 1 ? -1 : 1) : 0;
  let result = 1;
  for (let base = x, rest = y; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = Math.imul(result, base);
    base = Math.imul(base, base);
  }
  return result;
}

/** The quotient truncated toward zero; 0 where y is 0; the least integer by −1 is itself. */
export function divideInt32(x: number, y: number): number {
  return y === 0 ? 0 : (x / y) | 0;
}

export function divideUint32(x: number, y: number): number {
  return y === 0 ? 0 : (x / y) >>> 0;
}

/** What is left of the truncated quotient, with the sign of x; 0 where y is 0. */
export function remainderInt32(x: number, y: number): number {
  return y === 0 ? 0 : (x % y) | 0;
}

export function remainderUint32(x: number, y: number): number {
  return y === 0 ? 0 : (x % y) >>> 0;
}

/** The upper half of the 64-bit product of two uint32, from four products of halves. */
export function multiplyHigh(x: number, y: number): number {
  const xLow = x & 0xffff;
  const xHigh = x >>> 16;
  const yLow = y & 0xffff;
  const yHigh = y >>> 16;
  const first = xHigh * yLow + ((xLow * yLow) >>> 16);
  const second = xLow * yHigh + (first & 0xffff);
  return (xHigh * yHigh + (first >>> 16) + (second >>> 16)) >>> 0;
}

/** A float as int32: truncated, saturated, NaN is 0. */
export function saturateInt32(x: number): number {
  return Math.min(Math.max(x, -2147483648), 2147483647) | 0;
}

/** A float as uint32: truncated, saturated, NaN is 0. */
export function saturateUint32(x: number): number {
  return Math.min(Math.max(x, 0), 4294967295) >>> 0;
}

/** The functions that JavaScript's `Math` lacks, for printers. */
export const scalarLibrary = {
  erf,
  erfc,
  expFloat32,
  tanhFloat32,
  roundHalfEven,
  power,
  integerPower,
  divideInt32,
  divideUint32,
  remainderInt32,
  remainderUint32,
  multiplyHigh,
  saturateInt32,
  saturateUint32,
} as const;

const holds = (condition: boolean): number => (condition ? 1 : 0);
const same = (x: number): number => x;

function rounding(f: ScalarFunction): ScalarFunction {
  return f.length === 1 ? (x) => Math.fround(f(x!)) : (x, y) => Math.fround(f(x!, y!));
}

const ANY: Table = {
  eq: (x, y) => holds(x === y),
  ne: (x, y) => holds(x !== y),
  lt: (x, y) => holds(x! < y!),
  le: (x, y) => holds(x! <= y!),
  gt: (x, y) => holds(x! > y!),
  ge: (x, y) => holds(x! >= y!),
  and: (x, y) => x! & y!,
  or: (x, y) => x! | y!,
  not: (x) => 1 - x!,
  select: (condition, x, y) => (condition ? x! : y!),
  copy: same as ScalarFunction,
  lesser: (x, y) => (y! < x! ? y! : x!),
  greater: (x, y) => (y! > x! ? y! : x!),
};

const float = new Float32Array(1);
const pattern = new Int32Array(float.buffer);

/** The float32 of a bit pattern. A NaN keeps only that it is one. */
function floatOfBits(bits: number): number {
  pattern[0] = bits;
  return float[0]!;
}

function bitsOfFloat(x: number): number {
  float[0] = x;
  return pattern[0]!;
}

const wide = new Float64Array(1);
/** The lower word first, as typed arrays have it wherever JavaScript runs. */
const words = new Int32Array(wide.buffer);

function wordOf(at: 0 | 1): ScalarFunction {
  return (x) => {
    wide[0] = x!;
    return words[at]!;
  };
}

function fromWords(high: number, low: number): number {
  words[0] = low;
  words[1] = high;
  return wide[0]!;
}

function isNegative(x: number): boolean {
  return x < 0 || Object.is(x, -0);
}

/** What `Math` has by the same name. */
const IN_MATH = [
  ...['max', 'min', 'abs', 'sign', 'sqrt', 'exp', 'expm1', 'log', 'log1p', 'log2', 'log10', 'sin', 'cos', 'tan', 'asin', 'acos'],
  ...['atan', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh', 'atan2', 'hypot', 'floor', 'ceil', 'trunc'],
] as const;

const FLOAT64 = {
  ...Object.fromEntries(IN_MATH.map((op) => [op, Math[op] as ScalarFunction])),
  exp2: (x: number) => 2 ** x,
  add: (x: number, y: number) => x + y,
  sub: (x: number, y: number) => x - y,
  mul: (x: number, y: number) => x * y,
  div: (x: number, y: number) => x / y,
  rem: (x: number, y: number) => x % y,
  neg: (x: number) => -x,
  pow: power,
  erf,
  erfc,
  round: roundHalfEven,
  copySign: (x: number, sign: number) => (isNegative(x) === isNegative(sign) ? x : -x),
} as Table;

/** Rounding the float64 result is rounding the exact one, for + − × ÷ and sqrt: float64 has more than twice float32's digits. */
const FLOAT32: Table = {
  ...Object.fromEntries(
    Object.entries({ ...FLOAT64, exp: expFloat32, tanh: tanhFloat32 }).map(([op, f]) => [op, rounding(f as ScalarFunction)]),
  ),
  bits: floatOfBits as ScalarFunction,
};

const INTEGER = { max: Math.max, min: Math.min, sign: Math.sign, floor: same, ceil: same, round: same, trunc: same } as Table;

const INT32 = {
  ...INTEGER,
  add: (x: number, y: number) => (x + y) | 0,
  sub: (x: number, y: number) => (x - y) | 0,
  mul: Math.imul,
  div: divideInt32,
  rem: remainderInt32,
  pow: integerPower,
  neg: (x: number) => -x | 0,
  abs: (x: number) => Math.abs(x) | 0,
  bitAnd: (x: number, y: number) => x & y,
  bitOr: (x: number, y: number) => x | y,
  bitXor: (x: number, y: number) => x ^ y,
  bitNot: (x: number) => ~x,
  shiftLeft: (x: number, y: number) => x << y,
  shiftRight: (x: number, y: number) => x >> y,
  floorDiv: (x: number, y: number) => Math.floor(x / y),
  floorMod: (x: number, y: number) => ((x % y) + y) % y,
  bits: bitsOfFloat,
  highWord: wordOf(1),
  lowWord: wordOf(0),
} as Table;

const UINT32 = {
  ...INTEGER,
  add: (x: number, y: number) => (x + y) >>> 0,
  sub: (x: number, y: number) => (x - y) >>> 0,
  mul: (x: number, y: number) => Math.imul(x, y) >>> 0,
  div: divideUint32,
  rem: remainderUint32,
  pow: (x: number, y: number) => integerPower(x, y) >>> 0,
  neg: (x: number) => -x >>> 0,
  abs: same,
  bitAnd: (x: number, y: number) => (x & y) >>> 0,
  bitOr: (x: number, y: number) => (x | y) >>> 0,
  bitXor: (x: number, y: number) => (x ^ y) >>> 0,
  bitNot: (x: number) => ~x >>> 0,
  shiftLeft: (x: number, y: number) => (x << y) >>> 0,
  shiftRight: (x: number, y: number) => x >>> y,
  multiplyHigh,
} as Table;

/** The sum of bools is their or, the product their and. */
const BOOL = {
  add: (x: number, y: number) => x | y,
  mul: (x: number, y: number) => x & y,
  max: (x: number, y: number) => x | y,
  min: (x: number, y: number) => x & y,
  bitAnd: (x: number, y: number) => x & y,
  bitOr: (x: number, y: number) => x | y,
  bitXor: (x: number, y: number) => x ^ y,
} as Table;

const TABLES: { readonly [D in DType]: Table } = {
  float32: { ...ANY, ...FLOAT32 },
  float64: { ...ANY, ...FLOAT64, fromWords: fromWords as ScalarFunction },
  int32: { ...ANY, ...INT32 },
  uint32: { ...ANY, ...UINT32 },
  bool: { ...ANY, ...BOOL },
};

/**
 * Has `op` a meaning for arguments of this dtype?
 *
 * @example
 * console.log(hasScalar('exp', 'float32'), hasScalar('exp', 'int32')); // true false
 */
export function hasScalar(op: LetOp, dtype: DType): boolean {
  return op === 'cast' || TABLES[dtype][op] !== undefined;
}

/**
 * What `op` means, given the dtype of its result and those of its arguments. This is the one definition: the interpreter and folding call
 * it, and what printers write is tested against it. Throws where the op has no meaning for the dtype: exp of an int32.
 *
 * @example
 * console.log(scalarFunction('div', 'int32', ['int32', 'int32'])(7, -2)); // -3
 */
export function scalarFunction(op: LetOp, dtype: DType, argTypes: readonly DType[]): ScalarFunction {
  if (op === 'cast') {
    const from = argTypes[0]!;
    return (x) => castValue(x!, dtype, from);
  }
  const f = TABLES[dtype][op];
  if (!f) throw new Error(`${op} of ${dtype} has no meaning. Cast to ${isFloat(dtype) ? 'an integer dtype' : 'a float'} first.`);
  return f;
}
