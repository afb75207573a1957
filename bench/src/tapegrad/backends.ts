import { type Backend, interpreter, js, wasm } from 'tapegrad';

/** A backend that `--backend` takes by name. */
export interface BackendEntry {
  /** The most threads that it can be asked for. */
  readonly threads: number;
  open(threads: number): Backend;
}

export const BACKENDS: Readonly<Record<string, BackendEntry>> = {
  js: { threads: 1, open: () => js() },
  wasm: { threads: 8, open: (threads) => wasm({ threads }) },
  interpreter: { threads: 1, open: () => interpreter() },
};
