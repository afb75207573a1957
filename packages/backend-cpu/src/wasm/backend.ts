import { type Backend, DTYPES, LANES, optionsOf, type Target } from '@tapegrad/core';
import { loadFloat64 } from '../functions/library.js';
import type { Subnormals } from './flush.js';
import { requireRelaxed } from './relaxed.js';
import { runnerOf } from './run-kernel.js';
import { openSession } from './session.js';
import { threadCount } from './threads/count.js';

const target: Target = {
  dtypes: new Set(DTYPES),
  instructions: 'kernels',
  keeps: new Set(),
  wideSums: false,
  lanes: LANES,
  statements: 400,
  tile: [4, 8],
  // A block is done in the time of a phase, about, and a row of it fits the nearest cache; four rows or more are divided as they are,
  // and so are four times sixteen columns, which are computed together.
  // Products take longer to share: of more results there are enough tiles, and two million terms take a tenth of a millisecond.
  stages: { length: 32_768, threads: 4, neighbours: 64, products: { results: 1024, terms: 2 ** 21 } },
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
  /**
   * May a product of float32 and the sum that it goes into be one instruction? Much is faster then, sums of products above all; but results
   * differ in their last digits from one machine to another. False unless said.
   */
  readonly relaxed?: boolean;
  /**
   * How many threads run what is large enough to be worth it; results are the same, to the bit. `auto`, the default, takes one for each core,
   * four at most, and one where threads cannot share memory: in a page that is not cross-origin isolated. Workers start when a program first
   * needs them, and keep no process from ending.
   */
  readonly threads?: number | 'auto';
}

/**
 * The backend that writes WebAssembly: a program is one module over the memory of its machine, and a run is one call.
 *
 * Throws `BackendError` for a number of threads that cannot be had, and for `relaxed` where the host does not know relaxed SIMD.
 *
 * @example
 * const machine = new TapeMachine(graph, { backend: wasm({ threads: 2 }) });
 */
export function wasm(options?: WasmOptions): Backend {
  const { subnormals, relaxed, threads } = optionsOf('wasm', options, { subnormals: 'flush', relaxed: false, threads: 'auto' });
  const count = threadCount(threads);
  if (relaxed) requireRelaxed();
  return {
    name: 'wasm',
    target,
    open: () => openSession({ arithmetic: { subnormals, relaxed }, threads: count }),
    prepare: (dtypes) => (dtypes.has('float64') ? loadFloat64() : undefined),
    runnerOf,
  };
}
