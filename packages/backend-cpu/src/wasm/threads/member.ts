import type { WasmMemory, WasmModule } from '../host.js';
import { STATES, WORD_COUNT, WORDS } from './words.js';
import { startWorker, type Worker } from './worker.js';

/** What a worker is to do in a run. */
export interface Task {
  readonly program: number;
  readonly scratch: number;
  readonly thread: number;
  readonly phase: number;
}

/** One worker, as the main thread sees it. */
export class Member {
  readonly #words = new Int32Array(new SharedArrayBuffer(WORD_COUNT * Int32Array.BYTES_PER_ELEMENT));
  readonly #worker: Worker;
  #programs = 0;
  #why: string | null = null;
  #ended = false;

  constructor() {
    this.#worker = startWorker((why) => {
      this.#why ??= why;
      this.#ended = true;
    });
    this.#worker.post({ words: this.#words });
  }

  /** Has it started? */
  get isReady(): boolean {
    return Atomics.load(this.#words, WORDS.state) !== STATES.starting;
  }

  /** Why it failed; null where it has not. */
  get failure(): string | null {
    if (this.#why !== null) return this.#why;
    if (Atomics.load(this.#words, WORDS.state) !== STATES.failed)
      return this.#ended && !this.isReady ? 'it ended before it had started' : null;
    const begin = WORDS.why + 1;
    return String.fromCharCode(...this.#words.subarray(begin, begin + this.#words[WORDS.why]!));
  }

  /** Has it ended, failing or not? */
  get isGone(): boolean {
    return this.#ended || this.failure !== null;
  }

  /** Gives it a program. Returns how many it has been given, by which `knows` tells when it has made this one ready. */
  enrol(id: number, module: WasmModule, memory: WasmMemory): number {
    this.#worker.post({ id, module, memory });
    return ++this.#programs;
  }

  get knowsAll(): boolean {
    return this.knows(this.#programs);
  }

  knows(programs: number): boolean {
    return Atomics.load(this.#words, WORDS.programs) >= programs;
  }

  forget(program: number): void {
    this.#worker.post({ forget: program });
  }

  /** Tells it to take part in a run. It may still be in the one before, or even have missed it. */
  start({ program, scratch, thread, phase }: Task): void {
    const words = this.#words;
    Atomics.add(words, WORDS.run, 1);
    Atomics.store(words, WORDS.program, program);
    Atomics.store(words, WORDS.scratch, scratch);
    Atomics.store(words, WORDS.thread, thread);
    Atomics.store(words, WORDS.phase, phase);
    Atomics.add(words, WORDS.run, 1);
    if (Atomics.load(words, WORDS.state) === STATES.parked) this.#worker.post({});
  }

  end(): void {
    this.#worker.end();
  }
}
