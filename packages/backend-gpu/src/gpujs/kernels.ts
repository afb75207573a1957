import { BackendError, type Kernel } from '@tapegrad/core';
import { type Device, EXACT } from './device.js';
import type { GpuKernel, Values } from './gpu.js';
import { type KernelSource, printKernel } from './print.js';

/** A kernel that can run. */
export interface Compiled {
  readonly source: KernelSource;
  /** From the values of `source.reads`. */
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
    const source = printKernel(kernel);
    const { text, functions, iterations, constants, writes } = source;
    const { length } = kernel.buffers[writes]!;
    if (length === 0) return { source, run: () => this.#device.upload(new Float32Array(0)) };
    const made: GpuKernel = this.#device.kernel(text, length, functions, iterations);
    return { source, run: (values) => this.#device.run(made, [...values, ...constants]) };
  }
}
