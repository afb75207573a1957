import { DtypeError, ShapeError } from '../errors.js';
import { optionsOf } from '../options.js';
import { arrayOf, castValue, checkDType, type DType, dtypeOfArray, type TypedArray } from './dtype.js';
import { fromNumbers, fromTyped } from './fill.js';
import { flatten, type NestedArray } from './parse-value.js';
import { inspect, printTensor } from './print.js';
import { countOf, showShape } from './shape.js';

export type { NestedArray } from './parse-value.js';

/** What a tensor is made from. */
export type TensorLike = NestedArray | TypedArray | Tensor;

/** How {@link tensor} reads a value. */
export interface TensorOptions {
  /** Without it: float32 for numbers, bool for booleans, its own for a typed array. */
  readonly dtype?: DType | undefined;
  /** Without it: as the arrays are nested, or one axis for a typed array. */
  readonly shape?: readonly number[] | undefined;
  /** What errors call the value, 'tensor' without it. */
  readonly label?: string | undefined;
}

const SCALAR: readonly number[] = Object.freeze([]);

/** A host value: a dtype, a shape, and elements in row-major order. Nothing in tapegrad changes one after it is made. */
export class Tensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  #data: TypedArray | null;
  /** The one element of a tensor that has no array yet. */
  readonly #value: number;

  private constructor(dtype: DType, shape: readonly number[], data: TypedArray | null, value: number) {
    this.dtype = dtype;
    this.shape = shape;
    this.#data = data;
    this.#value = value;
  }

  /**
   * A tensor of `value`: a number or boolean, arrays of them nested to one depth, or a typed array, which is not copied
   * where it has the dtype asked for.
   *
   * Plain fractions are rounded to a float dtype. Whole numbers must be exact in the dtype (2^53 and beyond excepted),
   * fractions never go into an integer dtype, and typed arrays of floats are never narrowed: such is a `DtypeError`.
   * Ragged arrays and a count of elements that `shape` does not have are a `ShapeError`.
   *
   * @example
   * Tensor.from([[1, 2], [3, 4]]); // float32 [2, 2]
   * Tensor.from(new Uint8Array(784), { dtype: 'float32', shape: [28, 28] });
   */
  static from(value: TensorLike, options?: TensorOptions): Tensor {
    const { label, dtype, shape } = optionsOf('tensor', options, { label: 'tensor', dtype: undefined, shape: undefined });
    const made = readTensor(value, dtype, label);
    return shape ? reshaped(made, shape, label) : made;
  }

  /** A tensor over `data`, nothing checked and nothing copied; for code that knows that dtype, shape and length agree. */
  static wrap(dtype: DType, shape: readonly number[], data: TypedArray): Tensor {
    return new Tensor(dtype, shape, data, 0);
  }

  /** A tensor of rank 0. `value` is one that `dtype` holds (a bool is 0 or 1), unchecked. The array is made when `data` is read. */
  static scalar(dtype: DType, value: number): Tensor {
    return new Tensor(dtype, SCALAR, null, value);
  }

  /** The elements, row-major; bools as 0 and 1. The tensor's own memory. */
  get data(): TypedArray {
    this.#data ??= arrayOf(this.dtype, 1).fill(this.#value);
    return this.#data;
  }

  /** The number of elements. */
  get size(): number {
    return this.#data === null ? 1 : this.#data.length;
  }

  /** The only element. Throws `ShapeError` unless there is exactly one. */
  item(): number | boolean {
    if (this.size !== 1)
      throw new ShapeError(`item: ${showShape(this.shape)} has ${this.size} elements. Use at(…), toArray() or data.`);
    return this.#element(0);
  }

  /** The element at `index`, one number for each axis. Throws `ShapeError` where there is none. */
  at(...index: readonly number[]): number | boolean {
    const { shape } = this;
    if (index.length !== shape.length) {
      throw new ShapeError(
        `at: ${showShape(index)} does not index ${showShape(shape)}: give a number for each axis, ${shape.length} in all.`,
      );
    }
    let offset = 0;
    for (const [axis, size] of shape.entries()) {
      const i = index[axis] as number;
      if (!(Number.isInteger(i) && i >= 0 && i < size))
        throw new ShapeError(`at: ${showShape(index)} is outside ${showShape(shape)}.`);
      offset = offset * size + i;
    }
    return this.#element(offset);
  }

  /** The elements as nested arrays, or the bare element for rank 0; bools as booleans. */
  toArray(): NestedArray {
    let next = 0;
    const nest = (axis: number): NestedArray => {
      const size = this.shape[axis];
      if (size === undefined) return this.#element(next++);
      return Array.from({ length: size }, () => nest(axis + 1));
    };
    return nest(0);
  }

  /** True where dtype, shape and every element agree, exactly: NaN equals NaN, and 0 differs from -0. */
  equals(other: Tensor): boolean {
    if (this.dtype !== other.dtype || this.shape.length !== other.shape.length) return false;
    if (!this.shape.every((size, axis) => size === other.shape[axis])) return false;
    const [a, b] = [this.data, other.data];
    for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
    return true;
  }

  /**
   * The same elements in another dtype: a float is truncated to an integer and saturates, NaN giving 0; an integer
   * wraps modulo 2^32; whatever is not 0 is true; floats are rounded. The tensor itself where it has the dtype.
   */
  cast(dtype: DType): Tensor {
    if (dtype === this.dtype) return this;
    const { data } = this;
    const cast = arrayOf(dtype, data.length);
    for (let i = 0; i < data.length; i++) cast[i] = castValue(data[i] as number, dtype, this.dtype);
    return Tensor.wrap(dtype, this.shape, cast);
  }

  /** `Tensor float32 [2, 3]` and the elements, to 6 digits, long axes elided. */
  toString(): string {
    return printTensor(this);
  }

  [inspect](): string {
    return this.toString();
  }

  #element(offset: number): number | boolean {
    const value = this.#data === null ? this.#value : (this.#data[offset] as number);
    return this.dtype === 'bool' ? value !== 0 : value;
  }
}

