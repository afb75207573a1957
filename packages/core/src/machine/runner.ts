import { MachineError } from '../errors.js';
import type { Bindings } from '../tensor/dim.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Fed, type Feeds, readFeeds } from './feeds.js';
import { checkBound } from './names.js';
import type { Loaded, Recipe } from './recipe.js';
import type { Rehearsal } from './rehearsal.js';
import { executeWatched } from './watch.js';

/** How a program is run. */
export interface RunOptions {
  /** How often to run with these feeds, 1 unless said; the last result is returned. Each is a run of its own: what it updates takes effect. */
  readonly steps?: number;
  /** Trap the first NaN or infinity, with `NonFiniteError`; updates take effect only if there is none. Slow: nothing is fused. */
  readonly watch?: boolean;
}

/** Feeds that fit, and the sizes that they give. */
export interface Checked {
  readonly bindings: Bindings;
  readonly fed: ReadonlyMap<string, Fed>;
}

type Raw = Record<string, Tensor>;

/** Runs what a recipe makes of the sizes that come: at once where the backend is in this process and idle, else in the order of the calls. */
export class Runner {
  readonly #recipe: Recipe;
  readonly #dims: Bindings;
  readonly #loaded: Loaded | null;

  /** @param loaded the concrete program, where `dims` leave nothing open. */
  constructor(recipe: Recipe, dims: Bindings, loaded: Loaded | null) {
    this.#recipe = recipe;
    this.#dims = dims;
    this.#loaded = loaded;
  }

  /** Throws `FeedError` unless all feeds fit and all names have a size. */
  check(feeds: Feeds): Checked {
    const checked = readFeeds(feeds, this.#recipe.inputs, this.#recipe.engine.graph, this.#dims);
    checkBound(this.#recipe.names, checked.bindings);
    return checked;
  }

  /** A run that may take place later; feeds are copied if so. */
  start({ bindings, fed }: Checked, steps: number, watch: boolean): Promise<Raw> {
    const { engine } = this.#recipe;
    const job = this.#job(bindings, watch);
    if (!(job instanceof Promise) && !engine.queue.busy && job.kind === 'host') return Promise.resolve(job.run(fed, steps));
    const copies = copyFeeds(fed);
    return engine.queue.push(job, (ready) => {
      engine.check('run');
      return ready.run(copies, steps);
    });
  }

  /** A run that takes place now, or cannot. */
  runNow({ bindings, fed }: Checked, steps: number, watch: boolean): Raw {
    const job = this.#job(bindings, watch);
    if (job instanceof Promise) throw this.#slow(bindings);
    const results = job.kind === 'host' ? job.run(fed, steps) : job.runNow(fed, steps);
    if (results) return results;
    const { name } = this.#recipe.engine.backend;
    throw new MachineError(`runSync: ${name} does not run in this process. Use await program.run(…).`, { code: 'device' });
  }

  /** A rehearsal of the program as it is, fed, once all runs so far have taken place. */
  async rehearse(call: string, feeds: Feeds): Promise<Rehearsal> {
    const { engine } = this.#recipe;
    engine.check(call);
    const { bindings, fed } = this.check(feeds);
    const copies = copyFeeds(fed);
    await engine.queue.idle();
    const rehearsal = await this.#recipe.rehearsal(call, bindings);
    rehearsal.begin(call, copies);
    return rehearsal;
  }

  #job(bindings: Bindings, watch: boolean): Job | Promise<Job> {
    const made = watch ? this.#recipe.watched(bindings) : (this.#loaded ?? this.#recipe.concrete(bindings));
    return made instanceof Promise ? made.then(jobOf) : jobOf(made);
  }

  #slow(bindings: Bindings): MachineError {
    const { engine, names } = this.#recipe;
    const sizes = names.map((name) => `${name}: ${bindings[name]}`).join(', ');
    return new MachineError(
      `runSync: ${engine.backend.name} takes a while to load a new program. Use await program.bind({ ${sizes} }) first, or await program.run(…).`,
      { code: 'device' },
    );
  }
}

type Run<R> = (fed: ReadonlyMap<string, Fed>, steps: number) => R;
type Job =
  | { readonly kind: 'host'; readonly run: Run<Raw> }
  | { readonly kind: 'device'; readonly run: Run<Promise<Raw>>; readonly runNow: Run<Raw | null> };

function jobOf(made: Loaded | Rehearsal): Job {
  if (!('kind' in made)) return { kind: 'host', run: (fed, steps) => runWatched(made, fed, steps) };
  if (made.kind === 'host') return { kind: 'host', run: (fed, steps) => made.runChecked(fed, steps) };
  const runNow: Run<Raw | null> = (fed, steps) => made.runNow(fed, steps);
  return { kind: 'device', run: (fed, steps) => made.runChecked(fed, steps), runNow };
}

function runWatched(rehearsal: Rehearsal, fed: ReadonlyMap<string, Fed>, steps: number): Raw {
  rehearsal.begin('watch', fed);
  for (let i = 0; i < steps; i++) executeWatched(rehearsal.tape, rehearsal.executable);
  rehearsal.commit('watch');
  return rehearsal.results();
}

function copyFeeds(fed: ReadonlyMap<string, Fed>): Map<string, Fed> {
  return new Map([...fed].map(([name, { values, shape }]) => [name, { values: values.slice(), shape }]));
}
