import type { System } from '../system.js';

/** Other libraries, by the name that `--peer` takes; loaded only when asked for. */
export const PEERS: Readonly<Record<string, () => Promise<System>>> = {
  'tfjs-cpu': async () => (await import('./tfjs-cpu.js')).tfjsCpu(),
  'tfjs-wasm': async () => (await import('./tfjs-wasm.js')).tfjsWasm(),
  'jax-js': async () => (await import('./jax-js.js')).jaxJs(),
};
