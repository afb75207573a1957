import { bytesOf } from '../tensor/dtype.js';
import type { Instruction, Slot, Tape } from './tape.js';

/** The new value of a state, after its commit: nobody may read it as the old one. */
const COMMITTED = -1;

/**
 * Proves that no instruction reads what another has overwritten, and that results and updates are there at the end: every range of memory
 * remembers the slot that was last written to it. An instruction that is issued again must compute the same nodes of the same nodes, so
 * that its slots hold the same values. Throws an `Error` that names the instruction: a tape that fails was planned wrongly.
 * What happens inside one instruction is not seen here, but by `runVerified`.
 */
export function verify(tape: Tape): void {
  const memory = new Memory();
  const states = new Set(tape.states.map(({ slot }) => slot));
  for (const slot of tape.slots) if (slot.place.kind === 'constant' || states.has(slot)) memory.write(slot, slot.id);
  for (const { slot } of tape.inputs) memory.write(slot, slot.id);
  for (const { slot } of tape.slots.map((slot) => ({ slot }))) checkBounds(slot, tape);
  const issued = new Map<Instruction['nodes'], Instruction>();
  tape.instructions.forEach((instruction, i) => {
    if (instruction.again === undefined) issued.set(instruction.nodes, instruction);
    else checkSame(instruction, issued.get(instruction.nodes), () => describe(instruction, i));
    for (const slot of instruction.reads) memory.check(slot, slot.id, () => describe(instruction, i));
    for (const slot of instruction.writes) memory.write(slot, states.has(slot) ? COMMITTED : slot.id);
  });
  for (const { name, slot } of tape.outputs) memory.check(slot, slot.id, () => `output '${name}'`);
  for (const { name, slot } of tape.states) {
    if (tape.updated.has(name)) memory.checkNew(slot, name);
    else memory.check(slot, slot.id, () => `state '${name}', which has no update,`);
  }
}

function checkSame(again: Instruction, first: Instruction | undefined, who: () => string): void {
  const same = (a: readonly Slot[], b: readonly Slot[]): boolean =>
    a.length === b.length && a.every(({ node }, i) => node === b[i]!.node);
  if (first && same(again.reads, first.reads) && same(again.writes, first.writes)) return;
  throw new Error(`verify: ${who()} is issued again, but ${first ? 'not with the same nodes' : 'never before'}`);
}

function describe(instruction: Instruction, i: number): string {
  return `instruction ${i} (${instruction.kind} ${instruction.nodes.map((node) => `${node.op.name} %${node.id}`).join(' + ')})`;
}

function checkBounds({ id, node, place, length, dtype }: Slot, { scratchBytes }: Tape): void {
  if (place.kind !== 'scratch' || place.offset + length * bytesOf(dtype) <= scratchBytes) return;
  throw new Error(`verify: slot ${id} of %${node.id} ends after the ${scratchBytes} bytes of scratch`);
}

/** Ranges of bytes with the tag of their last writer, apart for scratch, each state and each constant. */
class Memory {
  readonly #spaces = new Map<string, Ranges>();

  write(slot: Slot, tag: number): void {
    const { ranges, first, end } = this.#where(slot);
    ranges.write(first, end, tag);
  }

  check(slot: Slot, tag: number, who: () => string): void {
    const { ranges, first, end } = this.#where(slot);
    const found = ranges.other(first, end, tag);
    if (found === null) return;
    const what = found === undefined ? 'nothing' : found === COMMITTED ? 'a committed update' : `slot ${found}`;
    throw new Error(`verify: ${who()} reads slot ${slot.id} of ${slot.node.op.name} %${slot.node.id}, but finds ${what} there`);
  }

  /** After an update, all of a state is new. */
  checkNew(slot: Slot, name: string): void {
    const { ranges, first, end } = this.#where(slot);
    if (ranges.has(first, end, slot.id)) throw new Error(`verify: state '${name}' is not updated as a whole`);
  }

  #where(slot: Slot): { ranges: Ranges; first: number; end: number } {
    const { place } = slot;
    const key = place.kind === 'scratch' ? '' : place.kind === 'state' ? `state ${place.name}` : `constant ${slot.id}`;
    let ranges = this.#spaces.get(key);
    if (!ranges) {
      ranges = new Ranges();
      this.#spaces.set(key, ranges);
    }
    const first = place.kind === 'scratch' ? place.offset : 0;
    return { ranges, first, end: first + slot.length * bytesOf(slot.dtype) };
  }
}

interface Range {
  readonly first: number;
  readonly end: number;
  readonly tag: number;
}

/** Disjoint ranges in order. */
class Ranges {
  readonly #ranges: Range[] = [];

  write(first: number, end: number, tag: number): void {
    if (first >= end) return;
    const from = this.#position(first);
    let to = from;
    const rest: Range[] = [];
    for (; to < this.#ranges.length && this.#ranges[to]!.first < end; to++) {
      const range = this.#ranges[to]!;
      if (range.first < first) rest.push({ ...range, end: first });
      if (range.end > end) rest.push({ ...range, first: end });
    }
    rest.push({ first, end, tag });
    this.#ranges.splice(from, to - from, ...rest.sort((a, b) => a.first - b.first));
  }

  /** What is found in a range besides `tag`: another tag, undefined for memory never written, or null for nothing else. */
  other(first: number, end: number, tag: number): number | null | undefined {
    let at = first;
    for (let i = this.#position(first); at < end; i++) {
      const range = this.#ranges[i];
      if (!range || range.first > at) return undefined;
      if (range.tag !== tag) return range.tag;
      at = range.end;
    }
    return null;
  }

  has(first: number, end: number, tag: number): boolean {
    for (let i = this.#position(first); i < this.#ranges.length && this.#ranges[i]!.first < end; i++)
      if (this.#ranges[i]!.tag === tag) return true;
    return false;
  }

  /** The position of the first range that ends after `at`. */
  #position(at: number): number {
    let low = 0;
    for (let high = this.#ranges.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (this.#ranges[middle]!.end <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
