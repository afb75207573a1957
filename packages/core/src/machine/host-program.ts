import { MachineError, TapegradError } from '../errors.js';
import type { InputAttrs } from '../graph/leaves.js';
import type { Node } from '../graph/node.js';
import type { Instruction, Tape } from '../tape/tape.js';
import type { Bindings } from '../tensor/dim.js';
import type { TypedArray } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import type { HostExecutable } from './backend.js';
import type { Engine } from './engine.js';
import { type Fed, type Feeds, FeedWriter, readFeeds } from './feeds.js';
import { boundShape } from './names.js';
import { ResultReader } from './results.js';

/**
 * A program with numbers in the place of names, on a backend in this process. All that a run needs is prepared: it looks nothing up and
 * makes nothing but its results.
 */
export class HostProgram {
  readonly kind = 'host';
  readonly tape: Tape;
  readonly #engine: Engine;
  readonly #executable: HostExecutable;
  readonly #needed: readonly Node<InputAttrs>[];
  readonly #bindings: Bindings;
  readonly #writers: readonly FeedWriter[];
  readonly #readers: readonly ResultReader[];
  /** A result of the right hidden class, to be copied. */
  readonly #template: Readonly<Record<string, Tensor | null>>;
  readonly #exposed: boolean;
  #inputs: readonly TypedArray[] = [];
  #outputs: readonly TypedArray[] = [];
  #moves = -1;

  constructor(engine: Engine, tape: Tape, executable: HostExecutable, needed: readonly Node<InputAttrs>[], bindings: Bindings) {
    this.tape = tape;
    this.#engine = engine;
    this.#executable = executable;
    this.#needed = needed;
    this.#bindings = bindings;
    this.#writers = needed.map((input) => new FeedWriter(input, boundShape(input.shape, bindings)));
    this.#readers = tape.outputs.map((output) => new ResultReader(output));
    this.#template = Object.fromEntries(tape.outputs.map(({ name }) => [name, null]));
    this.#exposed = isExposed(tape.instructions);
  }

  /** Checks and copies the feeds, and runs. */
  run(feeds: Feeds, steps: number): Record<string, Tensor> {
    const writers = this.#writers;
    let fed = 0;
    for (const _name in feeds) fed++;
    if (fed !== writers.length) return this.#runUnusual(feeds, steps);
    if (this.#moves !== this.#executable.moves) this.#refresh();
    for (let i = 0; i < fed; i++) {
      const writer = writers[i] as FeedWriter;
      const value = feeds[writer.name];
      if (value === undefined) return this.#runUnusual(feeds, steps);
      writer.write(value, this.#inputs[i] as TypedArray);
    }
    return this.#execute(steps);
  }

  /** Runs with feeds that have been checked. */
  runChecked(fed: ReadonlyMap<string, Fed>, steps: number): Record<string, Tensor> {
    if (this.#moves !== this.#executable.moves) this.#refresh();
    this.#writers.forEach(({ name }, i) => {
      this.#inputs[i]!.set(fed.get(name)!.values);
    });
    return this.#execute(steps);
  }

  /** Feeds that are missing or unknown are errors; those for other inputs of the graph are checked, and left. */
  #runUnusual(feeds: Feeds, steps: number): Record<string, Tensor> {
    return this.runChecked(readFeeds(feeds, this.#needed, this.#engine.graph, this.#bindings).fed, steps);
  }

  #refresh(): void {
    const { inputs, outputs } = this.#executable;
    const places = new Map(this.tape.inputs.map(({ name }, i) => [name, inputs[i] as TypedArray]));
    // An input that simplification made superfluous is still fed and checked.
    this.#inputs = this.#writers.map((writer) => places.get(writer.name) ?? writer.allocate());
    this.#outputs = outputs;
    this.#moves = this.#executable.moves;
  }

  #execute(steps: number): Record<string, Tensor> {
    this.#engine.changes++;
    for (let i = 0; i < steps; i++) {
      if (this.#exposed) this.#executeGuarded();
      else this.#executeWhole();
    }
    const results = { ...this.#template } as Record<string, Tensor>;
    const readers = this.#readers;
    for (let i = 0; i < readers.length; i++) {
      const reader = readers[i] as ResultReader;
      results[reader.name] = reader.read(this.#outputs[i] as TypedArray);
    }
    return results;
  }

  #executeWhole(): void {
    try {
      this.#executable.execute();
    } catch (error) {
      // How far the run had come is not known.
      const lost = error instanceof MachineError && error.code === 'thread' && this.tape.updated.size > 0;
      throw lost ? this.#engine.fail(error) : died(error);
    }
  }

  /** One instruction at a time, to know how far a run came that died. */
  #executeGuarded(): void {
    let touched = false;
    this.tape.instructions.forEach((instruction, i) => {
      touched ||= writesState(instruction);
      try {
        this.#executable.executeOne(i);
      } catch (error) {
        throw touched ? this.#engine.fail(died(error)) : died(error);
      }
    });
  }
}

function writesState({ writes }: Instruction): boolean {
  return writes.some(({ place }) => place.kind === 'state');
}

/** Only hand-written kernels throw. Can one do so after state has been written? */
function isExposed(instructions: readonly Instruction[]): boolean {
  const last = instructions.findLastIndex(({ kind }) => kind === 'routine');
  return instructions.slice(0, last + 1).some(writesState);
}

function died(error: unknown): TapegradError {
  if (error instanceof TapegradError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new MachineError(`run: a kernel threw: ${why}`, { cause: error });
}
