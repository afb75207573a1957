/// <reference lib="esnext.disposable" preserve="true" />
import { MachineError } from '../errors.js';
import type { Graph } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import { answering } from '../graph/public-call.js';
import { optionsOf } from '../options.js';
import { PASSES } from '../tape/compile.js';
import { checkLimit } from '../tape/limit.js';
import type { Update } from '../tape/updates.js';
import type { Bindings } from '../tensor/dim.js';
import type { TypedArray } from '../tensor/dtype.js';
import { inspect } from '../tensor/print.js';
import { Tensor, type TensorLike } from '../tensor/tensor.js';
import type { Backend } from './backend.js';
import { checkTarget } from './check-target.js';
import { Engine } from './engine.js';
import { checkSeed } from './first-values.js';
import { bound, type Program } from './program.js';
import { type Compiling, Recipe } from './recipe.js';
import type { Outputs } from './results.js';
import { checkRoots } from './roots.js';
import { readSafetensors, writeSafetensors } from './safetensors.js';
import { matchSaved, mismatch, type StateNode, stateTensor } from './states.js';

/** What a {@link TapeMachine} is made with. */
export interface MachineOptions {
  /** Where programs run. */
  readonly backend: Backend;
  /** The seed of draws and of random first values, 0 unless said: a whole number from 0 to 2^53 - 1. */
  readonly seed?: number;
}

/** What a program is compiled for, besides its outputs. */
export interface CompileOptions extends Compiling {
  /** New values for state, taken over together at the end of each run. */
  readonly updates?: readonly Update[];
  /** Sizes for names; what is not named here is bound by what each run is fed. */
  readonly dims?: Bindings;
}

function compileOptions(given: CompileOptions | undefined) {
  const defaults = { updates: [], dims: {}, memoryLimit: undefined, passes: {}, trace: undefined };
  const options = optionsOf('compile', given, defaults);
  return { ...options, passes: optionsOf('passes', options.passes, PASSES) };
}

/** Node 20 may lack the symbol, and then has no `using` either. */
const dispose: typeof Symbol.dispose = Symbol.dispose ?? (Symbol.for('Symbol.dispose') as typeof Symbol.dispose);

/**
 * Binds a graph to a backend and keeps its state: parameters, and what else updates replace. First values are made when they are first
 * needed, of the seed, and are the same on every backend. Programs of one machine share its state and its scratch memory.
 *
 * @example
 * const machine = new TapeMachine(graph, { backend: interpreter(), seed: 1 });
 * const step = await machine.compile({ loss }, { updates: sgd(loss, [w, b], { learningRate: 0.1 }) });
 * const { loss: value } = await step.run({ x, y });
 */
export class TapeMachine {
  readonly graph: Graph;
  readonly #engine: Engine;

  constructor(graph: Graph, options: MachineOptions) {
    const { backend, seed } = optionsOf('TapeMachine', options, { backend: undefined, seed: 0 });
    this.graph = graph;
    this.#engine = new Engine(graph, backend, checkSeed(seed));
  }

  /** The backend's name. */
  get backend(): string {
    return this.#engine.backend.name;
  }

  /** What the backend runs on, in words: the name of a GPU. Null where it says nothing, or has not loaded a program yet. */
  get device(): string | null {
    return this.#engine.session.device ?? null;
  }

  /**
   * Compiles a program that computes `outputs` and lets `updates` take effect at its end. Within a run a state means its value at the start.
   * The user's graph is not changed; it may grow afterwards, and be compiled again.
   *
   * Rejects with `GraphError` for nodes of another graph and updates that do not fit, with `BackendError` where the backend cannot do
   * something: all misses are listed, also while names have no size; with `MemoryError` where `memoryLimit` is out of reach.
   */
  async compile<O extends Outputs>(outputs: O, options?: CompileOptions): Promise<Program<O>> {
    const engine = this.#engine;
    const { updates, dims, ...compiling } = answering(this.compile, () => compileOptions(options));
    const asked = { outputs: { ...outputs }, updates: [...updates] };
    answering(this.compile, () => {
      engine.check('compile');
      checkRoots(this.graph, asked);
      checkLimit(compiling.memoryLimit);
    });
    const recipe = new Recipe(engine, asked, compiling);
    if (recipe.names.length > 0) {
      const dtypes = checkTarget(asked, engine.backend);
      await engine.backend.prepare?.(dtypes);
    }
    return bound<O>('compile', recipe, dims);
  }

