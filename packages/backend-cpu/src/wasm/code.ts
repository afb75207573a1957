import { Bytes, float32Bytes, float64Bytes, int32Bytes, padded, signed, unsigned } from './bytes.js';
import * as op from './op.js';
import type { Instruction } from './opcodes.js';
import * as simd from './simd.js';

/** Types of values, by their codes. */
export const VALUE_TYPES = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;
export type ValueType = keyof typeof VALUE_TYPES;

/** A place where the number of a function goes, once it is known. */
export interface Call {
  readonly at: number;
  readonly name: string;
}

const NO_RESULT = 0x40;
const LOCAL_SET = 0x21;

/**
 * The instructions of a function, written one after the other. Given a way to make locals, it keeps vectors that loops use in some: set at
 * the start, as V8 would make each of them anew, by three instructions, wherever it is used.
 */
export class Code {
  readonly #bytes = new Bytes();
  readonly #calls: Call[] = [];
  readonly #newVector: (() => number) | null;
  /** Sets the locals of vectors. */
  readonly #start = new Bytes();
  readonly #vectors = new Map<string, number>();
  #loops = 0;

  constructor(newVector: (() => number) | null = null) {
    this.#newVector = newVector;
  }

  get bytes(): Uint8Array {
    const all = new Bytes();
    all.append(this.#start.toArray());
    all.append(this.#bytes.toArray());
    return all.toArray();
  }

  get calls(): Call[] {
    return this.#calls.map(({ at, name }) => ({ at: at + this.#start.length, name }));
  }

  /** Instructions without immediate operands. */
  write(...instructions: readonly Instruction[]): void {
    for (const instruction of instructions) this.#bytes.append(instruction);
  }

  get(local: number): void {
    this.#with(0x20, unsigned(local));
  }

  set(local: number): void {
    this.#with(LOCAL_SET, unsigned(local));
  }

  tee(local: number): void {
    this.#with(0x22, unsigned(local));
  }

  i32(value: number): void {
    this.#with(0x41, signed(value));
  }

  i64(value: number): void {
    this.#with(0x42, signed(value));
  }

  f32(value: number): void {
    this.#with(0x43, float32Bytes(value));
  }

  f64(value: number): void {
    this.#with(0x44, float64Bytes(value));
  }

  /** A vector whose lanes are equal. */
  splat(value: number, type: 'i32' | 'f32' | 'f64'): void {
    // Zero is one instruction.
    if (!this.#newVector || this.#loops === 0 || Object.is(value, 0)) {
      writeSplat(this.#bytes, value, type);
      return;
    }
    const key = `${type} ${Object.is(value, -0) ? '-0' : value}`;
    let local = this.#vectors.get(key);
    if (local === undefined) {
      local = this.#newVector();
      this.#vectors.set(key, local);
      writeSplat(this.#start, value, type);
      this.#start.push(LOCAL_SET);
      this.#start.append(unsigned(local));
    }
    this.get(local);
  }

  /** The vector of 0, 1, 2 and 3. */
  ramp(): void {
    this.write(simd.constant);
    for (const lane of [0, 1, 2, 3]) this.#bytes.append(int32Bytes(lane));
  }

  /** Lanes of the two vectors on the stack, by number of 32-bit word: 0 … 3 of the first, 4 … 7 of the second. */
  shuffle(words: readonly [number, number, number, number]): void {
    this.write(simd.shuffle);
    for (const word of words) this.#bytes.append([4 * word, 4 * word + 1, 4 * word + 2, 4 * word + 3]);
  }

  lane(instruction: Instruction, lane: number): void {
    this.write(instruction);
    this.#bytes.push(lane);
  }

  /** A load or store; the address is on the stack. `align` is the power of two that it is a multiple of. */
  memory(instruction: Instruction, align: number, offset: number): void {
    this.write(instruction);
    this.#bytes.push(align);
    this.#bytes.append(unsigned(offset));
  }

  /** A load or store of one lane. */
  memoryLane(instruction: Instruction, align: number, offset: number, lane: number): void {
    this.memory(instruction, align, offset);
    this.#bytes.push(lane);
  }

  call(name: string): void {
    this.#bytes.push(0x10);
    this.#calls.push({ at: this.#bytes.length, name });
    this.#bytes.append(padded(0));
  }

  block(write: () => void): void {
    this.#nested(0x02, write);
  }

  loop(write: () => void): void {
    this.#loops++;
    this.#nested(0x03, write);
    this.#loops--;
  }

  /** Goes out of the block, or to the start of the loop, that is `depth` blocks around this. */
  branch(depth: number): void {
    this.#with(0x0c, unsigned(depth));
  }

  /** The same where the number on the stack is not 0. */
  branchIf(depth: number): void {
    this.#with(0x0d, unsigned(depth));
  }

  /** Takes its condition from the stack; with a type, both branches leave a value. */
  if(then: () => void, otherwise: (() => void) | null = null, result: ValueType | null = null): void {
    this.#bytes.push(0x04);
    this.#bytes.push(result ? VALUE_TYPES[result] : NO_RESULT);
    then();
    if (otherwise) {
      this.#bytes.push(0x05);
      otherwise();
    }
    this.write(op.end);
  }

  #with(instruction: number, operand: readonly number[]): void {
    this.#bytes.push(instruction);
    this.#bytes.append(operand);
  }

  #nested(start: number, write: () => void): void {
    this.#bytes.push(start);
    this.#bytes.push(NO_RESULT);
    write();
    this.write(op.end);
  }
}

function writeSplat(to: Bytes, value: number, type: 'i32' | 'f32' | 'f64'): void {
  const one = type === 'i32' ? int32Bytes(value) : type === 'f32' ? float32Bytes(value) : float64Bytes(value);
  to.append(simd.constant);
  for (let at = 0; at < 16; at += one.length) to.append(one);
}
