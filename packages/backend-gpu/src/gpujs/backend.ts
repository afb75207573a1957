import { runnerOf } from '@tapegrad/backend-cpu';
import { type Backend, type Node, optionsOf, type Target } from '@tapegrad/core';
import { Kernels } from './kernels.js';
import { type DeviceOptions, openDevice } from './open.js';
import { type DeviceShare, type Opened, TextureSession } from './session.js';

/**
 * What WebGL can do, whatever dialect: a fragment shader computes one element, and reads at most 16 textures, of which gpu.js takes one to
 * copy and two are left for others. Its numbers are float32.
 */
const TARGET: Target = {
  dtypes: new Set(['float32', 'int32', 'bool']),
  instructions: 'kernels',
  keeps: new Set(),
  wideSums: false,
  lanes: 1,
  statements: 200,
  tile: [1, 1],
  limits: { stores: 1, reads: 13, ordered: false },
  stages: { length: 1024, threads: 4096 },
  memory: 'device',
  alignment: 4,
};

/** What {@link gpujs} is made with. */
export interface GpuOptions extends DeviceOptions {
  /**
   * What becomes of the decompositions of matrices, which WebGL cannot do: 'refuse', unless said, or 'host', which computes them in this
   * process, their operands being fetched in the midst of each run. uint32, which its numbers cannot hold, is always computed here: it serves
   * the bits of draws.
   */
  readonly missing?: 'refuse' | 'host';
}

/**
 * The backend that writes kernels for gpu.js, which runs them on OpenGL through WebGL 2, WebGL 1, or the package gl in Node. float32, bool,
 * and int32 from −2^24 to 2^24, as all its numbers are float32.
 *
 * gpu.js is loaded when the first program is. Programs are rejected then, with `BackendError`, where it is not installed, where it finds no
 * GPU (unless `allowCpu`), and for what WebGL cannot do, all of which is listed. `program.explain` tells what is computed in this process.
 *
 * @example
 * const machine = new TapeMachine(graph, { backend: gpujs({ allowCpu: true, mode: 'cpu' }) });
 * const program = await machine.compile({ y: graph.square(graph.input('x', [3])) });
 * console.log((await program.run({ x: [1, 2, 3] })).y.toArray(), machine.device); // [ 1, 4, 9 ] CPUKernel
 */
export function gpujs(options?: GpuOptions): Backend {
  const defaults = { missing: 'refuse', gpu: undefined, allowCpu: false, mode: undefined } as const;
  const { missing, ...device } = optionsOf('gpujs', options, defaults);
  const shared = new SharedDevice(device);
  const hosted = hostedBy(missing === 'host');
  const target = { ...TARGET, hosted };
  const open = () => new TextureSession(shared, (node) => hosted(node) !== null);
  return { name: 'gpujs', target, open, runnerOf };
}

/** Why a node is computed in this process. */
function hostedBy(takesMissing: boolean): (node: Node) => string | null {
  return ({ op, dtype, inputs }) => {
    if (dtype === 'uint32' || inputs.some((x) => x.dtype === 'uint32')) return 'the GPU has no uint32';
    return takesMissing && op.procedure && !op.unordered ? 'WebGL cannot do it' : null;
  };
}

/** The GPU that all machines of one backend share, as browsers give few. It is given back with the last of them. */
class SharedDevice implements DeviceShare {
  readonly #options: DeviceOptions;
  #opened: Promise<Opened> | null = null;
  #users = 0;

  constructor(options: DeviceOptions) {
    this.#options = options;
  }

  async open(): Promise<Opened> {
    if ((await this.#opened)?.device.isLost) this.#forget();
    this.#opened ??= openDevice(this.#options).then((device) => ({ device, kernels: new Kernels(device) }));
    try {
      const opened = await this.#opened;
      this.#users++;
      return opened;
    } catch (error) {
      this.#forget();
      throw error;
    }
  }

  async close(opened: Opened): Promise<void> {
    if (opened !== (await this.#opened) || --this.#users > 0) return;
    this.#forget();
    await opened.device.dispose();
  }

  #forget(): void {
    this.#opened = null;
    this.#users = 0;
  }
}
