import { BackendError, MachineError } from '@tapegrad/core';
import type { Exported, WasmMemory, WasmModule } from '../host.js';
import { SLEEP, WAKE } from './barrier.js';
import { type Crew, type Enrolment, presentCrew } from './crew.js';
import { Meeting } from './meeting.js';

/** The threads of one machine: this one, which is the first, and workers. */
export class Team {
  readonly threads: number;
  /** What barriers ask of this thread. */
  readonly imports: Readonly<Record<string, unknown>>;
  readonly #memory: WasmMemory;
  readonly #meeting: Meeting;
  readonly #places = new Set<Place>();

  constructor(memory: WasmMemory, threads: number) {
    this.threads = threads;
    this.#memory = memory;
    const meeting = new Meeting(memory);
    this.#meeting = meeting;
    this.imports = { [SLEEP.name]: (passed: number) => meeting.sleep(passed), [WAKE.name]: () => meeting.wake() };
  }

  /** A program that all of them run together; `drive` runs this thread's part. Workers hear of it at once. */
  join(module: WasmModule, drive: Exported): Together {
    const place = new Place(this.#places, module, this.#memory, this.threads - 1);
    const together = new Together(place, this.#meeting, drive);
    left.register(together, place);
    return together;
  }

  /** Workers forget all programs of the machine. */
  dispose(): void {
    for (const place of this.#places) place.leave();
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

/** A program that several threads run. */
export class Together {
  readonly #place: Place;
  readonly #meeting: Meeting;
  readonly #drive: Exported;

  constructor(place: Place, meeting: Meeting, drive: Exported) {
    this.#place = place;
    this.#meeting = meeting;
    this.#drive = drive;
  }

  /**
   * Runs once, on as many threads as are ready: on this one alone while the workers start, with the same results.
   * Throws `BackendError` where they cannot start, and `MachineError` 'thread' where one of them fails.
   */
  run(scratch: number): void {
    const crew = this.#place.crew();
    if (crew.unable !== null)
      throw new BackendError(`wasm: threads cannot start: ${crew.unable}. Use wasm({ threads: 1 }) to do without.`);
    const { enrolment } = this.#place;
    const workers = crew.isBusy ? 0 : crew.ready(enrolment);
    if (workers === 0) {
      this.#drive(scratch, 0, 1);
      return;
    }
    const run = crew.start(enrolment, scratch, workers);
    this.#meeting.begin();
    try {
      this.#drive(scratch, 0, workers + 1);
      if (this.#meeting.isOff) throw new MachineError(`wasm: a thread failed: ${crew.failure}`, { code: 'thread' });
    } catch (error) {
      this.#meeting.callOff();
      this.#end(crew, run, workers);
      throw error;
    } finally {
      crew.finish();
    }
  }

  /** After a run that was called off, all must have left before the next one; a crew that has lost somebody is over. */
  #end(crew: Crew, run: number, workers: number): void {
    const left = this.#meeting.close(() => crew.haveLeft(run, workers));
    if (!left || crew.failure !== null) crew.end();
  }
}
