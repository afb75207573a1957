import { bytesOf, type Kernel, type KernelBuffer } from '@tapegrad/core';
import type { Code } from './code.js';
import { PANELS } from './memory.js';
import * as op from './op.js';

/** Where a kernel's buffers and panels lie: of the buffers its first parameters tell. */
export class Addresses {
  readonly #kernel: Pick<Kernel, 'buffers' | 'panels'>;
  readonly #code: Code;
  /** The local that holds where this thread has its panels; null where there is one thread. */
  readonly #panels: number | null;

  /** Writes to `code` here and whenever it is asked. `own` tells of several threads: the local that holds which it is, and one for its panels. */
  constructor(
    kernel: Pick<Kernel, 'buffers' | 'panels'>,
    code: Code,
    own: { readonly thread: number; readonly panels: number } | null,
  ) {
    this.#kernel = kernel;
    this.#code = code;
    this.#panels = own?.panels ?? null;
    if (!own) return;
    code.get(own.thread);
    code.i32(PANELS.bytes);
    code.write(op.i32Mul);
    code.set(own.panels);
  }

  bufferOf(buffer: number): KernelBuffer {
    const { buffers, panels } = this.#kernel;
    return buffers[buffer] ?? panels[buffer - buffers.length]!;
  }

  /** Puts the address of a buffer on the stack, but for the constant that is returned. Panels lie one after the other. */
  start(buffer: number): number {
    const { buffers, panels } = this.#kernel;
    if (buffer < buffers.length) {
      this.#code.get(buffer);
      return 0;
    }
    const before = panels.slice(0, buffer - buffers.length);
    const address = before.reduce<number>((at, { dtype, length }) => at + length * bytesOf(dtype), PANELS.address);
    if (this.#panels === null) {
      this.#code.i32(address);
      return 0;
    }
    this.#code.get(this.#panels);
    return address;
  }

  /** Puts an element's address on the stack, and returns the constant that the access adds to it. `index` puts its index there, or is it. */
  element(buffer: number, offset: number, index: (() => void) | number): number {
    const code = this.#code;
    const bytes = bytesOf(this.bufferOf(buffer).dtype);
    const start = this.start(buffer);
    if (typeof index === 'number') return start + (index + offset) * bytes;
    index();
    if (bytes > 1) {
      code.i32(Math.log2(bytes));
      code.write(op.i32Shl);
    }
    code.write(op.i32Add);
    return start + offset * bytes;
  }
}
