import { js, wasm } from '@tapegrad/backend-cpu';
import { type Backend, interpreter } from '@tapegrad/core';

/** The backends that every test of the machine runs on. */
export const backends: readonly [name: string, open: () => Backend][] = [
  ['interpreter', interpreter],
  ['js', js],
  ['wasm', wasm],
];
