import { type DType, MachineError, type Node, type Session, type Tape, type TypedArray } from '@tapegrad/core';
import { Calls, type Type } from './calls.js';
import type { Device } from './device.js';
import { withEpilogues } from './epilogues.js';
import { type StateStore, TensorExecutable } from './executable.js';
import { findFlaws, type Tried } from './flaws.js';
import { timetable } from './lifetimes.js';
import type { TensorHandle } from './tensorflow.js';
import { Translator } from './translate.js';

/** The state of one machine, and the programs that work on it. A state is a tensor from its first use by a program on. */
export class TensorSession implements Session, StateStore {
  /** TensorFlow.js plans its own memory. */
  readonly scratchBytes = 0;
  readonly #device: Device;
  readonly #backend: string;
  readonly #hosted: (node: Node) => boolean;
  readonly #states = new Map<string, TensorHandle | TypedArray>();
  readonly #programs = new Set<TensorExecutable>();
  #flaws: Promise<ReadonlySet<Tried>> | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(device: Device, backend: string, hosted: (node: Node) => boolean) {
    this.#device = device;
    this.#backend = backend;
    this.#hosted = hosted;
  }

  /** What it runs on, once it is known. */
  get device(): string | null {
    return this.#device.description;
  }

  async load(tape: Tape): Promise<TensorExecutable> {
    const device = this.#device;
    await device.start();
    this.#flaws ??= findFlaws(device);
    const calls = new Calls((name) => device.hasKernel(name), await this.#flaws);
    const { outputs, updates } = new Translator(calls, this.#hosted).translate(tape, this.#backend);
    const results = [...outputs, ...updates.values()].map((result) => (typeof result === 'number' ? result : result.id));
    const program = new TensorExecutable({
      device,
      states: this,
      outputs,
      updates,
      timetable: timetable(withEpilogues(calls, results), results, calls.isConstant),
      inputs: new Map(tape.inputs.map(({ name }, i) => [name, i])),
      turn: (run) => this.#turn(run),
    });
    this.#programs.add(program);
    return program;
  }

  write(name: string, _dtype: DType, values: TypedArray): void {
    this.replace(name, values);
  }

  read(name: string): TypedArray | Promise<TypedArray> {
    const held = this.#held(name);
    if (ArrayBuffer.isView(held)) return held.slice();
    this.#device.check();
    this.#device.enter();
    return this.#device.waits ? held.dataSync().slice() : held.data().then((values) => values.slice());
  }

  tensor(name: string, type: Type): TensorHandle {
    const held = this.#held(name);
    if (!ArrayBuffer.isView(held)) return held;
    const tensor = this.#device.tensor(held, type);
    this.#states.set(name, tensor);
    return tensor;
  }

  values(name: string): TypedArray {
    const held = this.#held(name);
    if (ArrayBuffer.isView(held)) return held;
    throw new MachineError(`The state '${name}' is on the device.`);
  }

  replace(name: string, value: TensorHandle | TypedArray): void {
    const held = this.#states.get(name);
    if (held && !ArrayBuffer.isView(held)) held.dispose();
    this.#states.set(name, ArrayBuffer.isView(value) ? value.slice() : value);
  }

  dispose(): void {
    this.#device.enter();
    for (const program of this.#programs) program.dispose();
    for (const held of this.#states.values()) if (!ArrayBuffer.isView(held)) held.dispose();
    this.#states.clear();
  }

  #held(name: string): TensorHandle | TypedArray {
    const held = this.#states.get(name);
    if (held) return held;
    throw new MachineError(`The state '${name}' is not on this machine.`);
  }

  /** Runs come one after another, in the order of the calls. */
  #turn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(run);
    this.#last = turn.catch(() => {});
    return turn;
  }
}
