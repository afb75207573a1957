import { ShapeError, type TypedArray } from '@tapegrad/core';

/** What an IDX file holds: a row-major array of bytes or other numbers. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;
}

type Reader = (view: DataView, offset: number) => number;

interface ElementType {
  readonly bytes: number;
  readonly array: (length: number) => IdxArray['data'];
  readonly read: Reader;
}

const TYPES: ReadonlyMap<number, ElementType> = new Map([
  [0x08, { bytes: 1, array: (n: number) => new Uint8Array(n), read: (view: DataView, at: number) => view.getUint8(at) }],
  [0x09, { bytes: 1, array: (n: number) => new Int8Array(n), read: (view: DataView, at: number) => view.getInt8(at) }],
  [0x0b, { bytes: 2, array: (n: number) => new Int16Array(n), read: (view: DataView, at: number) => view.getInt16(at) }],
  [0x0c, { bytes: 4, array: (n: number) => new Int32Array(n), read: (view: DataView, at: number) => view.getInt32(at) }],
  [0x0d, { bytes: 4, array: (n: number) => new Float32Array(n), read: (view: DataView, at: number) => view.getFloat32(at) }],
  [0x0e, { bytes: 8, array: (n: number) => new Float64Array(n), read: (view: DataView, at: number) => view.getFloat64(at) }],
]);

/**
 * Reads an IDX file, the format of MNIST: two zero bytes, the type of the elements, the rank, a big-endian uint32 for each axis, and the
 * elements, big-endian. Source: https://yann.lecun.com/exdb/mnist (Internet Archive).
 *
 * Throws `ShapeError` where the bytes are no IDX file, or have not the length that their header says.
 *
 * @example
 * const bytes = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9); // two bytes along one axis
 * console.log(parseIdx(bytes).shape); // [ 2 ]
 */
export function parseIdx(bytes: Uint8Array): IdxArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = bytes.length >= 4 && bytes[0] === 0 && bytes[1] === 0 ? TYPES.get(bytes[2]!) : undefined;
  const rank = bytes[3] ?? 0;
  const start = 4 + 4 * rank;
  if (!type || bytes.length < start) {
    const head = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw new ShapeError(`parseIdx: this is no IDX file; it starts with ${head === '' ? 'nothing' : head}.`, { op: 'parseIdx' });
  }
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const count = shape.reduce((a, b) => a * b, 1);
  if (bytes.length !== start + count * type.bytes) {
    throw new ShapeError(
      `parseIdx: the file has ${bytes.length} bytes; [${shape.join(', ')}] elements of ${type.bytes} and a header of ${start} have ${start + count * type.bytes}.`,
      { op: 'parseIdx' },
    );
  }
  const data = type.array(count);
  if (data instanceof Uint8Array) data.set(bytes.subarray(start));
  else for (let i = 0; i < count; i++) data[i] = type.read(view, start + i * type.bytes);
  return { shape, data };
}

/**
 * Bytes as fractions of 255, in float32: the pixels of an image in 0 … 1.
 *
 * @example
 * console.log(scaleBytes(Uint8Array.of(0, 51, 255))[2]); // 1
 */
export function scaleBytes(bytes: Uint8Array): Float32Array<ArrayBuffer> & TypedArray {
  const scaled = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) scaled[i] = bytes[i]! / 255;
  return scaled;
}
