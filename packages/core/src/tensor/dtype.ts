import { DtypeError } from '../errors.js';

/** The array that holds each dtype's elements; a bool is a byte of 0 or 1. */
export interface ArrayTypes {
  float32: Float32Array;
  float64: Float64Array;
  int32: Int32Array;
  uint32: Uint32Array;
  bool: Uint8Array;
}

/** The type of the elements of a tensor or node. */
export type DType = keyof ArrayTypes;
/** An array that holds the elements of a tensor; that of bools is a `Uint8Array`. */
export type TypedArray = ArrayTypes[DType];

interface ArrayConstructor<A> {
  new (length: number): A;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): A;
  readonly BYTES_PER_ELEMENT: number;
}

const ARRAYS: { readonly [D in DType]: ArrayConstructor<ArrayTypes[D]> } = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  bool: Uint8Array,
};

/** The dtypes that tensors and nodes can have. */
export const DTYPES = Object.keys(ARRAYS) as readonly DType[];

/** Throws `DtypeError` where `dtype` is none of {@link DTYPES}, for callers that no type checker has seen. */
export function checkDType(label: string, dtype: string): asserts dtype is DType {
  if (Object.hasOwn(ARRAYS, dtype)) return;
  throw new DtypeError(`${label}: there is no dtype '${dtype}'; there are ${DTYPES.join(', ')}.`);
}

/**
 * Bytes of one element.
 *
 * @example
 * console.log(bytesOf('float64'), bytesOf('bool')); // 8 1
 */
export function bytesOf(dtype: DType): number {
  return ARRAYS[dtype].BYTES_PER_ELEMENT;
}

/**
 * A new array of `length` zeros, or a view of `buffer`: its elements from `byteOffset` on, all of them unless `length` is given.
 *
 * @example
 * console.log(arrayOf('int32', 3).length); // 3
 */
export function arrayOf<D extends DType>(dtype: D, length: number): ArrayTypes[D];
export function arrayOf<D extends DType>(dtype: D, buffer: ArrayBufferLike, byteOffset?: number, length?: number): ArrayTypes[D];
export function arrayOf(dtype: DType, source: number | ArrayBufferLike, byteOffset?: number, length?: number): TypedArray {
  const Type = ARRAYS[dtype];
  return typeof source === 'number' ? new Type(source) : new Type(source, byteOffset, length);
}

/** The dtype whose elements `array` holds; null for arrays that hold none (Int16Array, DataView, …). */
export function dtypeOfArray(array: ArrayBufferView): DType | null {
  return DTYPES.find((dtype) => array instanceof ARRAYS[dtype]) ?? null;
}

/**
 * float32 and float64, which alone carry derivatives.
 *
 * @example
 * console.log(isFloat('float64'), isFloat('int32')); // true false
 */
export function isFloat(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float64';
}

/**
 * int32 and uint32; bool is no integer.
 *
 * @example
 * console.log(isInteger('uint32'), isInteger('bool')); // true false
 */
export function isInteger(dtype: DType): boolean {
  return dtype === 'int32' || dtype === 'uint32';
}

/**
 * True where every value of `from` is a value of `to`.
 *
 * @example
 * console.log(widens('int32', 'float64'), widens('int32', 'float32')); // true false
 */
export function widens(from: DType, to: DType): boolean {
  return from === to || from === 'bool' || (to === 'float64' && from !== 'float64');
}

/**
 * The dtype in which `a` and `b` meet: the one that holds every value of both.
 * Throws `DtypeError` where neither does: int32 with uint32, and either with float32.
 *
 * @example
 * console.log(promote('bool', 'int32', 'add'), promote('float32', 'float64', 'add')); // int32 float64
 */
export function promote(a: DType, b: DType, op: string): DType {
  if (widens(a, b)) return b;
  if (widens(b, a)) return a;
  throw new DtypeError(`${op}: ${a} and ${b} do not mix: neither holds every value of the other. Use cast to choose one.`, {
    op,
  });
}

type CountedDType = Exclude<DType, 'float32' | 'float64'>;

const RANGES: { readonly [D in CountedDType]: readonly [number, number] } = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  bool: [0, 1],
};

/**
 * The least and the greatest value of a dtype that is not a float.
 *
 * @example
 * const [least, greatest] = rangeOf('int32'); // -2147483648 and 2147483647
 */
export function rangeOf(dtype: CountedDType): readonly [number, number] {
  return RANGES[dtype];
}

/**
 * True where `dtype` holds `value` exactly: 2.5 in float32, not in int32; 0.1 in float64 only; in bool 0 and 1 alone.
 *
 * @example
 * console.log(exactIn(2.5, 'float32'), exactIn(2.5, 'int32')); // true false
 */
export function exactIn(value: number, dtype: DType): boolean {
  if (dtype === 'float64') return true;
  if (dtype === 'float32') return Object.is(Math.fround(value), value);
  const [least, greatest] = rangeOf(dtype);
  return Number.isInteger(value) && value >= least && value <= greatest;
}

/**
 * `value`, an element of dtype `from`, converted to dtype `to` as `cast` does it everywhere: a float is truncated to
 * an integer and saturates, NaN giving 0; an integer wraps modulo 2^32; whatever is not 0 is true, NaN too;
 * float32 rounds to nearest.
 *
 * @example
 * console.log(castValue(-2.7, 'int32'), castValue(NaN, 'int32'), castValue(3e9, 'int32')); // -2 0 2147483647
 */
export function castValue(value: number, to: DType, from: DType = 'float64'): number {
  switch (to) {
    case 'float64':
      return value;
    case 'float32':
      return Math.fround(value);
    case 'bool':
      return value !== 0 ? 1 : 0;
    default:
      if (!isFloat(from)) return to === 'int32' ? value | 0 : value >>> 0;
      return saturate(value, rangeOf(to));
  }
}

/** Adding 0 turns -0, which no integer dtype holds, into 0. */
function saturate(value: number, [least, greatest]: readonly [number, number]): number {
  return Number.isNaN(value) ? 0 : Math.min(Math.max(Math.trunc(value), least), greatest) + 0;
}
