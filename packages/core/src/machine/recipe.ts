import { namesIn } from '../graph/attrs.js';
import { type InputAttrs, isInput, isState } from '../graph/leaves.js';
import type { Node } from '../graph/node.js';
import { reached } from '../graph/replay.js';
import { compileTape, type PassOptions } from '../tape/compile.js';
import type { Tape } from '../tape/tape.js';
import { type Bindings, namesOf } from '../tensor/dim.js';
import type { Executable } from './backend.js';
import { DeviceProgram } from './device-program.js';
import type { Engine } from './engine.js';
import { HostProgram } from './host-program.js';
import { Rehearsal } from './rehearsal.js';
import { advanceDraws, nodesOf, type Roots } from './roots.js';

/** Concrete programs that a program keeps, by the sizes of its names. */
const KEPT = 16;

export type Loaded = HostProgram | DeviceProgram;

export interface Compiling {
  /**
   * The most bytes of scratch that runs may need (`program.memory.scratch`; state is apart). What does not fit is computed twice instead of
   * kept, the cheapest first. Compiling throws `MemoryError` where that does not suffice.
   */
  readonly memoryLimit?: number;
  /** Passes to switch off, for a look at what they do. */
  readonly passes?: PassOptions;
  /** Called before and after each pass, with what there is as text. */
  readonly trace?: (stage: string, text: string) => void;
}

/** What to compute and change, and what has been made of it for sizes that have come up. */
export class Recipe {
  readonly engine: Engine;
  /** What the user asked for. */
  readonly asked: Roots;
  /** The names in it, sorted. */
  readonly names: readonly string[];
  /** The inputs that every run must feed. */
  readonly inputs: readonly Node<InputAttrs>[];
  readonly #roots: Roots;
  readonly #compiling: Compiling;
  #watched: { readonly key: string; readonly rehearsal: Rehearsal | Promise<Rehearsal> } | null = null;
  readonly #loaded = new Map<string, Loaded | Promise<Loaded>>();

  constructor(engine: Engine, asked: Roots, compiling: Compiling) {
    const nodes = reached(nodesOf(asked));
    this.engine = engine;
    this.asked = asked;
    this.names = namesAmong(nodes);
    this.inputs = nodes.filter(isInput);
    this.#roots = advanceDraws(asked);
    this.#compiling = compiling;
  }

  /** A tape for these sizes, with other passes than the program's where said. */
  #tape(bindings: Bindings, passes: PassOptions = {}): Tape {
    const { outputs, updates } = this.#roots;
    const { target, name: backendName } = this.engine.backend;
    const { trace, memoryLimit } = this.#compiling;
    return compileTape(outputs, updates, {
      target,
      backendName,
      bindings,
      passes: { ...this.#compiling.passes, ...passes },
      memoryLimit,
      ...(trace && { trace }),
    });
  }

  /** The program for these sizes: the one that is kept, or a new one. */
  concrete(bindings: Bindings): Loaded | Promise<Loaded> {
    const key = this.#keyOf(bindings);
    const kept = this.#loaded.get(key);
    const loaded = kept ?? this.#load(bindings);
    this.#loaded.delete(key);
    this.#loaded.set(key, loaded);
    if (kept === undefined && loaded instanceof Promise) this.#settle(key, loaded);
    if (this.#loaded.size > KEPT) this.#loaded.delete(this.#loaded.keys().next().value as string);
    return loaded;
  }

  /** The program on a session of its own, for tools that go through it. */
  rehearsal(call: string, bindings: Bindings): Rehearsal | Promise<Rehearsal> {
    const loaded = this.concrete(bindings);
    const open = ({ tape }: Loaded) => Rehearsal.open(call, this.engine, tape);
    return loaded instanceof Promise ? loaded.then(open) : open(loaded);
  }

  /** A rehearsal in which every node has memory of its own, so that all can be looked at; the last one is kept. */
  watched(bindings: Bindings): Rehearsal | Promise<Rehearsal> {
    const key = this.#keyOf(bindings);
    if (this.#watched?.key !== key) {
      const tape = this.#tape(bindings, { fuse: false, inPlace: false, recompute: false });
      this.#watched = { key, rehearsal: Rehearsal.open('watch', this.engine, tape) };
    }
    return this.#watched.rehearsal;
  }

  #keyOf(bindings: Bindings): string {
    return this.names.map((name) => bindings[name]).join();
  }

  #load(bindings: Bindings): Loaded | Promise<Loaded> {
    const { engine } = this;
    const tape = this.#tape(bindings);
    const made = tape.states.map(({ node }) => (isState(node) ? engine.states.make(node) : undefined));
    const finish = (executable: Executable): Loaded =>
      executable.kind === 'host'
        ? new HostProgram(engine, tape, executable, this.inputs, bindings)
        : new DeviceProgram(engine, tape, executable);
    const executable = engine.load(tape);
    if (!(executable instanceof Promise) && made.every((value) => value === undefined)) return finish(executable);
    return Promise.all([executable, ...made]).then(([ready]) => finish(ready));
  }

  /** A program that has loaded is kept bare, so that it can run at once; one that could not is forgotten. */
  #settle(key: string, loading: Promise<Loaded>): void {
    const put = (loaded: Loaded | null): void => {
      if (this.#loaded.get(key) !== loading) return;
      if (loaded) this.#loaded.set(key, loaded);
      else this.#loaded.delete(key);
    };
    loading.then(put, () => put(null));
  }
}

function namesAmong(nodes: readonly Node[]): string[] {
  const names = new Set<string>();
  for (const node of nodes) {
    for (const d of node.shape) for (const name of namesOf(d)) names.add(name);
    for (const name of namesIn(node.attrs)) names.add(name);
  }
  return [...names].sort();
}
