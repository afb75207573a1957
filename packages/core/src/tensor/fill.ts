import { DtypeError } from '../errors.js';
import { type ArrayTypes, arrayOf, type DType, exactIn, isFloat, rangeOf, type TypedArray, widens } from './dtype.js';

/**
 * The elements of a plain array in `dtype`. Fractions are rounded to a float dtype. Throws `DtypeError` where that
 * would lose more: a whole number that float32 does not hold, one that overflows it, a fraction in an integer dtype.
 */
export function fromNumbers<D extends DType>(numbers: ArrayLike<number>, dtype: D, label: string): ArrayTypes[D] {
  const result = arrayOf(dtype, numbers.length);
  for (let i = 0; i < numbers.length; i++) result[i] = checkedNumber(numbers[i] as number, dtype, label);
  return result;
}

/** A plain number as `dtype` holds it, under the rules of {@link fromNumbers}. */
export function checkedNumber(value: number, dtype: DType, label: string): number {
  const loss = lossIn(value, dtype);
  if (loss !== null) throw new DtypeError(`${label}: ${loss}`);
  return dtype === 'float32' ? Math.fround(value) : value;
}

/** What a plain number would lose in `dtype`, and the cure; null where nothing but digits of a fraction. */
function lossIn(value: number, dtype: DType): string | null {
  if (exactIn(value, dtype)) return null;
  if (dtype === 'float32') {
    if (!Number.isFinite(Math.fround(value)) && Number.isFinite(value)) return `${value} overflows float32. Use float64.`;
    return Number.isSafeInteger(value) ? `float32 does not hold the whole number ${value} exactly. Use float64 or int32.` : null;
  }
  if (dtype === 'float64') return null;
  if (dtype === 'bool') return `${value} is no bool: give true, false, 1 or 0, or another dtype.`;
  if (!Number.isInteger(value)) return `${value} is not a whole number, as ${dtype} needs. Round it first, or use a float dtype.`;
  const [least, greatest] = rangeOf(dtype);
  return `${value} is beyond ${dtype}, which goes from ${least} to ${greatest}.`;
}

/**
 * A typed array of dtype `from` as one of `to`: the array itself where they agree, else a copy. Throws `DtypeError`
 * where floats would be narrowed, and where `to` does not hold an element of an array of integers.
 */
export function fromTyped(array: TypedArray, from: DType, to: DType, label: string): TypedArray {
  if (array instanceof Uint8Array) return fromBytes(array, to, label);
  if (from === to) return array;
  if (isFloat(from) && !widens(from, to)) {
    throw new DtypeError(
      `${label}: a ${array.constructor.name} is not narrowed to ${to} unasked. Give it dtype ${from}, then cast.`,
    );
  }
  return fromNumbers(array, to, label);
}

/** Bytes are bools where bools are wanted, and else small integers, such as pixels. */
function fromBytes(bytes: Uint8Array, to: DType, label: string): TypedArray {
  if (to !== 'bool') return fromNumbers(bytes, to, label);
  const wrong = bytes.find((byte) => byte > 1);
  if (wrong === undefined) return bytes;
  throw new DtypeError(
    `${label}: ${wrong} is no bool. A Uint8Array holds bools unless another dtype is given, such as float32 or int32.`,
  );
}
