import { BackendError, MachineError } from '../errors.js';
import type { Instruction, Slot, Tape } from '../tape/tape.js';
import { arrayOf, type DType, dtypeOfArray, type TypedArray } from '../tensor/dtype.js';
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
  /** The program as generated code, where there is such. */
  readonly source: string;
}

/** The memory of a machine in JavaScript's own arrays: each state one that never moves, and one scratch block, which grows. */
export class HostSession implements Session {
  readonly #prepare: (tape: Tape) => Linkable;
  readonly #states = new Map<string, TypedArray>();
  #scratch = new ArrayBuffer(0);

  constructor(prepare: (tape: Tape) => Linkable) {
    this.#prepare = prepare;
  }

  /** Identity tells where scratch is: another one means that it has moved. */
  get scratch(): ArrayBuffer {
    return this.#scratch;
  }

  get scratchBytes(): number {
    return this.#scratch.byteLength;
  }

  load(tape: Tape): ArrayExecutable {
    const program = this.#prepare(tape);
    if (tape.scratchBytes > this.#scratch.byteLength) this.#scratch = new ArrayBuffer(tape.scratchBytes);
    for (const { name, slot } of tape.states) this.#state(name, slot.dtype, slot.length);
    return new ArrayExecutable(this, tape, program);
  }

  write(name: string, dtype: DType, values: TypedArray): void {
    this.#state(name, dtype, values.length).set(values);
  }

  read(name: string): TypedArray {
    const held = this.#states.get(name);
    if (!held) throw new MachineError(`The state '${name}' is not on this machine.`);
    return held.slice();
  }

  dispose(): void {
    this.#states.clear();
    this.#scratch = new ArrayBuffer(0);
  }

  view({ place, dtype, length }: Slot): TypedArray {
    if (place.kind === 'constant') return place.values;
    if (place.kind === 'state') return this.#state(place.name, dtype, length);
    return arrayOf(dtype, this.#scratch, place.offset, length);
  }

  /** The block of a state, made where it is missing. */
  #state(name: string, dtype: DType, length: number): TypedArray {
    let held = this.#states.get(name);
    if (!held) {
      held = arrayOf(dtype, length);
      this.#states.set(name, held);
    }
    if (held.length === length && dtypeOfArray(held) === dtype) return held;
    const is = `${dtypeOfArray(held)} of ${held.length} elements`;
    throw new MachineError(`The state '${name}' is ${is}; it was asked for as ${dtype} of ${length}.`);
  }
}

/** A loaded tape of a backend whose memory is typed arrays of the host: one array for each slot, and the steps that read and fill them. */
export class ArrayExecutable implements HostExecutable {
  readonly kind = 'host';
  readonly #session: HostSession;
  readonly #tape: Tape;
  readonly #program: Linkable;
  #scratch: ArrayBuffer | null = null;
  #views: readonly TypedArray[] = [];
  #linked: Linked = { steps: [], run: () => {} };

  constructor(session: HostSession, tape: Tape, program: Linkable) {
    this.#session = session;
    this.#tape = tape;
    this.#program = program;
  }

  /** The generated code, for tools. */
  get source(): string {
    return this.#program.source;
  }

  get inputs(): TypedArray[] {
    return this.#tape.inputs.map(({ slot }) => this.view(slot.id));
  }

  get outputs(): TypedArray[] {
    return this.#tape.outputs.map(({ slot }) => this.view(slot.id));
  }

  execute(): void {
    if (this.#scratch !== this.#session.scratch) this.#link();
    this.#linked.run();
  }

  executeOne(instruction: number): void {
    if (this.#scratch !== this.#session.scratch) this.#link();
    this.#linked.steps[instruction]!();
  }

  view(slot: number): TypedArray {
    if (this.#scratch !== this.#session.scratch) this.#link();
    return this.#views[slot]!;
  }

  dispose(): void {
    this.#views = [];
    this.#linked = { steps: [], run: () => {} };
    this.#scratch = null;
  }

  #link(): void {
    this.#views = this.#tape.slots.map((slot) => this.#session.view(slot));
    this.#linked = this.#program.link(this.#views);
    this.#scratch = this.#session.scratch;
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
