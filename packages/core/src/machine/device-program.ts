import type { Tape } from '../tape/tape.js';
import type { TypedArray } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import type { DeviceExecutable } from './backend.js';
import type { Engine } from './engine.js';
import type { Fed } from './feeds.js';
import { ResultReader } from './results.js';

/** A program with numbers in the place of names, on a device: its runs are submitted, and resolve in order. */
export class DeviceProgram {
  readonly kind = 'device';
  readonly tape: Tape;
  readonly #engine: Engine;
  readonly #executable: DeviceExecutable;
  readonly #readers: readonly ResultReader[];

  constructor(engine: Engine, tape: Tape, executable: DeviceExecutable) {
    this.tape = tape;
    this.#engine = engine;
    this.#executable = executable;
    this.#readers = tape.outputs.map((output) => new ResultReader(output));
  }

  /** Runs with feeds that have been checked. A device that dies leaves state in doubt, so the machine fails. */
  async runChecked(fed: ReadonlyMap<string, Fed>, steps: number): Promise<Record<string, Tensor>> {
    const feeds = this.#checkedFeeds(fed);
    this.#engine.changes++;
    try {
      return this.#resultsOf(await this.#executable.submit(feeds, steps));
    } catch (error) {
      throw this.#engine.fail(error);
    }
  }

  /** The same at once; null where this process cannot wait for the device. */
  runNow(fed: ReadonlyMap<string, Fed>, steps: number): Record<string, Tensor> | null {
    if (!this.#executable.runNow) return null;
    const feeds = this.#checkedFeeds(fed);
    this.#engine.changes++;
    try {
      return this.#resultsOf(this.#executable.runNow(feeds, steps));
    } catch (error) {
      throw this.#engine.fail(error);
    }
  }

  #checkedFeeds(fed: ReadonlyMap<string, Fed>): TypedArray[] {
    const feeds = this.tape.inputs.map(({ name }) => fed.get(name)!.values);
    this.#executable.check?.(feeds);
    return feeds;
  }

  #resultsOf(values: readonly TypedArray[]): Record<string, Tensor> {
    return Object.fromEntries(this.#readers.map((reader, i) => [reader.name, reader.take(values[i]!)]));
  }
}
