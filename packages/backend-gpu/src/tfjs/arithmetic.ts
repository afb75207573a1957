import type { Calls, Value } from './calls.js';
import { cast, collapsed, met, reshaped, sameSizes, stretched } from './shaping.js';
import type { DeviceType } from './tensorflow.js';

/** Kernels of one or two operands, which broadcast. */

export function unary(calls: Calls, kernel: string, x: Value, dtype: DeviceType = x.dtype): Value {
  return calls.call(kernel, { x }, { shape: x.shape, dtype });
}

/** Kernels that broadcast on every device as quickly as they can. */
const ARITHMETIC: ReadonlySet<string> = new Set(['Add', 'Sub', 'Multiply', 'RealDiv']);

export function binary(calls: Calls, kernel: string, a: Value, b: Value, dtype: DeviceType = a.dtype): Value {
  const shape = met(a.shape, b.shape);
  if (a.shape.length === 0 || b.shape.length === 0 || sameSizes(a.shape, b.shape))
    return calls.call(kernel, { a, b }, { shape, dtype });
  const { whole, parts } = collapsed(shape, [a.shape, b.shape]);
  const broadcasts = ARITHMETIC.has(kernel) || calls.does('Broadcasting but in arithmetic');
  const operand = (x: Value, part: readonly number[]): Value => {
    const narrow = reshaped(calls, x, part);
    return broadcasts ? narrow : stretched(calls, narrow, whole);
  };
  const operands = { a: operand(a, parts[0]!), b: operand(b, parts[1]!) };
  return reshaped(calls, calls.call(kernel, operands, { shape: whole, dtype }), shape);
}

/** A number beside a value, of its dtype. */
export function beside(calls: Calls, x: Value, number: number): Value {
  return calls.full(number, x.dtype);
}

export function whereNaN(calls: Calls, x: Value): Value {
  return unary(calls, 'IsNan', x, 'bool');
}

export function not(calls: Calls, x: Value): Value {
  return unary(calls, 'LogicalNot', x);
}

export function and(calls: Calls, a: Value, b: Value): Value {
  return binary(calls, 'LogicalAnd', a, b);
}

export function or(calls: Calls, a: Value, b: Value): Value {
  return binary(calls, 'LogicalOr', a, b);
}

/** `a` where the condition holds, else `b`. The kernel wants all three in one shape. */
export function select(calls: Calls, condition: Value, a: Value, b: Value): Value {
  if (a.dtype === 'bool') return or(calls, and(calls, condition, a), and(calls, not(calls, condition), b));
  const shape = met(met(condition.shape, a.shape), b.shape);
  const length = shape.reduce((product, size) => product * size, 1);
  // In a row, as on WebGL and WebGPU it knows few axes.
  const whole = (x: Value): Value => {
    const ones = shape.map(() => 1).slice(x.shape.length);
    return reshaped(calls, stretched(calls, reshaped(calls, x, [...ones, ...x.shape]), shape), [length]);
  };
  const operands = { condition: whole(condition), t: whole(a), e: whole(b) };
  return reshaped(calls, calls.call('Select', operands, { shape: [length], dtype: a.dtype }), shape);
}

/** Bools as 0 and 1; other dtypes as they are. */
export function counted(calls: Calls, x: Value): Value {
  return x.dtype === 'bool' ? cast(calls, x, 'int32') : x;
}
