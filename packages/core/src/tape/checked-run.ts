import type { HostKernel } from '../graph/op.js';
import { interpretChecked } from '../loops/interpret.js';
import { arrayOf, bytesOf, type TypedArray } from '../tensor/dtype.js';
import type { Instruction, Slot, Tape } from './tape.js';

/** What memory holds before anything is written: as float a NaN. */
const POISON = 0xff;
const NOBODY = -1;

/**
 * Runs a tape on the interpreter, in memory full of NaN in which every byte remembers the slot that wrote it. Throws where an instruction
 * reads a cell that another slot has overwritten or that nobody wrote: it sees what `verify` cannot, inside of kernels. For tests.
 * Returns results by name, and the new values of all states.
 */
export function runChecked(
  tape: Tape,
  feeds: Readonly<Record<string, TypedArray>>,
  states: Readonly<Record<string, TypedArray>> = {},
): { readonly outputs: Record<string, TypedArray>; readonly states: Record<string, TypedArray> } {
  const memory = new CheckedMemory(tape);
  for (const slot of tape.slots) if (slot.place.kind === 'constant') memory.set(slot, slot.place.values);
  for (const { name, slot } of tape.states) memory.set(slot, valueFor(states, name));
  for (const { name, slot } of tape.inputs) memory.set(slot, valueFor(feeds, name));
  tape.instructions.forEach((instruction, i) => {
    memory.who = `instruction ${i} (${instruction.kind})`;
    execute(instruction, memory);
  });
  memory.who = 'the reader of results';
  const outputs = tape.outputs.map(({ name, slot }) => [name, memory.get(slot)]);
  const after = tape.states.map(({ name, slot }) => [name, memory.view(slot).slice()]);
  return { outputs: Object.fromEntries(outputs), states: Object.fromEntries(after) };
}

function valueFor(values: Readonly<Record<string, TypedArray>>, name: string): TypedArray {
  const value = values[name];
  if (!value) throw new Error(`runChecked: no value for '${name}'`);
  return value;
}

function execute(instruction: Instruction, memory: CheckedMemory): void {
  switch (instruction.kind) {
    case 'kernel': {
      const { kernel, slots } = instruction;
      const arrays = slots.map((slot) => memory.view(slot));
      interpretChecked(kernel, arrays, {
        read: (buffer, index) => memory.check(slots[buffer]!, index),
        write: (buffer, index) => memory.tag(slots[buffer]!, index),
      });
      return;
    }
    case 'copy':
      memory.set(instruction.writes[0]!, memory.get(instruction.reads[0]!));
      return;
    case 'routine': {
      const { node, reads, writes } = instruction;
      const [result] = writes as [Slot];
      const run = instruction.run as HostKernel;
      const values = memory.view(result);
      const context = { attrs: node.attrs, shapes: reads.map(({ shape }) => shape), shape: result.shape };
      run(
        reads.map((slot) => memory.get(slot)),
        values,
        context,
      );
      memory.set(result, values);
      return;
    }
    case 'op':
      throw new Error(`runChecked: ${instruction.node.op.name} is for a backend to interpret`);
  }
}

/** One block of scratch, a block for each state and constant, and for every byte the slot that wrote it last. */
class CheckedMemory {
  who = 'nobody';
  readonly #scratchBytes: number;
  readonly #spaces = new Map<string, { readonly bytes: Uint8Array<ArrayBuffer>; readonly tags: Int32Array }>();

  constructor(tape: Tape) {
    this.#scratchBytes = tape.scratchBytes;
  }

  view(slot: Slot): TypedArray {
    const { bytes, first } = this.#where(slot);
    return arrayOf(slot.dtype, bytes.buffer, first, slot.length);
  }

  get(slot: Slot): TypedArray {
    for (let i = 0; i < slot.length; i++) this.check(slot, i);
    return this.view(slot).slice();
  }

  set(slot: Slot, values: TypedArray): void {
    this.view(slot).set(values);
    for (let i = 0; i < slot.length; i++) this.tag(slot, i);
  }

  tag(slot: Slot, index: number): void {
    const { tags, first } = this.#where(slot);
    const width = bytesOf(slot.dtype);
    tags.fill(slot.id, first + index * width, first + (index + 1) * width);
  }

  check(slot: Slot, index: number): void {
    const { tags, first } = this.#where(slot);
    const width = bytesOf(slot.dtype);
    for (let byte = first + index * width; byte < first + (index + 1) * width; byte++) {
      if (tags[byte] === slot.id) continue;
      const found = tags[byte] === NOBODY ? 'what nobody wrote' : `the value of slot ${tags[byte]}`;
      throw new Error(`${this.who} reads element ${index} of slot ${slot.id} (${slot.node}), and finds ${found}`);
    }
  }

  #where({ id, place, length, dtype }: Slot): { bytes: Uint8Array<ArrayBuffer>; tags: Int32Array; first: number } {
    const key = place.kind === 'scratch' ? 'scratch' : place.kind === 'state' ? `state ${place.name}` : `constant ${id}`;
    let space = this.#spaces.get(key);
    if (!space) {
      const size = place.kind === 'scratch' ? this.#scratchBytes : length * bytesOf(dtype);
      space = { bytes: new Uint8Array(size).fill(POISON), tags: new Int32Array(size).fill(NOBODY) };
      this.#spaces.set(key, space);
    }
    return { ...space, first: place.kind === 'scratch' ? place.offset : 0 };
  }
}
