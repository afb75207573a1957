import { MachineError } from '../errors.js';
import type { Graph } from '../graph/graph.js';
import type { Tape } from '../tape/tape.js';
import type { Backend, Executable, Session } from './backend.js';
import { FirstValues } from './first-values.js';
import { RunQueue } from './queue.js';
import { States } from './states.js';

/** What a machine and its programs share: the graph, a session on the backend, the state, and the order of runs. */
export class Engine {
  readonly graph: Graph;
  readonly backend: Backend;
  readonly session: Session;
  readonly states: States;
  readonly queue = new RunQueue();
  /** Counts what may have changed state, so that a rehearsal knows whether it is still true. */
  changes = 0;
  #failure: MachineError | null = null;
  #disposed = false;

  constructor(graph: Graph, backend: Backend, seed: number) {
    this.graph = graph;
    this.backend = backend;
    this.session = backend.open();
    this.states = new States(graph, this.session, new FirstValues(seed, backend.runnerOf));
  }

  /** Throws where the machine can do nothing more: given back, or failed and not loaded since. */
  check(call: string): void {
    if (this.#disposed)
      throw new MachineError(`${call}: the machine is disposed of. Make a new TapeMachine.`, { code: 'disposed' });
    if (this.#failure) throw this.#failure;
  }

  /** Also throws while runs are on their way: what is asked for needs their results at once. */
  checkIdle(call: string, instead: string): void {
    this.check(call);
    if (this.queue.busy) throw new MachineError(`${call}: runs are pending. ${instead}`, { code: 'busy' });
  }

  /** Marks the machine failed: its state may be half of one run and half of another. */
  fail(cause: unknown): MachineError {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `The machine failed while it changed its state: ${why.replace(/\.?$/, '.')} Load saved state (machine.load) to go on.`;
    this.#failure = new MachineError(message, { code: 'failed', cause });
    return this.#failure;
  }

  /** Whole state has been loaded. */
  recover(): void {
    this.#failure = null;
  }

  checkNotDisposed(call: string): void {
    if (this.#disposed) this.check(call);
  }

  load(tape: Tape): Executable | Promise<Executable> {
    return this.session.load(tape);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.session.dispose();
  }
}
