import { peakOf } from '../tape/live.js';
import type { Instruction, Slot, Tape } from '../tape/tape.js';
import { bytesOf } from '../tensor/dtype.js';

/** Bytes that a program needs, known before anything runs. */
export interface Memory {
  /** Inputs, intermediate values and outputs, in the scratch block that all programs of a machine share. */
  readonly scratch: number;
  readonly state: number;
  readonly constants: number;
  /** The most that lives at once in the order of the tape, a result in the place of an operand counted once: no plan needs less scratch. */
  readonly lowerBound: number;
  /** Instructions that are issued again because something is checkpointed or for a memory limit, and what they cost in each run. */
  readonly recomputed: { readonly instructions: number; readonly bytes: number; readonly flops: number };
}

export function memoryOf(tape: Tape): Memory {
  const total = (kind: Slot['place']['kind']): number => {
    const slots = tape.slots.filter(({ place }) => place.kind === kind);
    return [...new Map(slots.map((slot) => [placeKey(slot), bytes(slot)])).values()].reduce((a, b) => a + b, 0);
  };
  return {
    scratch: tape.scratchBytes,
    state: total('state'),
    constants: total('constant'),
    lowerBound: largestLiveSet(tape),
    recomputed: recomputedBy(tape),
  };
}

function recomputedBy({ instructions }: Tape): Memory['recomputed'] {
  const again = instructions.filter((instruction) => instruction.again !== undefined);
  const sum = (costOf: (instruction: Instruction) => number): number => again.reduce((total, each) => total + costOf(each), 0);
  return { instructions: again.length, bytes: sum(({ bytes }) => bytes), flops: sum(({ flops }) => flops) };
}

/** The most bytes that live while an instruction runs: inputs, results, what it and later ones read, and what it writes. */
function largestLiveSet({ instructions, inputs, outputs }: Tape): number {
  const blocks = blocksOf(instructions);
  const all = (slots: readonly Slot[]): Slot[] => slots.map((slot) => blocks.get(slot) ?? slot);
  const turns = instructions.map(({ reads, writes }) => ({ reads: all(reads), writes: all(writes) }));
  return peakOf<Slot>(turns, {
    bytesOf: (slot) => (slot.place.kind === 'scratch' ? bytes(slot) : 0),
    throughout: inputs.map(({ slot }) => slot),
    lasting: all(outputs.map(({ slot }) => slot)),
  }).bytes;
}

/** For a result that takes the place of an operand the slot that had the place first: they are one block. */
function blocksOf(instructions: Tape['instructions']): Map<Slot, Slot> {
  const blocks = new Map<Slot, Slot>();
  for (const { reads, writes } of instructions) {
    for (const slot of writes) {
      const host = reads.find((read) => isSamePlace(read, slot));
      if (host) blocks.set(slot, blocks.get(host) ?? host);
    }
  }
  return blocks;
}

function isSamePlace(a: Slot, b: Slot): boolean {
  if (a.place.kind !== 'scratch' || b.place.kind !== 'scratch') return false;
  return a.place.offset === b.place.offset && bytes(a) === bytes(b);
}

function bytes(slot: Slot): number {
  return slot.length * bytesOf(slot.dtype);
}

/** Two slots of one state are the same memory. */
function placeKey({ id, place }: Slot): string | number {
  return place.kind === 'state' ? place.name : id;
}
