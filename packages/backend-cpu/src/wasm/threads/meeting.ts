import { MachineError } from '@tapegrad/core';
import type { WasmMemory } from '../host.js';
import { SLICE } from './source.js';
import { MEETING, MEETING_END } from './words.js';

/** How long a thread may keep the others waiting before it is taken for dead, in milliseconds. */
export const patience = { milliseconds: 10_000 };

const at = (address: number): number => address / Int32Array.BYTES_PER_ELEMENT;

/** The words in a machine's memory by which its threads share a run, as the main thread uses them. */
export class Meeting {
  readonly #words: Int32Array;
  readonly #turn: BigInt64Array;
  readonly #mayWait: boolean;
  #begun = 0;
  #waitingFor: number | null = null;
  #waited = 0;
  #looked = 0;

  constructor(memory: WasmMemory) {
    this.#words = new Int32Array(memory.buffer, 0, at(MEETING_END));
    this.#turn = new BigInt64Array(memory.buffer, MEETING.turn, 1);
    this.#mayWait = mayWait(this.#words);
  }

  /** A run begins. */
  begin(): void {
    this.#begun = Date.now();
    this.#waitingFor = null;
  }

  /**
   * Sleeps while a phase lasts, a while at most; where this thread may not sleep, as in a page, it comes back at once. Throws `MachineError`
   * 'thread' where the others are not heard of for too long: longer than is patient, and than the run has taken so far. Time in which the
   * whole process stood still does not count.
   */
  sleep(phase: number): void {
    if (this.#waitingFor !== phase) {
      this.#waitingFor = phase;
      this.#waited = 0;
      this.#looked = Date.now();
    }
    if (this.#mayWait) {
      Atomics.add(this.#words, at(MEETING.sleeping), 1);
      Atomics.wait(this.#words, at(MEETING.phase), phase, SLICE);
      Atomics.sub(this.#words, at(MEETING.sleeping), 1);
    }
    const now = Date.now();
    this.#waited += Math.min(Math.max(now - this.#looked, 0), 2 * SLICE);
    this.#looked = now;
    if (this.#waited > Math.max(patience.milliseconds, now - this.#begun - this.#waited)) {
      const seconds = (this.#waited / 1000).toFixed(1);
      throw new MachineError(`wasm: a thread has not been heard of for ${seconds} s; it must have ended.`, { code: 'thread' });
    }
  }

  wake(): void {
    Atomics.notify(this.#words, at(MEETING.phase));
  }

  /** Goes on with this phase, whatever is under way: whoever is behind finds that all of theirs are over. */
  jump(phase: number): void {
    Atomics.store(this.#turn, 0, BigInt(phase) << 32n);
    this.wake();
  }
}

/** May this thread sleep? A page's main thread may not. */
function mayWait(words: Int32Array): boolean {
  try {
    Atomics.wait(words, 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}