  /** A copy of a state's present value. Throws `MachineError` 'busy' while runs are pending, and where the backend reads state in its own time. */
  get(state: Node | string): Tensor {
    return answering(this.get, () => {
      this.#engine.checkIdle('get', 'Use await machine.getAsync(…).');
      return this.#get('get', this.#engine.states.find('get', state));
    });
  }

  /** A copy of the value that a state has after all runs so far. */
  async getAsync(state: Node | string): Promise<Tensor> {
    this.#engine.check('getAsync');
    const node = this.#engine.states.find('getAsync', state);
    await this.#engine.queue.idle();
    return stateTensor(node, await this.#engine.states.read(node));
  }

  /** Replaces a state's value, after all runs so far. Throws `MachineError` where dtype or shape differ. */
  set(state: Node | string, value: TensorLike): void {
    answering(this.set, () => this.#set(state, value));
  }

  /**
   * All state as the bytes of a safetensors file, by name, that of the draws included: a machine that loads it goes on as this one would.
   *
   * @example
   * await writeFile('model.safetensors', machine.save());
   */
  save(): Uint8Array {
    const engine = this.#engine;
    engine.checkIdle('save', 'Use await machine.saveAsync().');
    return writeSafetensors(new Map(engine.states.all.map((state) => [state.attrs.name, this.#get('save', state)])));
  }

  /** As `save`, after all runs so far. */
  async saveAsync(): Promise<Uint8Array> {
    this.#engine.check('saveAsync');
    const states = this.#engine.states.all;
    const tensors = await Promise.all(states.map((state) => this.getAsync(state)));
    return writeSafetensors(new Map(states.map((state, i) => [state.attrs.name, tensors[i] as Tensor])));
  }

  /**
   * Replaces all state by saved one, whole. Throws one `MachineError` that lists names that are missing, unknown or of another dtype or
   * shape; nothing is loaded then. A machine that failed goes on from here.
   */
  load(bytes: Uint8Array): void {
    const pairs = answering(this.load, () => {
      this.#engine.checkNotDisposed('load');
      return matchSaved(this.#engine.states.all, readSafetensors(bytes));
    });
    this.#write(pairs.map(([state, { data }]) => [state, data]));
    this.#engine.recover();
  }

  /** Gives the memory back now. Nothing needs this to be correct; every later call is an error. */
  dispose(): void {
    this.#engine.dispose();
  }

  [dispose](): void {
    this.dispose();
  }

  toString(): string {
    const states = this.#engine.states.all.length;
    const where = this.device ? `${this.backend}, ${this.device}` : this.backend;
    return `TapeMachine on ${where}: ${states} ${states === 1 ? 'state' : 'states'}, ${this.#engine.session.scratchBytes} bytes of scratch`;
  }

  [inspect](): string {
    return this.toString();
  }

  #set(state: Node | string, value: TensorLike): void {
    this.#engine.check('set');
    const node = this.#engine.states.find('set', state);
    const { dtype } = node;
    const label = `set: '${node.attrs.name}'`;
    const given =
      value instanceof Tensor
        ? value
        : Tensor.from(value, { dtype, label, ...(ArrayBuffer.isView(value) && { shape: sizes(node) }) });
    const wrong = mismatch(node, given.dtype, given.shape);
    if (wrong) throw new MachineError(`set: ${wrong}.`);
    this.#write([[node, given.data.slice()]]);
  }

  #get(call: string, state: StateNode): Tensor {
    const values = this.#engine.states.read(state);
    if (values instanceof Promise) {
      throw new MachineError(`${call}: ${this.backend} reads state in its own time. Use await machine.${call}Async(…).`, {
        code: 'device',
      });
    }
    return stateTensor(state, values);
  }

  /** Writes at once, or in its turn where runs are pending. */
  #write(values: readonly (readonly [StateNode, TypedArray])[]): void {
    const engine = this.#engine;
    const write = async (): Promise<void> => {
      engine.changes++;
      await Promise.all(values.map(([state, value]) => engine.states.write(state, value)));
    };
    const failed = (error: unknown): void => {
      engine.fail(error);
    };
    if (engine.queue.busy) engine.queue.push(null, write).catch(failed);
    else write().catch(failed);
  }
}

function sizes(state: StateNode): readonly number[] {
  return state.shape as readonly number[];
}
