import { type Backend, DTYPES, HostSession, LANES, type Target } from '@tapegrad/core';
import { compileTapeToWasm } from './compile.js';
import { WasmHeap } from './memory.js';
import type { Subnormals } from './print.js';

const target: Target = {
  dtypes: new Set(DTYPES),
  instructions: 'kernels',
  keeps: new Set(),
  wideSums: false,
  lanes: LANES,
  statements: 400,
  tile: [4, 8],
  memory: 'host',
  alignment: 64,
};

/** Options of `wasm`. */
export interface WasmOptions {
  /**
   * What becomes of float32 results below 2^-126, the least normal number: `flush`, the default, stores 0 with their sign, as processors
   * take a hundred times as long for them; `keep` stores them.
   */
  readonly subnormals?: Subnormals;
}

/**
 * The backend that writes WebAssembly: a program is one module over the memory of its machine, and a run is one call.
 *
 * @example
 * const machine = new TapeMachine(graph, { backend: wasm() });
 */
export function wasm({ subnormals = 'flush' }: WasmOptions = {}): Backend {
  return {
    name: 'wasm',
    target,
    open: () => {
      const heap = new WasmHeap();
      return new HostSession((tape, views) => compileTapeToWasm(tape, views, heap.memory, subnormals), heap);
    },
  };
}
