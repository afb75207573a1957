import { bytesOf, type Instruction, type Slot, type TypedArray } from '@tapegrad/core';
import { Code } from './code.js';
import type { WasmFunction } from './module.js';
import * as op from './op.js';
import type { Parted, Phase } from './threads/phases.js';
import { writeRange } from './threads/range.js';
import { FINISH, TAKE } from './threads/turns.js';

/** What the driver calls for an instruction that is no kernel and no copy, with its place on the tape. */
export const OTHER = 'other';
export const RUN = 'run';

/** A copy is divided into lines of so many bytes. */
const LINE = 64;

/**
 * The function that runs a whole tape: its parameter is the address of scratch; all else has its place for good. Where there are phases, all
 * threads run it, and two more parameters are which thread it is, and the number of the first phase: each takes parts of a phase until there are
 * no more. The first thread does what is not done in parts, while others wait.
 */
export function driverOf(
  instructions: readonly Instruction[],
  nameOf: (instruction: number) => string,
  views: readonly TypedArray[],
  phases: readonly Phase[] | null,
): WasmFunction {
  const driver = new Driver(instructions, nameOf, views);
  if (phases) for (const [i, phase] of phases.entries()) driver.writePhase(phase, i);
  else for (const i of instructions.keys()) driver.write(i);
  const { bytes, calls } = driver.code;
  return {
    name: RUN,
    type: { parameters: phases ? ['i32', 'i32', 'i32'] : ['i32'], results: [] },
    locals: phases ? ['i32', 'i32', 'i32', 'i32'] : [],
    code: bytes,
    calls,
    exported: true,
  };
}

const [SCRATCH, THREAD, PHASE, PART, PARTS, BEGIN, END] = [0, 1, 2, 3, 4, 5, 6] as const;

class Driver {
  readonly code = new Code();
  readonly #instructions: readonly Instruction[];
  readonly #nameOf: (instruction: number) => string;
  readonly #views: readonly TypedArray[];

  constructor(instructions: readonly Instruction[], nameOf: (instruction: number) => string, views: readonly TypedArray[]) {
    this.#instructions = instructions;
    this.#nameOf = nameOf;
    this.#views = views;
  }

  /** A whole instruction. */
  write(i: number): void {
    const { code } = this;
    const instruction = this.#instructions[i]!;
    if (instruction.kind === 'kernel') {
      for (const slot of instruction.slots) this.#address(slot);
      code.call(this.#nameOf(i));
    } else if (instruction.kind === 'copy') {
      const [to] = instruction.writes as [Slot];
      this.#address(to);
      this.#address(instruction.reads[0]!);
      code.i32(to.length * bytesOf(to.dtype));
      code.write(op.memoryCopy);
    } else {
      code.i32(i);
      code.call(OTHER);
    }
  }

  writePhase(phase: Phase, i: number): void {
    if (phase.kind === 'alone') this.#writeAlone(phase.instructions, i);
    else this.#writeTogether(phase.members, i);
  }

  #address({ place, id }: Slot): void {
    const { code } = this;
    if (place.kind !== 'scratch') {
      code.i32(this.#views[id]!.byteOffset);
      return;
    }
    code.get(SCRATCH);
    if (place.offset === 0) return;
    code.i32(place.offset);
    code.write(op.i32Add);
  }

  /** Calls a function of a phase and of how many parts it has. */
  #turn(name: typeof TAKE | typeof FINISH, phase: number, parts: number): void {
    const { code } = this;
    code.get(PHASE);
    code.i32(phase);
    code.write(op.i32Add);
    code.i32(parts);
    code.call(name);
  }

  /** A phase of one part that nobody can take, and the first thread does. */
  #writeAlone(instructions: readonly number[], phase: number): void {
    const { code } = this;
    code.get(THREAD);
    code.if(
      () => {
        this.#turn(TAKE, phase, 0);
        code.write(op.drop);
      },
      () => {
        for (const i of instructions) this.write(i);
        this.#turn(FINISH, phase, 1);
      },
    );
  }

  #writeTogether(members: readonly Parted[], phase: number): void {
    const { code } = this;
    const all = members.reduce((sum, { parts }) => sum + parts, 0);
    code.loop(() => {
      this.#turn(TAKE, phase, all);
      code.tee(PART);
      code.i32(0);
      code.write(op.i32GeS);
      code.if(() => {
        this.#writeMembers(members);
        this.#turn(FINISH, phase, all);
        code.branch(1);
      });
    });
  }

  /** The parts of the first member come first, then those of the next. */
  #writeMembers([member, ...rest]: readonly Parted[]): void {
    const { code } = this;
    if (!member) return;
    if (rest.length === 0) {
      this.#writePart(member);
      return;
    }
    code.get(PART);
    code.i32(member.parts);
    code.write(op.i32LtS);
    code.if(
      () => this.#writePart(member),
      () => {
        code.get(PART);
        code.i32(member.parts);
        code.write(op.i32Sub);
        code.set(PART);
        this.#writeMembers(rest);
      },
    );
  }

  #writePart(member: Parted): void {
    const { code } = this;
    const { instruction: i, parts } = member;
    const instruction = this.#instructions[i]!;
    if (member.kind === 'copy') {
      this.#copyPart(instruction.writes[0]!, instruction.reads[0]!, parts);
      return;
    }
    if (instruction.kind !== 'kernel') throw new Error(`A ${instruction.kind} has no loops.`);
    const { slots } = instruction;
    if (member.kind === 'zeros') {
      this.#zeroPart(slots[member.buffer]!, parts);
      return;
    }
    for (const slot of slots) this.#address(slot);
    code.get(PART);
    code.i32(parts);
    code.get(THREAD);
    code.call(this.#nameOf(i));
  }

  #copyPart(to: Slot, from: Slot, parts: number): void {
    this.#linesOf(to, parts, (pushBytes) => {
      this.#addressOfPart(to);
      this.#addressOfPart(from);
      pushBytes();
      this.code.write(op.memoryCopy);
    });
  }

  #zeroPart(to: Slot, parts: number): void {
    this.#linesOf(to, parts, (pushBytes) => {
      this.#addressOfPart(to);
      this.code.i32(0);
      pushBytes();
      this.code.write(op.memoryFill);
    });
  }

  /** Where the lines of a part begin. */
  #addressOfPart(slot: Slot): void {
    this.#address(slot);
    this.#pushLines(BEGIN);
    this.code.write(op.i32Add);
  }

  /** Writes what is done with a part's lines of a slot, if it has any, given what pushes how many bytes they have. */
  #linesOf({ length, dtype }: Slot, parts: number, write: (pushBytes: () => void) => void): void {
    const { code } = this;
    const bytes = length * bytesOf(dtype);
    code.i32(parts);
    code.set(PARTS);
    writeRange(code, { part: PART, parts: PARTS }, () => code.i32(Math.ceil(bytes / LINE)), BEGIN, END);
    code.if(() =>
      write(() => {
        // The last line may be short.
        this.#pushLines(END);
        code.i32(bytes);
        this.#pushLines(END);
        code.i32(bytes);
        code.write(op.i32LtU, op.select);
        this.#pushLines(BEGIN);
        code.write(op.i32Sub);
      }),
    );
  }

  /** So many lines in bytes. */
  #pushLines(local: number): void {
    const { code } = this;
    code.get(local);
    code.i32(LINE);
    code.write(op.i32Mul);
  }
}
