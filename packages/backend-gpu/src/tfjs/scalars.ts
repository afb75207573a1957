import type { DType, ScalarOp } from '@tapegrad/core';
import { and, beside, binary, counted, not, or, select, unary, whereNaN } from './arithmetic.js';
import type { Calls, Value } from './calls.js';
import * as integers from './integers.js';
import { cast } from './shaping.js';

/** What a scalar op is in calls of kernels, on values that broadcast. */
type Spelling = (calls: Calls, ...args: Value[]) => Value;

const called =
  (kernel: string): Spelling =>
  (calls, x) =>
    unary(calls, kernel, x!);

const meeting =
  (kernel: string): Spelling =>
  (calls, a, b) =>
    binary(calls, kernel, a!, b!);

/** Kernels of one float that mean what our op of the same name does. */
const SAME_NAMES: readonly ScalarOp[] = [
  'neg',
  'abs',
  'sqrt',
  'exp',
  'expm1',
  'log',
  'log1p',
  'sin',
  'cos',
  'tan',
  'asin',
  'acos',
  'atan',
  'sinh',
  'cosh',
  'tanh',
  'asinh',
  'acosh',
  'atanh',
  'erf',
  'floor',
  'ceil',
  'round',
];

const scaledLog =
  (base: number): Spelling =>
  (calls, x) =>
    binary(calls, 'Multiply', unary(calls, 'Log', x!), beside(calls, x!, 1 / Math.log(base)));

/** Of two, with NaN where either is NaN, also on devices whose kernel forgets it. */
const extreme =
  (kernel: 'Maximum' | 'Minimum'): Spelling =>
  (calls, a, b) => {
    const found = binary(calls, kernel, a!, b!);
    if (calls.does(`NaN in ${kernel}`)) return found;
    return select(calls, or(calls, whereNaN(calls, a!), whereNaN(calls, b!)), beside(calls, a!, NaN), found);
  };

/** The remainder of absolute values, with the sign of the dividend: the kernel's own takes the divisor's. */
const remainder: Spelling = (calls, x, y) => {
  const size = binary(calls, 'Mod', unary(calls, 'Abs', x!), unary(calls, 'Abs', y!));
  const negative = binary(calls, 'Less', x!, beside(calls, x!, 0), 'bool');
  return select(calls, negative, unary(calls, 'Neg', size), size);
};

/** √(x² + y²) by the greater of both, so that no square overflows. */
const hypotenuse: Spelling = (calls, x, y) => {
  const [a, b] = [unary(calls, 'Abs', x!), unary(calls, 'Abs', y!)];
  const [high, low] = [FLOAT.max!(calls, a, b), FLOAT.min!(calls, a, b)];
  const zero = binary(calls, 'Equal', high, beside(calls, high, 0), 'bool');
  const infinite = binary(calls, 'Equal', high, beside(calls, high, Infinity), 'bool');
  const ratio = binary(calls, 'RealDiv', low, select(calls, zero, beside(calls, high, 1), high));
  const square = binary(calls, 'Multiply', ratio, ratio);
  const root = unary(calls, 'Sqrt', binary(calls, 'Add', square, beside(calls, square, 1)));
  return select(calls, infinite, high, binary(calls, 'Multiply', high, root));
};

/** 1 to any power is 1, NaN too. */
const power: Spelling = (calls, x, y) => {
  const found = binary(calls, 'Pow', x!, y!);
  const one = binary(calls, 'Equal', x!, beside(calls, x!, 1), 'bool');
  return select(calls, one, beside(calls, x!, 1), found);
};

const signOfFloat: Spelling = (calls, x) => {
  const found = unary(calls, 'Sign', x!);
  return calls.does('NaN in Sign') ? found : select(calls, whereNaN(calls, x!), x!, found);
};

const truncated: Spelling = (calls, x) => {
  const negative = binary(calls, 'Less', x!, beside(calls, x!, 0), 'bool');
  return select(calls, negative, unary(calls, 'Ceil', x!), unary(calls, 'Floor', x!));
};

