import type { DeviceExecutable, TypedArray } from '@tapegrad/core';
import type { Type, Value } from './calls.js';
import type { Device } from './device.js';
import type { Timed, Timetable } from './lifetimes.js';
import type { TensorHandle } from './tensorflow.js';

/** The states of a session, as runs read and replace them. */
export interface StateStore {
  /** The tensor of a state, which stays the store's. */
  tensor(name: string, type: Type): TensorHandle;
  /** The values of a state that is kept in this process. */
  values(name: string): TypedArray;
  replace(name: string, value: TensorHandle | TypedArray): void;
}

/** What a run needs besides its steps. */
export interface Loading {
  readonly device: Device;
  readonly states: StateStore;
  readonly timetable: Timetable;
  /** Positions of inputs by name. */
  readonly inputs: ReadonlyMap<string, number>;
  readonly outputs: readonly (Value | number)[];
  readonly updates: ReadonlyMap<string, Value | number>;
  /** Runs take turns: resolves when those before have finished. */
  readonly turn: <T>(run: () => Promise<T>) => Promise<T>;
}

type Register = TensorHandle | TypedArray;
/** A run: asks for tensors' values, is given them, and ends with its results, which are its caller's. */
type Run = Generator<TensorHandle, Register[], TypedArray>;

/** A program of kernel calls. Each value is freed after its last use; states are replaced at the end, all at once. */
export class TensorExecutable implements DeviceExecutable {
  readonly kind = 'device';
  readonly runNow?: (feeds: readonly TypedArray[], steps: number) => readonly TypedArray[];
  readonly #loading: Loading;
  readonly #registers: (Register | null)[] = [];

  constructor(loading: Loading) {
    this.#loading = loading;
    loading.device.enter();
    for (const timed of loading.timetable.once) this.#step(timed, []);
    if (loading.device.waits) this.runNow = (feeds, steps) => this.#runNow(feeds, steps);
  }

  async submit(feeds: readonly TypedArray[], steps: number): Promise<readonly TypedArray[]> {
    const { device, turn } = this.#loading;
    try {
      const results = await turn(() => this.#submit(feeds, steps));
      const values = await fetched(results);
      device.check();
      return values;
    } catch (error) {
      device.check();
      throw error;
    }
  }

  async #submit(feeds: readonly TypedArray[], steps: number): Promise<Register[]> {
    const { device } = this.#loading;
    device.check();
    const run = this.#run(feeds, steps);
    device.enter();
    let next = run.next();
    while (!next.done) {
      const values = await next.value.data().catch((error: unknown) => void run.throw(error));
      device.enter();
      next = run.next(values as TypedArray);
    }
    return next.value;
  }

  #runNow(feeds: readonly TypedArray[], steps: number): TypedArray[] {
    const { device } = this.#loading;
    device.check();
    device.enter();
    const run = this.#run(feeds, steps);
    let next = run.next();
    while (!next.done) next = run.next(next.value.dataSync());
    const results = next.value.map((result) => (isTensor(result) ? result.dataSync().slice() : result.slice()));
    next.value.forEach(dispose);
    device.check();
    return results;
  }

  *#run(feeds: readonly TypedArray[], steps: number): Run {
    for (let i = 1; i < steps; i++) (yield* this.#runOnce(feeds)).forEach(dispose);
    return yield* this.#runOnce(feeds);
  }

  *#runOnce(feeds: readonly TypedArray[]): Run {
    const { timetable, outputs, updates, states } = this.#loading;
    try {
      for (const timed of timetable.each) {
        const { step, frees } = timed;
        if (step.kind !== 'download') {
          this.#step(timed, feeds);
          continue;
        }
        this.#registers[step.makes] = (yield this.#tensor(step.of)).slice();
        this.#free(frees);
      }
      const results = outputs.map((output) => this.#take(output));
      const replaced = [...updates].map(([name, value]) => [name, this.#take(value)] as const);
      for (const [name, value] of replaced) states.replace(name, value);
      return results;
    } finally {
      this.#free(timetable.owned);
    }
  }

  #step({ step, frees }: Timed, feeds: readonly TypedArray[]): void {
    const { device, states, inputs } = this.#loading;
    const registers = this.#registers;
    switch (step.kind) {
      case 'call':
        registers[step.makes] = device.call(step, (id) => this.#tensor(id));
        break;
      case 'literal':
        registers[step.makes] = device.tensor(step.values, step);
        break;
      case 'input':
        registers[step.makes] = feeds[inputs.get(step.name)!]!;
        break;
      case 'state':
        registers[step.makes] = step.type ? states.tensor(step.name, step.type) : states.values(step.name);
        break;
      case 'upload':
        registers[step.makes] = device.tensor(this.#array(step.of).slice(), step);
        break;
      case 'hosted':
        registers[step.makes] = step.run(step.of.map((id) => this.#array(id)));
        break;
      case 'download':
        throw new TypeError('a constant is fetched');
    }
    this.#free(frees);
  }

  #tensor(id: number): TensorHandle {
    return this.#registers[id] as TensorHandle;
  }

  #array(id: number): TypedArray {
    return this.#registers[id] as TypedArray;
  }

  #free(ids: readonly number[]): void {
    for (const id of ids) {
      const held = this.#registers[id];
      if (held) dispose(held);
      this.#registers[id] = null;
    }
  }

  /** A result, which is no longer the program's. */
  #take(value: Value | number): Register {
    const id = typeof value === 'number' ? value : value.id;
    const register = this.#registers[id]!;
    if (typeof value !== 'number') this.#registers[id] = null;
    return register;
  }

  dispose(): void {
    this.#loading.device.enter();
    this.#free(this.#loading.timetable.kept);
  }
}

/** The values of results, which are let go of. */
async function fetched(results: readonly Register[]): Promise<TypedArray[]> {
  try {
    return await Promise.all(results.map(async (result) => (isTensor(result) ? (await result.data()).slice() : result.slice())));
  } finally {
    results.forEach(dispose);
  }
}

function isTensor(register: Register): register is TensorHandle {
  return !ArrayBuffer.isView(register);
}

function dispose(register: Register): void {
  if (isTensor(register)) register.dispose();
}
