import { MachineError } from '@tapegrad/core';
import type { WasmMemory } from '../host.js';
import { SLICE } from './source.js';
import { MEETING, MEETING_END } from './words.js';

/** How long a thread may keep the others waiting before it is taken for dead, in milliseconds. */
export const patience = { milliseconds: 10_000 };

const at = (address: number): number => address / Int32Array.BYTES_PER_ELEMENT;

/** The words in a machine's memory by which its threads meet, as the main thread uses them. */
export class Meeting {
  readonly #words: Int32Array;
  /** A word that nobody changes. */
  readonly #pause = new Int32Array(new SharedArrayBuffer(4));
  readonly #mayWait = mayWait(this.#pause);
  #begun = 0;
  #waitingFor = -1;
  #waited = 0;
  #looked = 0;

  constructor(memory: WasmMemory) {
    this.#words = new Int32Array(memory.buffer, 0, at(MEETING_END));
  }

  /** Is the run called off? */
  get isOff(): boolean {
    return Atomics.load(this.#words, at(MEETING.off)) === 1;
  }

  begin(): void {
    this.#begun = Date.now();
    this.#waitingFor = -1;
  }

  /**
   * Sleeps while no more barriers than `passed` have been passed, a while at most; where this thread may not sleep, as in a page, it comes back
   * at once. Throws `MachineError` 'thread' where the others are not heard of for too long: longer than is patient, and than the run has taken
   * so far. Time in which the whole process stood still does not count.
   */
  sleep(passed: number): void {
    if (this.#waitingFor !== passed) {
      this.#waitingFor = passed;
      this.#waited = 0;
      this.#looked = Date.now();
    }
    if (this.#mayWait) {
      Atomics.add(this.#words, at(MEETING.sleeping), 1);
      Atomics.wait(this.#words, at(MEETING.passed), passed, SLICE);
      Atomics.sub(this.#words, at(MEETING.sleeping), 1);
    }
    const now = Date.now();
    this.#waited += Math.min(Math.max(now - this.#looked, 0), 2 * SLICE);
    this.#looked = now;
    if (this.#waited > Math.max(patience.milliseconds, now - this.#begun - this.#waited)) {
      const seconds = Math.round(this.#waited / 1000);
      throw new MachineError(`wasm: a thread has not been heard of for ${seconds} s; it must have ended.`, { code: 'thread' });
    }
  }

  wake(): void {
    Atomics.notify(this.#words, at(MEETING.passed));
  }

  /** Lets all leave at the next barrier. */
  callOff(): void {
    Atomics.store(this.#words, at(MEETING.off), 1);
    Atomics.add(this.#words, at(MEETING.passed), 1);
    this.wake();
  }

  /** Waits, but not for ever, until all have left; then the words are as new. Returns whether they have. */
  close(haveLeft: () => boolean): boolean {
    const end = Date.now() + Math.min(patience.milliseconds, 1000);
    while (!haveLeft() && Date.now() < end) if (this.#mayWait) Atomics.wait(this.#pause, 0, 0, 1);
    const left = haveLeft();
    Atomics.store(this.#words, at(MEETING.arrived), 0);
    Atomics.store(this.#words, at(MEETING.off), 0);
    return left;
  }
}

/** May this thread sleep? A page's main thread may not. */
function mayWait(word: Int32Array): boolean {
  try {
    Atomics.wait(word, 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}