const FLOAT: Partial<Record<ScalarOp, Spelling>> = {
  ...Object.fromEntries(SAME_NAMES.map((op) => [op, called(op[0]!.toUpperCase() + op.slice(1))])),
  add: meeting('Add'),
  sub: meeting('Sub'),
  mul: meeting('Multiply'),
  div: meeting('RealDiv'),
  rem: remainder,
  pow: power,
  max: extreme('Maximum'),
  min: extreme('Minimum'),
  atan2: meeting('Atan2'),
  hypot: hypotenuse,
  exp2: (calls, x) => binary(calls, 'Pow', beside(calls, x!, 2), x!),
  log2: scaledLog(2),
  log10: scaledLog(10),
  erfc: (calls, x) => binary(calls, 'Sub', beside(calls, x!, 1), unary(calls, 'Erf', x!)),
  sign: signOfFloat,
  trunc: truncated,
};

const INT32: Partial<Record<ScalarOp, Spelling>> = {
  add: meeting('Add'),
  sub: meeting('Sub'),
  mul: meeting('Multiply'),
  neg: (calls, x) => binary(calls, 'Sub', beside(calls, x!, 0), x!),
  abs: called('Abs'),
  sign: integers.sign,
  max: meeting('Maximum'),
  min: meeting('Minimum'),
  div: integers.quotient,
  rem: integers.remainder,
  bitAnd: meeting('BitwiseAnd'),
  bitOr: integers.bitOr,
  bitXor: integers.bitXor,
  bitNot: integers.bitNot,
  shiftLeft: integers.shiftLeft,
  shiftRight: integers.shiftRight,
  floor: (_calls, x) => x!,
  ceil: (_calls, x) => x!,
  round: (_calls, x) => x!,
  trunc: (_calls, x) => x!,
};

const exclusive: Spelling = (calls, a, b) => and(calls, or(calls, a!, b!), not(calls, and(calls, a!, b!)));
const either: Spelling = (calls, a, b) => or(calls, a!, b!);
const both: Spelling = (calls, a, b) => and(calls, a!, b!);

const BOOL: Partial<Record<ScalarOp, Spelling>> = {
  add: either,
  mul: both,
  max: either,
  min: both,
  bitAnd: both,
  bitOr: either,
  bitXor: exclusive,
};

const comparing =
  (kernel: string): Spelling =>
  (calls, a, b) =>
    binary(calls, kernel, counted(calls, a!), counted(calls, b!), 'bool');

/** What has one spelling for all dtypes of operands. */
const ANY: Partial<Record<ScalarOp, Spelling>> = {
  eq: comparing('Equal'),
  // A value that differs from itself is how NaN is asked for, and shaders may answer that without looking.
  ne: (calls, a, b) => (a === b && a!.dtype === 'float32' ? whereNaN(calls, a!) : comparing('NotEqual')(calls, a!, b!)),
  lt: comparing('Less'),
  le: comparing('LessEqual'),
  gt: comparing('Greater'),
  ge: comparing('GreaterEqual'),
  not: (calls, x) => not(calls, x!),
  and: both,
  or: either,
  select: (calls, condition, a, b) => select(calls, condition!, a!, b!),
};

const TABLES: Readonly<Record<string, Partial<Record<ScalarOp, Spelling>>>> = { float32: FLOAT, int32: INT32, bool: BOOL };

/** A scalar op on values of the device; null where it cannot be said. */
export function spell(calls: Calls, op: ScalarOp, dtype: DType, args: readonly Value[]): Value | null {
  if (op === 'cast') return converted(calls, args[0]!, dtype);
  const spelling = ANY[op] ?? TABLES[dtype]?.[op];
  return spelling ? spelling(calls, ...args) : null;
}

function converted(calls: Calls, x: Value, dtype: DType): Value | null {
  if (dtype === 'bool') return binary(calls, 'NotEqual', x, beside(calls, x, 0), 'bool');
  if (dtype === 'int32' && x.dtype === 'float32') return integers.saturated(calls, x);
  return dtype === 'int32' || dtype === 'float32' ? cast(calls, x, dtype) : null;
}
