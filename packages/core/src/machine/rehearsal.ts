import { MachineError } from '../errors.js';
import { isState } from '../graph/leaves.js';
import type { Tape } from '../tape/tape.js';
import type { TypedArray } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Executable, HostExecutable, Session } from './backend.js';
import type { Engine } from './engine.js';
import type { Fed } from './feeds.js';
import { ResultReader } from './results.js';
import type { StateNode } from './states.js';

/**
 * A program on a session of its own, with copies of the state, for the tools: they go through a run instruction by instruction, and what
 * they do takes effect on the machine only by `commit`.
 */
export class Rehearsal {
  readonly tape: Tape;
  readonly executable: HostExecutable;
  readonly #engine: Engine;
  readonly #session: Session;
  readonly #states: readonly StateNode[];
  #changes = -1;

  private constructor(engine: Engine, tape: Tape, session: Session, executable: HostExecutable) {
    this.tape = tape;
    this.executable = executable;
    this.#engine = engine;
    this.#session = session;
    this.#states = statesOf(tape);
  }

  /** Throws `MachineError` where the backend does not run in this process. */
  static open(call: string, engine: Engine, tape: Tape): Rehearsal | Promise<Rehearsal> {
    const session = engine.backend.open();
    for (const state of statesOf(tape)) session.write(state.attrs.name, state.dtype, read(call, engine, state));
    const made = (executable: Executable): Rehearsal => {
      if (executable.kind !== 'host') throw elsewhere(call, engine);
      return new Rehearsal(engine, tape, session, executable);
    };
    const executable = session.load(tape);
    return executable instanceof Promise ? executable.then(made) : made(executable);
  }

  /** Takes over the machine's present state, and the feeds. */
  begin(call: string, fed: ReadonlyMap<string, Fed>): void {
    for (const state of this.#states) this.#session.write(state.attrs.name, state.dtype, read(call, this.#engine, state));
    this.tape.inputs.forEach(({ name }, i) => {
      this.executable.inputs[i]!.set(fed.get(name)!.values);
    });
    this.#changes = this.#engine.changes;
  }

  /** The results, as a run returns them. */
  results(): Record<string, Tensor> {
    const { outputs } = this.executable;
    return Object.fromEntries(this.tape.outputs.map((output, i) => [output.name, new ResultReader(output).read(outputs[i]!)]));
  }

  /** Lets the updates take effect. Throws `MachineError` where the machine's state has changed since `begin`. */
  commit(call: string): void {
    if (this.#changes !== this.#engine.changes) {
      throw new MachineError(`${call}: the machine's state changed in the meantime, so these updates do not take effect.`, {
        code: 'busy',
      });
    }
    this.#engine.changes++;
    for (const state of this.#states) {
      if (!this.tape.updated.has(state.attrs.name)) continue;
      this.#engine.states.write(state, this.#session.read(state.attrs.name) as TypedArray);
    }
  }

  dispose(): void {
    this.#session.dispose();
  }
}

function statesOf(tape: Tape): StateNode[] {
  return tape.states.map(({ node }) => node).filter(isState);
}

function read(call: string, engine: Engine, state: StateNode): TypedArray {
  const values = engine.states.read(state);
  if (values instanceof Promise) throw elsewhere(call, engine);
  return values;
}

function elsewhere(call: string, engine: Engine): MachineError {
  const { name } = engine.backend;
  return new MachineError(`${call}: ${name} does not run in this process. Look at the program on the interpreter or js.`, {
    code: 'device',
  });
}
