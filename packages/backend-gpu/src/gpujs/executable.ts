import {
  arrayOf,
  BackendError,
  type DeviceExecutable,
  type Instruction,
  type Kernel,
  type Node,
  type Slot,
  type Tape,
  type TypedArray,
} from '@tapegrad/core';
import { type Device, EXACT } from './device.js';
import type { Compiled, Kernels } from './kernels.js';
import { release, retain, type Values } from './values.js';

/** The states of a session, as runs read and replace them. */
export interface StateStore {
  /** The values of a state, which stay the store's. */
  valuesOf(name: string): Values;
  /** Hands values over to the store. */
  replace(name: string, values: Values): void;
}

/** What a program runs on. */
export interface Around {
  readonly device: Device;
  readonly kernels: Kernels;
  readonly states: StateStore;
  /** Is a node computed in this process? */
  readonly hosted: (node: Node) => boolean;
}

type Step = { readonly instruction: Instruction; readonly kernel: Compiled | null; readonly frees: readonly number[] };

/** A loaded tape. Each value is a texture of its own, freed after its last use; states are replaced at the end, all at once. */
export class TextureExecutable implements DeviceExecutable {
  readonly kind = 'device';
  readonly #device: Device;
  readonly #tape: Tape;
  readonly #states: StateStore;
  readonly #steps: readonly Step[];
  /** Slots that hold the new value of a state at the end, by name. */
  readonly #direct: readonly (readonly [name: string, slot: Slot])[];
  readonly #constants: readonly (readonly [slot: number, values: Values])[];

  constructor({ device, kernels, states, hosted }: Around, tape: Tape) {
    this.#device = device;
    this.#tape = tape;
    this.#states = states;
    const old = new Set(tape.states.map(({ slot }) => slot));
    this.#direct = tape.slots.flatMap((slot): [string, Slot][] =>
      slot.place.kind === 'state' && !old.has(slot) ? [[slot.place.name, slot]] : [],
    );
    const compiled = (kernel: Kernel, isHosted: boolean): Compiled =>
      isHosted ? kernels.hosted(kernel) : kernels.compile(kernel);
    const frees = lastUses(tape, [...tape.outputs.map(({ slot }) => slot), ...this.#direct.map(([, slot]) => slot)]);
    this.#steps = tape.instructions.map((instruction, i) => ({
      instruction,
      kernel: instruction.kind === 'kernel' ? compiled(instruction.kernel, instruction.nodes.some(hosted)) : null,
      frees: frees[i]!,
    }));
    this.#constants = tape.slots.flatMap(({ id, place }): [number, Values][] =>
      place.kind === 'constant' ? [[id, device.upload(exact(place.values, 'a constant'))]] : [],
    );
  }

  /** Throws `BackendError` for whole numbers that the GPU does not hold; nothing has run then. */
  check(feeds: readonly TypedArray[]): void {
    feeds.forEach((values, i) => {
      exact(values, `the feed '${this.#tape.inputs[i]!.name}'`);
    });
  }

  async submit(feeds: readonly TypedArray[], steps: number): Promise<readonly TypedArray[]> {
    return this.runNow(feeds, steps);
  }

  runNow(feeds: readonly TypedArray[], steps: number): TypedArray[] {
    for (let i = 1; i < steps; i++) this.#run(feeds, ({ updates }) => this.#commit(updates));
    return this.#run(feeds, ({ held, updates }) => {
      const results = this.#tape.outputs.map(({ slot: { id, dtype, length } }) =>
        this.#device.download(held[id]!, dtype, length),
      );
      this.#commit(updates);
      return results;
    });
  }

  /** Runs on zeros, to no effect: all kernels are compiled then, and known to run on the GPU. */
  rehearse(): void {
    this.#run(
      this.#tape.inputs.map(({ slot: { dtype, length } }) => arrayOf(dtype, length)),
      () => {},
    );
  }

  dispose(): void {
    for (const [, values] of this.#constants) release(values);
  }

  #run<R>(feeds: readonly TypedArray[], finish: (run: Run) => R): R {
    const held: (Values | null)[] = [];
    const updates = new Map<string, Values>();
    const borrowed = new Set<number>();
    const lend = (slot: number, values: Values): void => {
      held[slot] = values;
      borrowed.add(slot);
    };
    for (const [slot, values] of this.#constants) lend(slot, values);
    for (const { name, slot } of this.#tape.states) lend(slot.id, this.#states.valuesOf(name));
    try {
      this.#tape.inputs.forEach(({ slot }, i) => {
        held[slot.id] = this.#device.upload(feeds[i]!);
      });
      for (const step of this.#steps) runStep(step, held, updates);
      for (const [name, slot] of this.#direct) updates.set(name, retain(held[slot.id]!));
      this.#device.check();
      return finish({ held, updates });
    } finally {
      held.forEach((values, slot) => {
        if (!borrowed.has(slot)) release(values);
      });
      for (const values of updates.values()) release(values);
    }
  }

  /** Hands the new values of states over. */
  #commit(updates: Map<string, Values>): void {
    for (const [name, values] of updates) this.#states.replace(name, values);
    updates.clear();
  }
}

/** A run at its end: what slots hold, and the new values of states. */
interface Run {
  readonly held: readonly (Values | null)[];
  readonly updates: Map<string, Values>;
}

function runStep({ instruction, kernel, frees }: Step, held: (Values | null)[], updates: Map<string, Values>): void {
  if (kernel && instruction.kind === 'kernel') {
    const { reads, writes } = kernel;
    const values = reads.map((buffer) => held[instruction.slots[buffer]!.id]!);
    held[instruction.slots[writes]!.id] = kernel.run(values);
  } else {
    const [from, to] = [instruction.reads[0]!, instruction.writes[0]!];
    if (to.place.kind === 'state') updates.set(to.place.name, retain(held[from.id]!));
  }
  for (const slot of frees) {
    release(held[slot]);
    held[slot] = null;
  }
}

/** For each instruction, the slots that nobody reads after it, of those that runs make. */
function lastUses({ instructions, inputs }: Tape, kept: readonly Slot[]): number[][] {
  const made = new Set([
    ...inputs.map(({ slot }) => slot),
    ...instructions.flatMap(({ kind, writes }) => (kind === 'kernel' ? writes : [])),
  ]);
  const last = new Map<Slot, number>();
  instructions.forEach(({ reads, writes }, i) => {
    for (const slot of [...reads, ...writes]) if (made.has(slot)) last.set(slot, i);
  });
  for (const slot of kept) last.delete(slot);
  const frees = instructions.map((): number[] => []);
  for (const [slot, i] of last) frees[i]!.push(slot.id);
  return frees;
}

/** The same values. Throws `BackendError` where a whole number is none on the GPU. */
function exact(values: TypedArray, what: string): TypedArray {
  if (!(values instanceof Int32Array)) return values;
  const at = values.findIndex((value) => Math.abs(value) > EXACT);
  if (at < 0) return values;
  throw new BackendError(
    `gpujs: ${what} has ${values[at]} at position ${at}; int32 is exact from -${EXACT} to ${EXACT} on the GPU, as its numbers are float32.`,
  );
}
