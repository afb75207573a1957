import { prepare } from '../loops/interpret.js';
import type { Instruction, Slot, Tape } from '../tape/tape.js';
import { arrayOf, DTYPES, type DType, type TypedArray } from '../tensor/dtype.js';
import type { Backend, HostExecutable, Session } from './backend.js';

/**
 * The backend that interprets kernels: slow, everywhere, and what every other backend is measured against. It generates no code.
 *
 * @example
 * const machine = new TapeMachine(graph, { backend: interpreter() });
 */
export function interpreter(): Backend {
  return {
    name: 'interpreter',
    target: {
      dtypes: new Set(DTYPES),
      instructions: 'kernels',
      keeps: new Set(),
      wideSums: true,
      statements: 400,
      tile: [1, 1],
      alignment: 8,
    },
    open: () => new InterpreterSession(),
  };
}

class InterpreterSession implements Session {
  readonly #states = new Map<string, TypedArray>();
  #scratch = new ArrayBuffer(0);

  get scratchBytes(): number {
    return this.#scratch.byteLength;
  }

  load(tape: Tape): HostExecutable {
    if (tape.scratchBytes > this.#scratch.byteLength) this.#scratch = new ArrayBuffer(tape.scratchBytes);
    for (const { name, slot } of tape.states)
      if (!this.#states.has(name)) this.#states.set(name, arrayOf(slot.dtype, slot.length));
    return new Interpreted(tape, (slot) => this.#view(slot));
  }

  write(name: string, dtype: DType, values: TypedArray): void {
    const held = this.#states.get(name) ?? arrayOf(dtype, values.length);
    held.set(values);
    this.#states.set(name, held);
  }

  read(name: string): TypedArray {
    return (this.#states.get(name) as TypedArray).slice();
  }

  dispose(): void {
    this.#states.clear();
    this.#scratch = new ArrayBuffer(0);
  }

  #view({ place, dtype, length }: Slot): TypedArray {
    if (place.kind === 'constant') return place.values;
    if (place.kind === 'state') return this.#states.get(place.name) as TypedArray;
    return arrayOf(dtype, this.#scratch, place.offset, length);
  }
}

class Interpreted implements HostExecutable {
  readonly kind = 'host';
  readonly #tape: Tape;
  readonly #view: (slot: Slot) => TypedArray;
  readonly #runs: readonly (() => void)[];

  constructor(tape: Tape, view: (slot: Slot) => TypedArray) {
    this.#tape = tape;
    this.#view = view;
    this.#runs = tape.instructions.map((instruction) => this.#runOf(instruction));
  }

  get inputs(): TypedArray[] {
    return this.#tape.inputs.map(({ slot }) => this.#view(slot));
  }

  get outputs(): TypedArray[] {
    return this.#tape.outputs.map(({ slot }) => this.#view(slot));
  }

  execute(): void {
    for (const run of this.#runs) run();
  }

  executeOne(instruction: number): void {
    this.#runs[instruction]!();
  }

  view(slot: number): TypedArray {
    return this.#view(this.#tape.slots[slot]!);
  }

  dispose(): void {}

  #runOf(instruction: Instruction): () => void {
    const arrays = (slots: readonly Slot[]): TypedArray[] => slots.map(this.#view);
    const { reads, writes } = instruction;
    switch (instruction.kind) {
      case 'kernel': {
        const run = prepare(instruction.kernel);
        return () => run(arrays(instruction.slots));
      }
      case 'routine': {
        const { node, run } = instruction;
        const context = { attrs: node.attrs, shapes: reads.map(({ shape }) => shape), shape: writes[0]!.shape };
        return () => run(arrays(reads), this.#view(writes[0]!), context);
      }
      case 'copy':
        return () => this.#view(writes[0]!).set(this.#view(reads[0]!));
      case 'op':
        throw new TypeError('interpreter: it runs kernels');
    }
  }
}
