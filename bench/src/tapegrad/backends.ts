import { type Backend, interpreter, js, wasm } from 'tapegrad';

type Open = (threads: number) => Backend;

/** A backend that `--backend` takes by name; the library that it runs through is loaded only when asked for. */
export interface BackendEntry {
  /** The most threads that it can be asked for. */
  readonly threads: number;
  load(): Open | Promise<Open>;
}

export const BACKENDS: Readonly<Record<string, BackendEntry>> = {
  js: { threads: 1, load: () => () => js() },
  wasm: { threads: 8, load: () => (threads) => wasm({ threads }) },
  'through-tfjs-cpu': { threads: 1, load: async () => (await import('./through-tfjs.js')).throughTfjs('cpu') },
  'through-tfjs-wasm': { threads: 1, load: async () => (await import('./through-tfjs.js')).throughTfjs('wasm') },
  interpreter: { threads: 1, load: () => () => interpreter() },
};
