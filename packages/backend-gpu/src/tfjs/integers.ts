import { beside, binary, select, unary, whereNaN } from './arithmetic.js';
import type { Calls, Value } from './calls.js';
import { cast } from './shaping.js';

/** What kernels of int32 lack, by those that there are. */

export function sign(calls: Calls, x?: Value): Value {
  const over = (a: Value, b: Value): Value => cast(calls, binary(calls, 'Greater', a, b, 'bool'), 'int32');
  const zero = beside(calls, x!, 0);
  return binary(calls, 'Sub', over(x!, zero), over(zero, x!));
}

/** Truncated toward zero; 0 for a divisor of 0. */
export function quotient(calls: Calls, x?: Value, y?: Value): Value {
  const zero = binary(calls, 'Equal', y!, beside(calls, y!, 0), 'bool');
  const divisor = select(calls, zero, beside(calls, y!, 1), unary(calls, 'Abs', y!));
  const size = binary(calls, 'FloorDiv', unary(calls, 'Abs', x!), divisor);
  const signs = binary(calls, 'Multiply', sign(calls, x), sign(calls, y));
  // The sign of 0 is 0, which serves a divisor of 0 too.
  return binary(calls, 'Multiply', size, signs);
}

/** With the sign of the dividend; 0 for a divisor of 0. */
export function remainder(calls: Calls, x?: Value, y?: Value): Value {
  const whole = binary(calls, 'Multiply', quotient(calls, x, y), y!);
  const zero = binary(calls, 'Equal', y!, beside(calls, y!, 0), 'bool');
  return select(calls, zero, beside(calls, x!, 0), binary(calls, 'Sub', x!, whole));
}

export function bitOr(calls: Calls, x?: Value, y?: Value): Value {
  return binary(calls, 'Sub', binary(calls, 'Add', x!, y!), binary(calls, 'BitwiseAnd', x!, y!));
}

export function bitXor(calls: Calls, x?: Value, y?: Value): Value {
  return binary(calls, 'Sub', bitOr(calls, x, y), binary(calls, 'BitwiseAnd', x!, y!));
}

export function bitNot(calls: Calls, x?: Value): Value {
  return binary(calls, 'Sub', beside(calls, x!, -1), x!);
}

/** The powers of two by a count modulo 32, half of whose bits are taken first and the rest after: 2³¹ is no int32. */
function halves(calls: Calls, counts: Value): [first: Value, second: Value] {
  const indices = binary(calls, 'BitwiseAnd', counts, beside(calls, counts, 31));
  const table = (name: string, bits: (count: number) => number): Value => {
    const values = () => Int32Array.from({ length: 32 }, (_, count) => 2 ** bits(count));
    const x = calls.literal(name, { shape: [32], dtype: 'int32' }, values);
    return calls.call('GatherV2', { x, indices }, { shape: counts.shape, dtype: 'int32' }, { axis: 0, batchDims: 0 });
  };
  return [table('first shift', (count) => count >> 1), table('second shift', (count) => count - (count >> 1))];
}

export function shiftLeft(calls: Calls, x?: Value, counts?: Value): Value {
  const [first, second] = halves(calls, counts!);
  return binary(calls, 'Multiply', binary(calls, 'Multiply', x!, first), second);
}

export function shiftRight(calls: Calls, x?: Value, counts?: Value): Value {
  const [first, second] = halves(calls, counts!);
  return binary(calls, 'FloorDiv', binary(calls, 'FloorDiv', x!, first), second);
}

const GREATEST = 2147483647;
const LEAST = -2147483648;
/** The greatest float32 that an int32 holds. */
const GREATEST_FLOAT = 2147483520;

/** A float as int32: truncated, saturated, NaN is 0. */
export function saturated(calls: Calls, x: Value): Value {
  const bounded = calls.call('ClipByValue', { x }, x, { clipValueMin: LEAST, clipValueMax: GREATEST_FLOAT });
  const number = select(calls, whereNaN(calls, x), beside(calls, x, 0), bounded);
  const whole = cast(calls, number, 'int32');
  const over = binary(calls, 'Greater', x, beside(calls, x, GREATEST_FLOAT), 'bool');
  return select(calls, over, calls.full(GREATEST, 'int32'), whole);
}
