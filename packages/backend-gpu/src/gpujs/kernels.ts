import { runnerOf } from '@tapegrad/backend-cpu';
import { arrayOf, BackendError, type Kernel } from '@tapegrad/core';
import { type Device, EXACT } from './device.js';
import type { GpuKernel } from './gpu.js';
import { printKernel } from './print.js';
import type { Values } from './values.js';

/** A kernel that can run. */
export interface Compiled {
  /** The numbers of the buffers that it reads, in order. */
  readonly reads: readonly number[];
  /** The buffer that it writes. */
  readonly writes: number;
  run(values: readonly Values[]): Values;
}

/** The kernels of one device, each distinct one compiled once. They are kept as long as the device: each holds its last result. */
export class Kernels {
  readonly #device: Device;
  readonly #known = new Map<string, Compiled>();

  constructor(device: Device) {
    this.#device = device;
  }

  /** Throws `BackendError` for buffers that float32 cannot count. */
  compile(kernel: Kernel): Compiled {
    const lengths = kernel.buffers.map(({ length }) => length);
    const key = `${lengths.join()}\n${kernel.key}`;
    let compiled = this.#known.get(key);
    if (!compiled) {
      const longest = Math.max(...lengths);
      if (longest > EXACT) {
        throw new BackendError(
          `gpujs: a buffer has ${longest} elements; positions are float32 on the GPU, exact up to ${EXACT}. Split it, or choose another backend.`,
        );
      }
      compiled = this.#compile(kernel);
      this.#known.set(key, compiled);
    }
    return compiled;
  }

  #compile(kernel: Kernel): Compiled {
    const { text, functions, iterations, constants, reads, writes } = printKernel(kernel, !this.#device.isGpu);
    const { length, dtype } = kernel.buffers[writes]!;
    const made: GpuKernel = this.#device.kernel(text, Math.max(length, 1), functions, iterations);
    if (length === 0) return { reads, writes, run: () => this.#device.upload(arrayOf(dtype, 0)) };
    return {
      reads,
      writes,
      run: (values) => this.#device.run(made, [...values.map((value) => this.#device.onGpu(value)), ...constants]),
    };
  }

  /** A kernel as this process runs it: its operands are fetched, its result is uploaded. */
  hosted(kernel: Kernel): Compiled {
    const { buffers } = kernel;
    const run = runnerOf(kernel);
    const reads = buffers.flatMap(({ access }, i) => (access === 'read' ? [i] : []));
    const writes = buffers.findIndex(({ access }) => access !== 'read');
    return {
      reads,
      writes,
      run: (values) => {
        const arrays = buffers.map(({ dtype, length }, i) =>
          i === writes ? arrayOf(dtype, length) : this.#device.download(values[reads.indexOf(i)]!, dtype, length),
        );
        run(arrays);
        return this.#device.upload(arrays[writes]!);
      },
    };
  }
}
