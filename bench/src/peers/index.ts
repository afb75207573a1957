import { availableParallelism } from 'node:os';
import type { System } from '../system.js';

/** A library that `--peer` takes by name; loaded only when asked for. */
export interface PeerEntry {
  /** The most threads that it can be asked for. */
  readonly threads: number;
  /** Opens it, or says why it is not to be had here. */
  open(threads: number): Promise<System | string>;
}

export const PEERS: Readonly<Record<string, PeerEntry>> = {
  'tfjs-cpu': { threads: 1, open: async () => (await import('./tfjs-cpu.js')).tfjsCpu() },
  'tfjs-wasm': { threads: 1, open: async () => (await import('./tfjs-wasm.js')).tfjsWasm() },
  'tfjs-webgpu': { threads: 1, open: async () => (await import('./tfjs-webgpu.js')).tfjsWebgpu() },
  'jax-js': { threads: 1, open: async () => (await import('./jax-js.js')).jaxJs() },
  torch: { threads: availableParallelism(), open: async (threads) => (await import('./torch.js')).torch(threads) },
};
