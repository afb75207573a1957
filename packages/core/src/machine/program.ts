import { MachineError } from '../errors.js';
import { isState } from '../graph/leaves.js';
import type { Node } from '../graph/node.js';
import { withPlace } from '../graph/public-call.js';
import { optionsOf } from '../options.js';
import type { Tape } from '../tape/tape.js';
import { textOfTape } from '../tape/text.js';
import type { Bindings } from '../tensor/dim.js';
import { inspect } from '../tensor/print.js';
import { showShape } from '../tensor/shape.js';
import type { Backend } from './backend.js';
import type { DiffOptions } from './diff.js';
import type { Difference } from './difference.js';
import type { Engine } from './engine.js';
import { explainNode } from './explain.js';
import type { Feeds } from './feeds.js';
import { type Memory, memoryOf } from './memory.js';
import type { Profile } from './profile.js';
import type { Loaded, Recipe } from './recipe.js';
import type { Outputs, Results } from './results.js';
import { Runner, type RunOptions } from './runner.js';
import type { StateNode } from './states.js';
import type { StepEvent } from './step.js';

/** What a run is unless said otherwise. */
const RUN = { steps: 1, watch: false };

/**
 * What a machine compiled from some outputs and some updates of state. A run returns a tensor for each output, and lets all updates take
 * effect at once at its end.
 *
 * The tools that answer later (`profile`, `step`, `diff`) are loaded when they are asked for, so that pages that never do need not load them.
 */
export class Program<O extends Outputs = Outputs> {
  readonly #recipe: Recipe;
  readonly #engine: Engine;
  readonly #dims: Bindings;
  readonly #runner: Runner;
  /** The concrete program, where all names are bound. */
  readonly #loaded: Loaded | null;

  constructor(recipe: Recipe, dims: Bindings, loaded: Loaded | null) {
    this.#recipe = recipe;
    this.#engine = recipe.engine;
    this.#dims = dims;
    this.#runner = new Runner(recipe, dims, loaded);
    this.#loaded = loaded;
  }

  /**
   * Runs once, or `steps` times, or once for each of a list of feeds. Runs of one machine take effect in the order of the calls; feeds are
   * checked and copied before the call returns. On a backend in this process the run has happened by then.
   *
   * Rejects with `FeedError` where a feed is missing, unknown or does not fit (nothing has run then), with `MachineError` where the machine
   * has failed, with `NonFiniteError` where `watch` traps.
   *
   * @example
   * const { loss } = await step.run({ x: images, y: labels });
   */
  run(feeds?: Feeds, options?: RunOptions): Promise<Results<O>>;
  run(feeds: readonly Feeds[], options?: RunOptions): Promise<Results<O>[]>;
  run(feeds: Feeds | readonly Feeds[] = {}, options?: RunOptions): Promise<Results<O> | Results<O>[]> {
    try {
      const { steps, watch } = optionsOf('run', options, RUN);
      this.#engine.check('run');
      counted('run', 'steps', steps);
      const runner = this.#runner;
      if (!isList(feeds)) return runner.start(runner.check(feeds), steps, watch) as Promise<Results<O>>;
      const checked = feeds.map((each) => runner.check(each));
      return Promise.all(checked.map((each) => runner.start(each, steps, watch))) as Promise<Results<O>[]>;
    } catch (error) {
      return Promise.reject(withPlace(error, this.run));
    }
  }

  /**
   * As `run`, with the result at once. Throws `MachineError` 'busy' while runs are pending, and where the backend does not run in this
   * process.
   *
   * @example
   * const { z } = program.runSync({ x: 0.7, y: -0.4 });
   */
  runSync(feeds?: Feeds, options?: RunOptions): Results<O>;
  runSync(feeds: readonly Feeds[], options?: RunOptions): Results<O>[];
  runSync(feeds: Feeds | readonly Feeds[] = {}, options?: RunOptions): Results<O> | Results<O>[] {
    try {
      return this.#runNow(feeds, options);
    } catch (error) {
      throw withPlace(error, this.runSync);
    }
  }

