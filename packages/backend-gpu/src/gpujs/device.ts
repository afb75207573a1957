import { arrayOf, BackendError, type DType, MachineError, type TypedArray } from '@tapegrad/core';
import type { Gpu, GpuKernel, GpuValues, GraphicsContext, KernelSettings } from './gpu.js';
import { HostValues, type Values } from './values.js';

/** Up to here every whole number is a float32, the only numbers that there are. */
export const EXACT = 2 ** 24;

/** One GPU, or what stands for it: its memory is float32 textures. */
export class Device {
  readonly #gpu: Gpu;
  readonly #allowCpu: boolean;
  readonly #isOwn: boolean;
  readonly #uploads = new Map<number, GpuKernel>();
  #context: GraphicsContext | null = null;

  constructor(gpu: Gpu, { allowCpu, isOwn }: { readonly allowCpu: boolean; readonly isOwn: boolean }) {
    this.#gpu = gpu;
    this.#allowCpu = allowCpu;
    this.#isOwn = isOwn;
  }

  /** The way in which gpu.js runs kernels, and the name of the GPU. */
  get name(): string {
    const context = this.#context;
    if (!context) return this.#gpu.Kernel.name;
    const details = context.getExtension('WEBGL_debug_renderer_info');
    const renderer = context.getParameter(details?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER);
    return `${this.#gpu.Kernel.name} on ${String(renderer)}`;
  }

  /** Do kernels run on a GPU, and not in JavaScript? */
  get isGpu(): boolean {
    return this.#gpu.Kernel.mode === 'gpu';
  }

  /** A kernel that gives so many elements. */
  kernel(source: string, length: number, functions: readonly string[] = [], loopMaxIterations = 1): GpuKernel {
    const settings: KernelSettings = {
      output: [length],
      precision: 'single',
      tactic: 'precision',
      pipeline: true,
      immutable: true,
      fixIntegerDivisionAccuracy: false,
      loopMaxIterations,
      functions,
    };
    return this.#gpu.createKernel(source, settings);
  }

  /** What a kernel gives. Throws where it runs elsewhere than on the GPU, without leave. */
  run(kernel: GpuKernel, args: readonly (GpuValues | number)[]): GpuValues {
    const values = kernel(...args);
    if (!this.#allowCpu) this.#checkOnGpu(kernel);
    return values;
  }

  /** Has the GPU been taken away? Nothing on it is left then. */
  get isLost(): boolean {
    try {
      // Headless contexts that were destroyed throw.
      return this.#context?.isContextLost?.() ?? false;
    } catch {
      return true;
    }
  }

  /** Throws where the GPU does nothing any more, which it would do in silence. */
  check(): void {
    if (!this.isLost) return;
    throw new MachineError('gpujs: the GPU was lost. Make a new TapeMachine, and load saved state there.', { code: 'device' });
  }

  /** Values in memory of the GPU, but for uint32, which it does not hold. */
  upload(values: TypedArray): Values {
    if (values instanceof Uint32Array) return new HostValues(values.slice());
    const floats =
      values instanceof Float32Array && values.length > 0 ? values : Float32Array.from(values.length > 0 ? values : [0]);
    let kernel = this.#uploads.get(floats.length);
    if (!kernel) {
      kernel = this.kernel('function (a0) { return a0[this.thread.x]; }', floats.length);
      this.#uploads.set(floats.length, kernel);
    }
    const made = this.run(kernel, [floats]);
    this.#context ??= kernel.kernel.context ?? null;
    return made;
  }

  /** What a kernel on the GPU can read. */
  onGpu(values: Values): GpuValues {
    if (values instanceof HostValues) throw new Error('A kernel on the GPU reads what is not there.');
    return values;
  }

  download(values: Values, dtype: DType, length: number): TypedArray {
    if (values instanceof HostValues) return values.array.slice();
    const isHere = values instanceof Float32Array;
    const floats = isHere ? values : values.toArray();
    if (dtype === 'float32') return isHere || length < floats.length ? floats.slice(0, length) : floats;
    const array = arrayOf(dtype, length);
    for (let i = 0; i < length; i++) array[i] = Math.min(Math.max(floats[i]!, -2147483648), 2147483647);
    return array;
  }

  /** Gives the GPU back, unless it is somebody else's. */
  async dispose(): Promise<void> {
    if (this.#isOwn && !this.isLost) await this.#gpu.destroy();
  }

  #checkOnGpu({ kernel }: GpuKernel): void {
    const { mode, name } = kernel.constructor as { mode: string; name: string };
    if (mode === 'gpu' && !kernel.fallbackRequested && kernel.compiledFragmentShader) return;
    throw new BackendError(`gpujs: gpu.js ran a kernel as ${name}, not on a GPU. Allow it with gpujs({ allowCpu: true }).`);
  }
}
