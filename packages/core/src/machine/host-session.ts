import { BackendError, MachineError } from '../errors.js';
import type { Instruction, Slot, Tape } from '../tape/tape.js';
import { arrayOf, bytesOf, type DType, type TypedArray } from '../tensor/dtype.js';
import type { HostExecutable, Session } from './backend.js';

/** A tape on particular memory. */
export interface Linked {
  /** Runs one instruction each. */
  readonly steps: readonly (() => void)[];
  /** Runs them all. */
  run(): void;
}

/** A tape made ready for any memory: given the arrays of its slots, by id, it can run. Called anew where the memory has moved. */
export interface Linkable {
  link(views: readonly TypedArray[]): Linked;
  /** The program as generated code, where there is such: text, or the bytes of a module. */
  readonly source: string | Uint8Array;
}

/** A range of memory that stays what it is until it is given back. */
export interface Block {
  /** Its elements from a byte on, as they are at present. */
  array(dtype: DType, offset: number, length: number): TypedArray;
}

/** Where a session keeps what its programs work on. */
export interface HostMemory {
  /** Changes whenever arrays of blocks go stale. */
  readonly moves: number;
  /** A block of zeros. */
  allocate(bytes: number): Block;
  /** A block with these values, which nobody writes. */
  constant(values: TypedArray): Block;
  free(block: Block): void;
}

/** The memory of JavaScript: each block an array buffer. */
export class ArrayMemory implements HostMemory {
  readonly moves = 0;

  allocate(bytes: number): Block {
    const buffer = new ArrayBuffer(bytes);
    return { array: (dtype, offset, length) => arrayOf(dtype, buffer, offset, length) };
  }

  constant(values: TypedArray): Block {
    return { array: () => values };
  }

  free(): void {}
}

/** Makes a tape ready; `views` are the arrays of its slots, by id, as they are at first. */
export type Prepare = (tape: Tape, views: readonly TypedArray[]) => Linkable | Promise<Linkable>;

interface HeldState {
  readonly dtype: DType;
  readonly length: number;
  readonly block: Block;
}

/** The memory of a machine in this process: each state a block that never moves, and one scratch block, which grows. */
export class HostSession implements Session {
  readonly #prepare: Prepare;
  readonly #memory: HostMemory;
  readonly #end: () => void;
  readonly #states = new Map<string, HeldState>();
  #scratch: Block;
  #scratchBytes = 0;
  #scratchMoves = 0;

  /** @param end called when the session is disposed of. */
  constructor(prepare: Prepare, memory: HostMemory = new ArrayMemory(), end: () => void = () => {}) {
    this.#prepare = prepare;
    this.#memory = memory;
    this.#end = end;
    this.#scratch = memory.allocate(0);
  }

  /** Changes whenever memory has moved. */
  get moves(): number {
    return this.#scratchMoves + this.#memory.moves;
  }

  get scratchBytes(): number {
    return this.#scratchBytes;
  }

