import { BackendError, type TypedArray } from '@tapegrad/core';
import type { Call, Type } from './calls.js';
import type { TensorFlow, TensorHandle } from './tensorflow.js';

/** Backends of TensorFlow.js whose tensors this process cannot wait for. */
const ASYNCHRONOUS: ReadonlySet<string> = new Set(['webgpu']);

/** A call as far as it is the device's. */
type KernelCall = Pick<Call, 'kernel' | 'operands' | 'attributes' | 'result'>;

/** One backend of TensorFlow.js, which is made the present one before anything is asked of it. */
export class Device {
  /** Can this process wait for a tensor's values? */
  readonly waits: boolean;
  readonly name: string;
  readonly #tf: TensorFlow;

  constructor(tf: TensorFlow, name: string) {
    this.#tf = tf;
    this.name = name;
    this.waits = !ASYNCHRONOUS.has(name);
  }

  /** Makes the backend ready. Throws where there is no such. */
  async start(): Promise<void> {
    const started = await this.#tf.setBackend(this.name).catch(() => false);
    if (started) return;
    throw new BackendError(
      `tfjs: TensorFlow.js has no backend '${this.name}' here. Import the module that registers it, or name another.`,
    );
  }

  hasKernel(name: string): boolean {
    return Boolean(this.#tf.getKernel(name, this.name));
  }

  /** Others may have chosen another backend since; one that is ready takes over at once. */
  enter(): void {
    if (this.#tf.getBackend() !== this.name) void this.#tf.setBackend(this.name);
  }

  /** A tensor of these values, which it may keep as they are. */
  tensor(values: TypedArray, { shape, dtype }: Type): TensorHandle {
    return this.#tf.tensor(values as never, [...shape], dtype);
  }

  /** Calls a kernel, keeps one of its results and frees the others. */
  call({ kernel, operands, attributes, result }: KernelCall, tensorOf: (id: number) => TensorHandle): TensorHandle {
    const isList = operands[0]?.[0] === '0';
    const tensors = operands.map(([name, id]) => [name, tensorOf(id)] as const);
    const inputs = isList ? tensors.map(([, tensor]) => tensor) : Object.fromEntries(tensors);
    const made = this.#tf.engine().runKernel(kernel, inputs as never, attributes as never);
    if (!Array.isArray(made)) return made as TensorHandle;
    const results = made as readonly TensorHandle[];
    for (const [i, other] of results.entries()) if (i !== result) other.dispose();
    return results[result]!;
  }
}