  /**
   * The program with sizes for names: loaded, and able to tell its tape and memory. Programs for the sizes that came up last are kept, so a
   * run with a size that has been bound does not compile. Throws `MachineError` for a name that the program does not have.
   *
   * @example
   * const bound = await program.bind({ batch: 128 });
   * console.log(bound.memory.scratch);
   */
  async bind(dims: Bindings): Promise<Program<O>> {
    this.#engine.check('bind');
    return bound<O>('bind', this.#recipe, { ...this.#dims, ...dims });
  }

  /** The names that have no size yet. */
  get names(): readonly string[] {
    return this.#recipe.names.filter((name) => !Object.hasOwn(this.#dims, name));
  }

  /** The instructions as text, one a line. Throws `MachineError` while names have no size. */
  get tape(): string {
    return textOfTape(this.#tape('tape'));
  }

  /** The bytes that runs need, known before anything runs. Throws `MachineError` while names have no size. */
  get memory(): Memory {
    return memoryOf(this.#tape('memory'));
  }

  /** Where a node went: which instruction computes it, with what, and why it was not fused. Throws `MachineError` while names have no size. */
  explain(node: Node): string {
    if (node.graph !== this.#engine.graph)
      throw new MachineError(`explain: ${node.op.name} %${node.id} belongs to another graph than the machine's.`);
    return explainNode(this.#tape('explain'), node);
  }

  /**
   * Times each instruction: the median of `runs` runs with these feeds, 10 unless said. Nothing takes effect on the machine's state.
   *
   * @example
   * console.log(await program.profile({ x, y }));
   */
  async profile(feeds: Feeds = {}, options?: { readonly runs?: number }): Promise<Profile> {
    const { runs } = optionsOf('profile', options, { runs: 10 });
    counted('profile', 'runs', runs);
    const rehearsal = await this.#runner.rehearse('profile', feeds);
    try {
      const { profileRuns } = await import('./profile.js');
      return profileRuns(rehearsal, runs);
    } finally {
      rehearsal.dispose();
    }
  }

  /**
   * Runs one instruction after another and hands each out, with the values that it wrote. The updates take effect after the last one, and
   * not at all where the loop is left before.
   *
   * @example
   * for await (const { index, nodes, values } of program.step(feeds)) console.log(index, nodes, values);
   */
  async *step(feeds: Feeds = {}): AsyncGenerator<StepEvent, void, void> {
    const rehearsal = await this.#runner.rehearse('step', feeds);
    try {
      const { stepThrough } = await import('./step.js');
      yield* stepThrough(rehearsal);
    } finally {
      rehearsal.dispose();
    }
  }

  /**
   * Compares another backend with the machine's, op by op, each op given the same operands on both: resolves to where they first disagree,
   * with the error in ulp, or to null. The oldest op is the first. Nothing takes effect on the machine's state.
   *
   * @example
   * const difference = await program.diff(js(), feeds); // null, unless an op is computed otherwise there
   */
  async diff(other: Backend, feeds: Feeds = {}, options?: DiffOptions): Promise<Difference | null> {
    const { ulps } = optionsOf('diff', options, { ulps: 64 });
    const { engine, asked } = this.#recipe;
    engine.check('diff');
    const { bindings, fed } = this.#runner.check(feeds);
    await engine.queue.idle();
    const nodes = [...Object.values(asked.outputs), ...asked.updates.map(({ value }) => value)];
    const read = (state: StateNode) => engine.states.read(state);
    const { diffBackends } = await import('./diff.js');
    return diffBackends({ nodes, bindings, fed, read }, engine.backend, other, ulps);
  }

  /** `Program (x float32 [batch, 784]) -> loss float32 []; updates w, b`. */
  toString(): string {
    const { inputs, asked } = this.#recipe;
    const typed = (name: string, { dtype, shape }: Node): string => `${name} ${dtype} ${showShape(shape)}`;
    const fed = inputs.map((input) => typed(input.attrs.name, input)).join(', ');
    const outputs = Object.entries(asked.outputs).map(([name, node]) => typed(name, node));
    const updated = asked.updates.map(({ state }) => (isState(state) ? state.attrs.name : '')).join(', ');
    const dims = Object.entries(this.#dims).map(([name, size]) => `${name} = ${size}`);
    const parts = [
      outputs.join(', ') || 'nothing',
      ...(updated ? [`updates ${updated}`] : []),
      ...(dims.length > 0 ? [dims.join(', ')] : []),
    ];
    return `Program (${fed}) -> ${parts.join('; ')}`;
  }

  [inspect](): string {
    return this.toString();
  }

  #runNow(feeds: Feeds | readonly Feeds[], options: RunOptions | undefined): Results<O> | Results<O>[] {
    this.#engine.checkIdle('runSync', 'Await them first, or use run.');
    const loaded = this.#loaded;
    if (options === undefined && loaded !== null && loaded.kind === 'host' && !Array.isArray(feeds))
      return loaded.run(feeds as Feeds, 1) as Results<O>;
    const { steps, watch } = optionsOf('runSync', options, RUN);
    counted('runSync', 'steps', steps);
    const runner = this.#runner;
    if (!isList(feeds)) return runner.runNow(runner.check(feeds), steps, watch) as Results<O>;
    return feeds.map((each) => runner.check(each)).map((each) => runner.runNow(each, steps, watch)) as Results<O>[];
  }

  #tape(call: string): Tape {
    if (this.#loaded) return this.#loaded.tape;
    const open = this.names.map((name) => `${name}: …`).join(', ');
    throw new MachineError(`${call}: sizes are open. Ask the program of some sizes: (await program.bind({ ${open} })).${call}.`);
  }
}

/** A program with these sizes, loaded where they are all there is to know. */
export async function bound<O extends Outputs>(call: string, recipe: Recipe, dims: Bindings): Promise<Program<O>> {
  checkDims(call, recipe, dims);
  const whole = recipe.names.every((name) => Object.hasOwn(dims, name));
  return new Program<O>(recipe, dims, whole ? await recipe.concrete(dims) : null);
}

function checkDims(call: string, { names }: Recipe, dims: Bindings): void {
  for (const [name, size] of Object.entries(dims)) {
    if (!names.includes(name)) {
      const have = names.length === 0 ? 'it has none' : `its names are ${names.join(', ')}`;
      throw new MachineError(`${call}: '${name}' is no name in this program; ${have}.`);
    }
    if (!Number.isSafeInteger(size) || size < 0)
      throw new MachineError(`${call}: ${name} is ${size}; a size is a whole number of at least 0.`);
  }
}

/** A count of at least 1, such as of steps. */
function counted(call: string, what: string, count: number): number {
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new MachineError(`${call}: ${what} is ${count}; give a whole number of at least 1.`);
}

function isList(feeds: Feeds | readonly Feeds[]): feeds is readonly Feeds[] {
  return Array.isArray(feeds);
}