  load(tape: Tape): ArrayExecutable | Promise<ArrayExecutable> {
    if (tape.scratchBytes > this.#scratchBytes) this.#growScratch(tape.scratchBytes);
    for (const { name, slot } of tape.states) this.#state(name, slot.dtype, slot.length);
    const constants = new Map<TypedArray, Block>();
    for (const { place } of tape.slots) {
      if (place.kind === 'constant' && !constants.has(place.values))
        constants.set(place.values, this.#memory.constant(place.values));
    }
    const views = (): TypedArray[] => tape.slots.map((slot) => this.#view(slot, constants));
    const release = (): void => {
      for (const block of constants.values()) this.#memory.free(block);
    };
    const made = (program: Linkable): ArrayExecutable => new ArrayExecutable(this, tape, program, views, release);
    const program = this.#prepare(tape, views());
    return program instanceof Promise ? program.then(made) : made(program);
  }

  write(name: string, dtype: DType, values: TypedArray): void {
    this.#state(name, dtype, values.length).set(values);
  }

  read(name: string): TypedArray {
    const held = this.#states.get(name);
    if (!held) throw new MachineError(`The state '${name}' is not on this machine.`);
    return held.block.array(held.dtype, 0, held.length).slice();
  }

  dispose(): void {
    this.#end();
    for (const { block } of this.#states.values()) this.#memory.free(block);
    this.#states.clear();
    this.#growScratch(0);
  }

  #view({ place, dtype, length }: Slot, constants: ReadonlyMap<TypedArray, Block>): TypedArray {
    if (place.kind === 'constant') return constants.get(place.values)!.array(dtype, 0, length);
    if (place.kind === 'state') return this.#state(place.name, dtype, length);
    return this.#scratch.array(dtype, place.offset, length);
  }

  #growScratch(bytes: number): void {
    this.#memory.free(this.#scratch);
    this.#scratch = this.#memory.allocate(bytes);
    this.#scratchBytes = bytes;
    this.#scratchMoves++;
  }

  /** The block of a state, made where it is missing. */
  #state(name: string, dtype: DType, length: number): TypedArray {
    let held = this.#states.get(name);
    if (!held) {
      held = { dtype, length, block: this.#memory.allocate(length * bytesOf(dtype)) };
      this.#states.set(name, held);
    }
    if (held.length === length && held.dtype === dtype) return held.block.array(dtype, 0, length);
    const is = `${held.dtype} of ${held.length} elements`;
    throw new MachineError(`The state '${name}' is ${is}; it was asked for as ${dtype} of ${length}.`);
  }
}

/** A loaded tape of a backend whose memory is typed arrays of the host: one array for each slot, and the steps that read and fill them. */
export class ArrayExecutable implements HostExecutable {
  readonly kind = 'host';
  readonly #session: HostSession;
  readonly #tape: Tape;
  readonly #program: Linkable;
  readonly #slots: () => TypedArray[];
  readonly #release: () => void;
  #moves = -1;
  #views: readonly TypedArray[] = [];
  #linked: Linked = { steps: [], run: () => {} };

  constructor(session: HostSession, tape: Tape, program: Linkable, slots: () => TypedArray[], release: () => void) {
    this.#session = session;
    this.#tape = tape;
    this.#program = program;
    this.#slots = slots;
    this.#release = release;
  }

  /** The generated code, for tools. */
  get source(): string | Uint8Array {
    return this.#program.source;
  }

  get moves(): number {
    return this.#session.moves;
  }

  get inputs(): TypedArray[] {
    return this.#tape.inputs.map(({ slot }) => this.view(slot.id));
  }

  get outputs(): TypedArray[] {
    return this.#tape.outputs.map(({ slot }) => this.view(slot.id));
  }

  execute(): void {
    if (this.#moves !== this.#session.moves) this.#link();
    this.#linked.run();
  }

  executeOne(instruction: number): void {
    if (this.#moves !== this.#session.moves) this.#link();
    this.#linked.steps[instruction]!();
  }

  view(slot: number): TypedArray {
    if (this.#moves !== this.#session.moves) this.#link();
    return this.#views[slot]!;
  }

  dispose(): void {
    this.#release();
    this.#views = [];
    this.#linked = { steps: [], run: () => {} };
    this.#moves = -1;
  }

  #link(): void {
    this.#views = this.#slots();
    this.#linked = this.#program.link(this.#views);
    this.#moves = this.#session.moves;
  }
}

type Other = Exclude<Instruction, { kind: 'kernel' }>;

/**
 * An instruction that is no kernel, on the arrays of its slots. What a hand-written kernel throws becomes a `MachineError`.
 *
 * @example
 * const session = new HostSession((tape) => ({
 *   source: '',
 *   link: (views) => {
 *     const steps = tape.instructions.map((instruction) => {
 *       if (instruction.kind !== 'kernel') return linkOther('mine', instruction, views);
 *       const arrays = instruction.slots.map(({ id }) => views[id]!);
 *       return () => prepare(instruction.kernel)(arrays);
 *     });
 *     return { steps, run: () => steps.forEach((step) => void step()) };
 *   },
 * }));
 */
export function linkOther(backend: string, instruction: Other, views: readonly TypedArray[]): () => void {
  const arrays = (slots: readonly Slot[]): TypedArray[] => slots.map(({ id }) => views[id]!);
  const { reads, writes } = instruction;
  switch (instruction.kind) {
    case 'copy': {
      const [from] = arrays(reads) as [TypedArray];
      const [to] = arrays(writes) as [TypedArray];
      return () => to.set(from);
    }
    case 'routine': {
      const { node, run } = instruction;
      const inputs = arrays(reads);
      const [output] = arrays(writes) as [TypedArray];
      const context = { attrs: node.attrs, shapes: reads.map(({ shape }) => shape), shape: writes[0]!.shape };
      return () => {
        try {
          run(inputs, output, context);
        } catch (cause) {
          const why = cause instanceof Error ? cause.message : String(cause);
          throw new MachineError(`${node.op.name}: its kernel for '${backend}' threw: ${why}`, { op: node.op.name, cause });
        }
      };
    }
    case 'op':
      throw new BackendError(`${backend}: ${instruction.node.op.name} has no kernel.`, { op: instruction.node.op.name });
  }
}
