import { type Backend, interpreter, js, wasm } from 'tapegrad';
import type { Adapter } from '../adapter.js';

/** A backend whose library has been loaded. */
export interface OpenedBackend {
  open(threads: number): Backend;
  /** What it runs on, where that is not this process. */
  readonly adapter: Adapter | null;
}

/** A backend that `--backend` takes by name; the library that it runs through is loaded only when asked for. */
export interface BackendEntry {
  /** The most threads that it can be asked for. */
  readonly threads: number;
  /** Loads it, or says why it is not to be had here. */
  load(): OpenedBackend | Promise<OpenedBackend | string>;
}

export const BACKENDS: Readonly<Record<string, BackendEntry>> = {
  js: { threads: 1, load: () => here(() => js()) },
  wasm: { threads: 8, load: () => here((threads) => wasm({ threads })) },
  'tfjs-cpu': { threads: 1, load: async () => here((await import('./through-tfjs.js')).throughTfjs('cpu')) },
  'tfjs-wasm': { threads: 1, load: async () => here((await import('./through-tfjs.js')).throughTfjs('wasm')) },
  'tfjs-webgpu': { threads: 1, load: async () => (await import('./through-webgpu.js')).throughWebgpu() },
  gpujs: { threads: 1, load: async () => (await import('./through-gpujs.js')).throughGpujs() },
  interpreter: { threads: 1, load: () => here(() => interpreter()) },
};

/** A backend that runs in this process. */
function here(open: (threads: number) => Backend): OpenedBackend {
  return { open, adapter: null };
}
