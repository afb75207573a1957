import { arrayOf, type Block, type DType, type HostMemory, MachineError, PANELS_BYTES, type TypedArray } from '@tapegrad/core';
import { type WasmMemory, WebAssembly } from './host.js';
import { MOST_PAGES } from './module.js';
import { MEETING_END } from './threads/words.js';

export const PAGE = 65536;
const ALIGNMENT = 64;
/** Where kernels keep their panels while they run: first those of the first thread, then those of the next. */
export const PANELS = { address: MEETING_END, bytes: PANELS_BYTES } as const;

class MemoryBlock implements Block {
  readonly address: number;
  readonly bytes: number;
  readonly #memory: WasmMemory;

  constructor(memory: WasmMemory, address: number, bytes: number) {
    this.#memory = memory;
    this.address = address;
    this.bytes = bytes;
  }

  array(dtype: DType, offset: number, length: number): TypedArray {
    return arrayOf(dtype, this.#memory.buffer, this.address + offset, length);
  }
}

/** One memory for all of a machine's blocks, each at a multiple of 64 bytes. It grows, and what is given back is given out again. */
export class WasmHeap implements HostMemory {
  readonly memory: WasmMemory;
  /** By address; neighbours are joined. */
  #free: { readonly address: number; readonly bytes: number }[];
  #moves = 0;

  /** Memory that several threads share, or that one has. */
  constructor(threads: number) {
    const first = PANELS.address + threads * PANELS.bytes;
    const initial = Math.ceil(first / PAGE);
    this.memory = new WebAssembly.Memory(threads > 1 ? { initial, maximum: MOST_PAGES, shared: true } : { initial });
    this.#free = [{ address: first, bytes: initial * PAGE - first }];
  }

  get moves(): number {
    return this.#moves;
  }

  allocate(bytes: number): Block {
    const size = Math.max(Math.ceil(bytes / ALIGNMENT), 1) * ALIGNMENT;
    const hole = this.#hole(size);
    const { address } = hole;
    this.#free = this.#free.flatMap((one) => {
      if (one !== hole) return [one];
      return one.bytes > size ? [{ address: address + size, bytes: one.bytes - size }] : [];
    });
    new Uint8Array(this.memory.buffer, address, size).fill(0);
    return new MemoryBlock(this.memory, address, size);
  }

  constant(values: TypedArray): Block {
    const block = this.allocate(values.byteLength);
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    block.array('bool', 0, values.byteLength).set(bytes);
    return block;
  }

  free(block: Block): void {
    const { address, bytes } = block as MemoryBlock;
    this.#release(address, bytes);
  }

  #release(address: number, bytes: number): void {
    const all = [...this.#free, { address, bytes }].sort((a, b) => a.address - b.address);
    const joined: { address: number; bytes: number }[] = [];
    for (const one of all) {
      const last = joined.at(-1);
      if (last && last.address + last.bytes === one.address) last.bytes += one.bytes;
      else joined.push({ ...one });
    }
    this.#free = joined;
  }

  /** The first hole that is large enough; memory grows where there is none. */
  #hole(size: number): { readonly address: number; readonly bytes: number } {
    const found = this.#free.find(({ bytes }) => bytes >= size);
    if (found) return found;
    const end = this.memory.buffer.byteLength;
    const last = this.#free.at(-1);
    const atEnd = last && last.address + last.bytes === end ? last.bytes : 0;
    const pages = Math.ceil((size - atEnd) / PAGE);
    try {
      this.memory.grow(pages);
    } catch (cause) {
      throw new MachineError(
        `wasm: ${size} more bytes do not fit: memory holds ${end} bytes, and at most 4 GiB. Run smaller batches, compile with a memoryLimit, or take js, whose arrays are apart.`,
        { cause },
      );
    }
    this.#moves++;
    this.#release(end, pages * PAGE);
    return this.#hole(size);
  }
}
