import { BackendError, MachineError } from '@tapegrad/core';
import type { Exported, WasmMemory, WasmModule } from '../host.js';
import { type Crew, type Enrolment, presentCrew } from './crew.js';
import { Meeting } from './meeting.js';
import { SLEEP, WAKE } from './turns.js';

/** A program in phases, ready to run. */
export interface Phased {
  readonly module: WasmModule;
  /** Runs this thread's part: of the address of scratch, the thread's number, which is 0, and that of the first phase. */
  readonly drive: Exported;
  /** How many phases there are. */
  readonly phases: number;
}

/** The threads of one machine: this one, which is the first, and workers. */
export class Team {
  readonly threads: number;
  /** What threads that wait ask of this one. */
  readonly imports: Readonly<Record<string, unknown>>;
  readonly #memory: WasmMemory;
  readonly #meeting: Meeting;
  readonly #places = new Set<Place>();
  /** The number of the next phase. */
  #phase = 0;
  #crew: Crew | null = null;

  constructor(memory: WasmMemory, threads: number) {
    this.threads = threads;
    this.#memory = memory;
    this.#meeting = new Meeting(memory);
    this.imports = { [SLEEP.name]: (phase: number) => this.#sleep(phase), [WAKE.name]: () => this.#meeting.wake() };
  }

  /** Makes a program known to the workers. Returns how to run it, given the address of scratch. */
  join(program: Phased): (scratch: number) => void {
    const place = new Place(this.#places, program.module, this.#memory, this.threads - 1);
    const run = (scratch: number): void => this.#run(place, program, scratch);
    left.register(run, place);
    return run;
  }

  /** Workers forget all programs of the machine. */
  dispose(): void {
    for (const place of this.#places) place.leave();
  }

  /**
   * Runs once, with as many workers as are ready; those that are late find what is left to do, if anything.
   * Throws `BackendError` where workers cannot start, and `MachineError` 'thread' where one of them fails.
   */
  #run(place: Place, { drive, phases }: Phased, scratch: number): void {
    const crew = place.crew();
    if (crew.unable !== null)
      throw new BackendError(`wasm: threads cannot start: ${crew.unable}. Use wasm({ threads: 1 }) to do without.`);
    const phase = this.#phase;
    this.#phase = (phase + phases) | 0;
    this.#crew = crew;
    this.#meeting.begin();
    const started = crew.start(place.enrolment, scratch, phase);
    try {
      drive(scratch, 0, phase);
    } catch (error) {
      this.#meeting.jump(this.#phase);
      if (error instanceof MachineError && error.code === 'thread') crew.end();
      throw error;
    } finally {
      if (started) crew.finish();
    }
  }

  #sleep(phase: number): void {
    const failure = this.#crew?.failure ?? null;
    if (failure !== null) throw new MachineError(`wasm: a thread failed: ${failure}`, { code: 'thread' });
    this.#meeting.sleep(phase);
  }
}

/** A program that is garbage is forgotten by the workers too. */
const left = new FinalizationRegistry<Place>((place) => place.leave());

/** A program's place among those of the present crew. */
class Place {
  readonly #places: Set<Place>;
  readonly #module: WasmModule;
  readonly #memory: WasmMemory;
  readonly #workers: number;
  #crew: Crew;
  #enrolment: Enrolment;

  constructor(places: Set<Place>, module: WasmModule, memory: WasmMemory, workers: number) {
    this.#places = places;
    this.#module = module;
    this.#memory = memory;
    this.#workers = workers;
    this.#crew = presentCrew();
    this.#enrolment = this.#crew.enrol(module, memory, workers);
    places.add(this);
  }

  get enrolment(): Enrolment {
    return this.#enrolment;
  }

  /** The crew that knows the program: where the last one is over, the next. */
  crew(): Crew {
    if (this.#crew.isOver) {
      this.#crew = presentCrew();
      this.#enrolment = this.#crew.enrol(this.#module, this.#memory, this.#workers);
    }
    return this.#crew;
  }

  leave(): void {
    this.#crew.forget(this.#enrolment);
    this.#places.delete(this);
  }
}
