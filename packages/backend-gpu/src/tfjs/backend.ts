import { runnerOf } from '@tapegrad/backend-cpu';
import { type Backend, type Node, optionsOf, type Target } from '@tapegrad/core';
import { Device } from './device.js';
import { TensorSession } from './session.js';
import type { TensorFlow } from './tensorflow.js';
import { WHOLE } from './whole.js';

/** What {@link tfjs} is made with. */
export interface TensorFlowOptions {
  /** The module: `@tensorflow/tfjs`, `@tensorflow/tfjs-core` beside a backend of it, `@tensorflow/tfjs-node` or `-node-gpu`. */
  readonly tf: TensorFlow;
  /** Its backend: 'webgl', 'webgpu', 'wasm', 'cpu', 'tensorflow'; the one that it has chosen unless said. */
  readonly backend?: string;
  /**
   * What becomes of ops that it has no kernels for, which are the decompositions of matrices: 'refuse', unless said, or 'host', which computes
   * them in this process, their operands being fetched in the midst of each run. uint32, which TensorFlow.js does not have, is always computed
   * here: it serves the bits of draws.
   */
  readonly missing?: 'refuse' | 'host';
}

/**
 * The backend that runs programs on TensorFlow.js, op by op, with the kernels of whichever of its backends is given: on a GPU by WebGL,
 * WebGPU or CUDA. Float32, int32 and bool; int32 is exact as far as the kernels are.
 *
 * Programs are rejected on load, with `BackendError`, where the device lacks something: all that is missing is listed. `program.explain`
 * tells what is computed in this process.
 *
 * @example
 * const tf = await import('@tensorflow/tfjs-core');
 * await import('@tensorflow/tfjs-backend-wasm');
 * const machine = new TapeMachine(graph, { backend: tfjs({ tf, backend: 'wasm' }) });
 * const program = await machine.compile({ y: graph.square(graph.input('x', [3])) });
 * console.log((await program.run({ x: [1, 2, 3] })).y.toArray()); // [ 1, 4, 9 ]
 */
export function tfjs(options: TensorFlowOptions): Backend {
  const { tf, missing, ...chosen } = optionsOf('tfjs', options, { tf: undefined, backend: undefined, missing: 'refuse' });
  const backend = chosen.backend ?? tf.getBackend();
  const name = `tfjs:${backend}`;
  const hosted = hostedBy(missing === 'host');
  const target: Target = {
    dtypes: new Set(['float32', 'int32', 'bool']),
    instructions: 'ops',
    keeps: new Set(Object.keys(WHOLE)),
    hosted,
    wideSums: false,
    lanes: 1,
    statements: 400,
    tile: [1, 1],
    memory: 'device',
    alignment: 4,
  };
  const open = () => new TensorSession(new Device(tf, backend), name, (node) => hosted(node) !== null);
  return { name, target, open, runnerOf };
}

/** Why a node is computed in this process. */
function hostedBy(takesMissing: boolean): (node: Node) => string | null {
  return ({ op, dtype, inputs }) => {
    if (dtype === 'uint32' || inputs.some((x) => x.dtype === 'uint32')) return 'TensorFlow.js has no uint32';
    return takesMissing && op.procedure && !WHOLE[op.name] ? 'TensorFlow.js has no kernel for it' : null;
  };
}
