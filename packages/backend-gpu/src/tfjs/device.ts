import { BackendError, MachineError, type TypedArray } from '@tapegrad/core';
import type { Call, Type } from './calls.js';
import { type Graphics, graphicsOf } from './graphics.js';
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
  #graphics: Graphics | null = null;
  #started = false;

  constructor(tf: TensorFlow, name: string) {
    this.#tf = tf;
    this.name = name;
    this.waits = !ASYNCHRONOUS.has(name);
  }

  /** The backend, and the GPU under it; null until it has been made ready. */
  get description(): string | null {
    if (!this.#started) return null;
    return this.#graphics ? `${this.name} on ${this.#graphics.name}` : this.name;
  }

  /** Makes the backend ready, anew where its GPU was lost before this device came to it. Throws where there is no such. */
  async start(): Promise<void> {
    this.check();
    let graphics = await this.#choose();
    if (!this.#started && graphics?.isLost()) {
      this.#renew();
      graphics = await this.#choose();
    }
    this.#graphics ??= graphics;
    this.#started = true;
  }

  async #choose(): Promise<Graphics | null> {
    const chosen = await this.#tf.setBackend(this.name).catch(() => false);
    if (!chosen)
      throw new BackendError(
        `tfjs: TensorFlow.js has no backend '${this.name}' here. Import the module that registers it, or name another.`,
      );
    const graphics = graphicsOf(this.#tf.backend());
    // One that is lost says so when it is asked next.
    await Promise.resolve();
    return graphics;
  }

  /** Has the backend made again when it is chosen next. */
  #renew(): void {
    const factory = this.#tf.findBackendFactory(this.name);
    this.#tf.removeBackend(this.name);
    this.#tf.registerBackend(this.name, factory as never);
  }

  /** Throws where the GPU does nothing any more, which it may do in silence. */
  check(): void {
    if (!this.#graphics?.isLost()) return;
    throw new MachineError('tfjs: the GPU was lost. Make a new TapeMachine, and load saved state there.', { code: 'device' });
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
