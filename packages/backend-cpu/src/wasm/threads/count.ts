import { BackendError } from '@tapegrad/core';
import { canShare, cores } from './worker.js';

/** More threads than this meet more than they compute. */
const MOST = 64;
/** How many threads are taken where nobody says. */
const MOST_UNASKED = 4;

/**
 * How many threads there are to be: as many as asked for, or where that is left open as many as there are cores, up to four, and one where
 * threads cannot share memory. Throws `BackendError` for a number that cannot be.
 */
export function threadCount(asked: number | 'auto'): number {
  if (asked === 'auto') return canShare() ? Math.min(cores(), MOST_UNASKED) : 1;
  if (!Number.isInteger(asked) || asked < 1 || asked > MOST)
    throw new BackendError(`wasm: threads is ${asked}; give a whole number from 1 to ${MOST}, or 'auto'.`);
  if (asked > 1 && !canShare()) {
    throw new BackendError(
      `wasm: ${asked} threads need shared memory, which is not to be had here. Serve the page with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp, use Node 20.16 or later, or use wasm({ threads: 1 }).`,
    );
  }
  return asked;
}
