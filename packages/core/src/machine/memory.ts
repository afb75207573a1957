import type { Slot, Tape } from '../tape/tape.js';
import { bytesOf } from '../tensor/dtype.js';

/** Bytes that a program needs, known before anything runs. */
export interface Memory {
  /** Inputs, intermediate values and outputs, in the scratch block that all programs of a machine share. */
  readonly scratch: number;
  readonly state: number;
  readonly constants: number;
  /** The most that is live at once in the order of the tape; no plan for that order needs less scratch. */
  readonly lowerBound: number;
}

export function memoryOf(tape: Tape): Memory {
  const total = (kind: Slot['place']['kind']): number => {
    const slots = tape.slots.filter(({ place }) => place.kind === kind);
    return [...new Map(slots.map((slot) => [placeKey(slot), bytes(slot)])).values()].reduce((a, b) => a + b, 0);
  };
  return { scratch: tape.scratchBytes, state: total('state'), constants: total('constant'), lowerBound: largestLiveSet(tape) };
}

/** The bytes that live between two instructions: what has been written and is read later or is a result, and inputs throughout. */
function largestLiveSet({ instructions, inputs, outputs }: Tape): number {
  const isScratch = ({ place }: Slot): boolean => place.kind === 'scratch';
  const throughout = new Set(inputs.map(({ slot }) => slot).filter(isScratch));
  const lastRead = new Map<Slot, number>();
  instructions.forEach(({ reads }, i) => {
    for (const slot of reads) lastRead.set(slot, i);
  });
  for (const { slot } of outputs) lastRead.set(slot, instructions.length);
  const born = new Set<Slot>();
  const dying = new Map<number, Slot[]>();
  for (const [slot, i] of lastRead) if (!throughout.has(slot)) dying.set(i, [...(dying.get(i) ?? []), slot]);
  let live = 0;
  for (const slot of throughout) live += bytes(slot);
  let most = live;
  instructions.forEach(({ writes }, i) => {
    for (const slot of dying.get(i) ?? []) if (born.has(slot)) live -= bytes(slot);
    for (const slot of writes) {
      if (!isScratch(slot) || throughout.has(slot) || born.has(slot) || (lastRead.get(slot) ?? -1) <= i) continue;
      born.add(slot);
      live += bytes(slot);
    }
    most = Math.max(most, live);
  });
  return most;
}

function bytes(slot: Slot): number {
  return slot.length * bytesOf(slot.dtype);
}

/** Two slots of one state are the same memory. */
function placeKey({ id, place }: Slot): string | number {
  return place.kind === 'state' ? place.name : id;
}
