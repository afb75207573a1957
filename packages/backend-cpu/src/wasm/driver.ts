import { bytesOf, type Instruction, type Slot, type TypedArray } from '@tapegrad/core';
import { Code } from './code.js';
import type { WasmFunction } from './module.js';
import { op } from './opcodes.js';
import { BARRIER } from './threads/barrier.js';
import type { Phases } from './threads/phases.js';
import { writeRange } from './threads/range.js';

/** What the driver calls for an instruction that is no kernel and no copy, with its place on the tape. */
export const OTHER = 'other';
export const RUN = 'run';

/** A copy is divided into lines of so many bytes. */
const LINE = 64;

/**
 * The function that runs a whole tape: its parameters are the address of scratch, and where there are phases which thread runs it, of how
 * many; all else has its place for good. What is not divided runs on the first thread.
 */
export function driverOf(
  instructions: readonly Instruction[],
  nameOf: (instruction: number) => string,
  views: readonly TypedArray[],
  phases: Phases | null,
): WasmFunction {
  const driver = new Driver(nameOf, views);
  if (phases) driver.writeDivided(instructions, phases);
  else for (const [i, instruction] of instructions.entries()) driver.write(instruction, i);
  const { bytes, calls } = driver.code;
  return {
    name: RUN,
    type: { parameters: phases ? ['i32', 'i32', 'i32'] : ['i32'], results: [] },
    locals: phases ? ['i32', 'i32'] : [],
    code: bytes,
    calls,
    exported: true,
  };
}

const [SCRATCH, THREAD, THREADS, BEGIN, END] = [0, 1, 2, 3, 4];

class Driver {
  readonly code = new Code();
  readonly #nameOf: (instruction: number) => string;
  readonly #views: readonly TypedArray[];

  constructor(nameOf: (instruction: number) => string, views: readonly TypedArray[]) {
    this.#nameOf = nameOf;
    this.#views = views;
  }

  /** One instruction, by one thread. */
  write(instruction: Instruction, i: number): void {
    const { code } = this;
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

  /** All instructions, by several threads; all of them leave early where the run is called off. */
  writeDivided(instructions: readonly Instruction[], { divisions, barriers }: Phases): void {
    const { code } = this;
    let i = 0;
    const meet = (): void => {
      if (!barriers.has(i)) return;
      code.get(THREADS);
      code.call(BARRIER);
      code.branchIf(0);
    };
    code.block(() => {
      while (i < instructions.length) {
        meet();
        if (divisions[i]) {
          this.#writeShare(instructions[i]!, i);
          i++;
          continue;
        }
        code.get(THREAD);
        code.write(op.i32Eqz);
        code.if(() => {
          do this.write(instructions[i]!, i);
          while (++i < instructions.length && !divisions[i] && !barriers.has(i));
        });
      }
      meet();
    });
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

  /** This thread's part of an instruction. */
  #writeShare(instruction: Instruction, i: number): void {
    const { code } = this;
    if (instruction.kind === 'copy') {
      this.#copyShare(instruction.writes[0]!, instruction.reads[0]!);
      return;
    }
    for (const slot of (instruction as Extract<Instruction, { kind: 'kernel' }>).slots) this.#address(slot);
    code.get(THREAD);
    code.get(THREADS);
    code.call(this.#nameOf(i));
  }

  #copyShare(to: Slot, from: Slot): void {
    const { code } = this;
    const bytes = to.length * bytesOf(to.dtype);
    const lines = Math.ceil(bytes / LINE);
    writeRange(code, { thread: THREAD!, threads: THREADS! }, () => code.i32(lines), BEGIN!, END!);
    const pushBytes = (local: number): void => {
      code.get(local);
      code.i32(LINE);
      code.write(op.i32Mul);
    };
    code.if(() => {
      for (const slot of [to, from]) {
        this.#address(slot);
        pushBytes(BEGIN!);
        code.write(op.i32Add);
      }
      // The last line may be short.
      pushBytes(END!);
      code.i32(bytes);
      pushBytes(END!);
      code.i32(bytes);
      code.write(op.i32LtU, op.select);
      pushBytes(BEGIN!);
      code.write(op.i32Sub, op.memoryCopy);
    });
  }
}