/**
 * A tensor of `value`: see {@link Tensor.from}, of which this is the short form.
 *
 * @example
 * console.log(tensor([[1, 2], [3, 4]]).shape); // [ 2, 2 ]
 */
export function tensor(value: TensorLike, options?: TensorOptions): Tensor {
  return Tensor.from(value, options);
}

/** A tensor of `value`, of this dtype if one is given, else of its own; `label` is what errors call it. */
export function readTensor(value: TensorLike, dtype: DType | undefined, label: string): Tensor {
  if (dtype) checkDType(label, dtype);
  return value instanceof Tensor ? fromTensor(value, dtype, label) : fromHost(value, dtype, label);
}

function fromTensor(value: Tensor, dtype: DType = value.dtype, label: string): Tensor {
  return dtype === value.dtype ? value : Tensor.wrap(dtype, value.shape, fromTyped(value.data, value.dtype, dtype, label));
}

function fromHost(value: NestedArray | TypedArray, dtype: DType | undefined, label: string): Tensor {
  if (ArrayBuffer.isView(value)) {
    const own = dtypeOfArray(value);
    if (own === null) {
      const name = (value as ArrayBufferView).constructor.name;
      throw new DtypeError(`${label}: no tensor holds the elements of ${name}. Convert it, as in Float32Array.from(…).`);
    }
    return Tensor.wrap(dtype ?? own, [value.length], fromTyped(value, own, dtype ?? own, label));
  }
  const flat = flatten(value, label);
  const wanted = dtype ?? (flat.boolean ? 'bool' : 'float32');
  return Tensor.wrap(wanted, flat.shape, fromNumbers(flat.elements, wanted, label));
}

/** Flat values take any shape of their size; nested ones must have it already. */
function reshaped(made: Tensor, shape: readonly number[], label: string): Tensor {
  const wrong = shape.find((size) => !(Number.isSafeInteger(size) && size >= 0));
  if (wrong !== undefined)
    throw new ShapeError(`${label}: ${wrong} in ${showShape(shape)} is no size: sizes are whole numbers of at least 0.`);
  if (made.shape.length > 1 && showShape(made.shape) !== showShape(shape)) {
    throw new ShapeError(`${label}: the value has shape ${showShape(made.shape)}, not ${showShape(shape)}.`);
  }
  if (made.size !== countOf(shape)) {
    throw new ShapeError(`${label}: ${made.size} elements do not fill shape ${showShape(shape)}, which has ${countOf(shape)}.`);
  }
  return Tensor.wrap(made.dtype, [...shape], made.data);
}
