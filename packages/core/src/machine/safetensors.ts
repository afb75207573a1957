import { MachineError } from '../errors.js';
import { arrayOf, bytesOf, type DType } from '../tensor/dtype.js';
import { countOf } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { host } from './host.js';

const NAMES: Readonly<Record<DType, string>> = { float32: 'F32', float64: 'F64', int32: 'I32', uint32: 'U32', bool: 'BOOL' };
const DTYPES = new Map(Object.entries(NAMES).map(([dtype, name]) => [name, dtype as DType]));
/** The header is padded with spaces to a multiple of this, and wide dtypes come first, so that every tensor is aligned. */
const ALIGNMENT = 8;
const LENGTH_BYTES = 8;

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [begin: number, end: number];
}

/**
 * Tensors by name as the bytes of a safetensors file: the length of a JSON header, the header, and the data.
 * Source: https://github.com/huggingface/safetensors#format
 *
 * @example
 * const bytes = writeSafetensors(new Map([['w', tensor([1, 2])]]));
 */
export function writeSafetensors(tensors: ReadonlyMap<string, Tensor>): Uint8Array {
  const ordered = [...tensors].sort(([a, x], [b, y]) => bytesOf(y.dtype) - bytesOf(x.dtype) || (a < b ? -1 : 1));
  let end = 0;
  const entries = ordered.map(([name, { dtype, shape, data }]): [string, Entry] => {
    const begin = end;
    end += data.byteLength;
    return [name, { dtype: NAMES[dtype], shape, data_offsets: [begin, end] }];
  });
  const json = new host.TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const header = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(LENGTH_BYTES + header + end).fill(0x20, 0, LENGTH_BYTES + header);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header), true);
  bytes.set(json, LENGTH_BYTES);
  ordered.forEach(([, { data }], i) => {
    const at = LENGTH_BYTES + header + (entries[i] as [string, Entry])[1].data_offsets[0];
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
  });
  return bytes;
}

/**
 * The tensors of a safetensors file. Throws `MachineError` where the bytes are none, or hold a dtype that no tensor has.
 *
 * @example
 * const bytes = writeSafetensors(new Map([['w', tensor([1, 2])]]));
 * console.log(readSafetensors(bytes).get('w')?.toArray()); // [ 1, 2 ]
 */
export function readSafetensors(bytes: Uint8Array): Map<string, Tensor> {
  const [header, start] = readHeader(bytes);
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name !== '__metadata__') tensors.set(name, readTensor(name, entry, bytes.subarray(start)));
  }
  return tensors;
}

function readHeader(bytes: Uint8Array): [header: Record<string, unknown>, start: number] {
  if (bytes.length < LENGTH_BYTES) throw bad(`${bytes.length} bytes are too few`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(bytes.length - LENGTH_BYTES)) throw bad(`a header of ${length} bytes does not fit ${bytes.length} bytes`);
  const start = LENGTH_BYTES + Number(length);
  let header: unknown;
  try {
    header = JSON.parse(new host.TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(LENGTH_BYTES, start)));
  } catch (cause) {
    throw bad('the header is no JSON', cause);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) throw bad('the header is no object');
  return [header as Record<string, unknown>, start];
}

function readTensor(name: string, entry: unknown, data: Uint8Array): Tensor {
  if (!isEntry(entry)) throw bad(`'${name}' has no dtype, shape and data_offsets`);
  const dtype = DTYPES.get(entry.dtype);
  if (!dtype) throw bad(`'${name}' is ${entry.dtype}; known are ${[...DTYPES.keys()].join(', ')}`);
  const [begin, end] = entry.data_offsets;
  const count = countOf(entry.shape);
  if (begin > end || end > data.length) throw bad(`'${name}' lies at ${begin} to ${end} of ${data.length} bytes`);
  if (end - begin !== count * bytesOf(dtype))
    throw bad(`'${name}' has ${end - begin} bytes, not ${count} times ${bytesOf(dtype)}`);
  // A copy by the constructor: the slice of a Node Buffer is no copy, and its buffer holds more.
  return Tensor.wrap(dtype, [...entry.shape], arrayOf(dtype, new Uint8Array(data.subarray(begin, end)).buffer));
}

function isEntry(entry: unknown): entry is Entry {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Partial<Entry>;
  return typeof dtype === 'string' && areSizes(shape) && areSizes(offsets) && offsets.length === 2;
}

function areSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function bad(why: string, cause?: unknown): MachineError {
  return new MachineError(`load: these bytes are no safetensors file: ${why}.`, { cause });
}
