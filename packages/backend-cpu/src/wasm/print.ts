import { bytesOf, type DType, hasLanes, type Kernel, type KernelOperand as Operand, type Stmt } from '@tapegrad/core';
import { loadScalar, loadVector, storeScalar, storeVector } from './access.js';
import { Addresses } from './addresses.js';
import { Code, type ValueType } from './code.js';
import { flush, flushLanes, type Subnormals } from './flush.js';
import { type FusedProducts, fusedProducts } from './fused.js';
import type { WasmFunction } from './module.js';
import * as op from './op.js';
import { loadPattern } from './pattern.js';
import { type Argument, pushLiteral, valueTypeOf, writeScalar } from './scalar.js';
import * as simd from './simd.js';
import { spreadLoads } from './spread.js';
import type { Division } from './threads/division.js';
import { nextPart, type PartLocals, writeRange } from './threads/range.js';
import { extractLane, gatherLanes, splat, vectorSum, vectorsOf, type WideArgument, writeVector } from './vector.js';

/** A kernel as a function of the addresses of its buffers, in bytes; if divided, also of which part it is to do, of how many, and on which thread. */
export type PrintedKernel = Omit<WasmFunction, 'name' | 'exported'>;

/** What a user may choose of how kernels compute. */
export interface Arithmetic {
  readonly subnormals: Subnormals;
  /** May a product and a sum be one instruction, rounded once or twice as the machine likes? */
  readonly relaxed: boolean;
}

/** Spells the statements of a kernel, whole or in parts. What has lanes is in vectors of 128 bits. */
export function printKernel(kernel: Kernel, arithmetic: Arithmetic, division: Division | null = null): PrintedKernel {
  return new Printer(kernel, arithmetic, division).print();
}

const NOT_FUSED: FusedProducts = { sums: new Map(), products: new Set() };

class Printer {
  readonly #kernel: Kernel;
  readonly #code = new Code(() => this.#new('v128'));
  readonly #types: ValueType[] = [];
  /** The first WebAssembly local of each of the kernel's. */
  readonly #locals = new Map<number, number>();

  /** Locals that hold what was in memory. */
  readonly #loaded = new Set<number>();
  readonly #flushing: boolean;
  readonly #fused: FusedProducts;
  /** Single numbers that are only read by what has lanes: they are loaded into all lanes at once. */
  readonly #spread: ReadonlySet<number>;
  readonly #division: Division | null;
  readonly #parameters: readonly ValueType[];
  /** The parameters that say which part is to be done, and of how many. */
  readonly #part: PartLocals;
  readonly #addresses: Addresses;

  constructor(kernel: Kernel, { subnormals, relaxed }: Arithmetic, division: Division | null) {
    this.#kernel = kernel;
    this.#division = division;
    this.#part = { part: kernel.buffers.length, parts: kernel.buffers.length + 1 };
    this.#parameters = new Array<ValueType>(kernel.buffers.length + (division ? 3 : 0)).fill('i32');
    this.#spread = spreadLoads(kernel.body);
    this.#flushing = subnormals === 'flush';
    this.#fused = relaxed ? fusedProducts(kernel.body) : NOT_FUSED;
    const own = division && kernel.panels.length > 0 ? { thread: kernel.buffers.length + 2, panels: this.#new('i32') } : null;
    this.#addresses = new Addresses(kernel, this.#code, own);
  }

  print(): PrintedKernel {
    this.#block(this.#kernel.body);
    const { bytes, calls } = this.#code;
    return { type: { parameters: this.#parameters, results: [] }, locals: this.#types, code: bytes, calls };
  }

  #block(list: readonly Stmt[]): void {
    for (const statement of list) {
      if (this.#division?.alone.has(statement)) this.#inLastPart(() => this.#statement(statement));
      else if (this.#division?.before.some((fill) => fill === statement)) this.#ifOnlyPart(() => this.#statement(statement));
      else this.#statement(statement);
    }
  }

  #ifOnlyPart(write: () => void): void {
    const code = this.#code;
    code.get(this.#part.parts);
    code.i32(1);
    code.write(op.i32Eq);
    code.if(write);
  }

  #inLastPart(write: () => void): void {
    const code = this.#code;
    nextPart(code, this.#part);
    code.get(this.#part.parts);
    code.write(op.i32Eq);
    code.if(write);
  }

  #statement(statement: Stmt): void {
    switch (statement.kind) {
      case 'let':
        this.#let(statement);
        break;
      case 'variable':
      case 'set': {
        const { to, type, value, lanes } = statement;
        this.#assign(to, type, lanes, (half) => (lanes ? this.#wide(value).push(half) : this.#push(value)));
        break;
      }
      case 'load':
        this.#load(statement);
        break;
      case 'store':
        this.#store(statement);
        break;
      case 'fill':
        this.#fill(statement);
        break;
      case 'for':
        this.#for(statement);
        break;
      case 'if': {
        const { body, otherwise } = statement;
        this.#push(statement.condition);
        this.#code.if(() => this.#block(body), otherwise.length > 0 ? () => this.#block(otherwise) : null);
      }
    }
  }

  #new(type: ValueType): number {
    return this.#parameters.length + this.#types.push(type) - 1;
  }

  /** The first WebAssembly local of one of the kernel's, made when it is first set. */
  #local(local: number, type: DType, lanes: boolean): number {
    let known = this.#locals.get(local);
    if (known === undefined) {
      known = this.#new(lanes ? 'v128' : valueTypeOf(type));
      if (lanes && vectorsOf(type) === 2) this.#new('v128');
      this.#locals.set(local, known);
    }
    return known;
  }

  /** Sets a local to what `push` puts on the stack, for each of its vectors. */
  #assign(to: number, type: DType, lanes: true | undefined, push: (half: number) => void): void {
    const first = this.#local(to, type, lanes === true);
    for (let half = 0; half < (lanes ? vectorsOf(type) : 1); half++) {
      push(half);
      this.#code.set(first + half);
    }
  }

  #push(operand: Operand): void {
    if ('local' in operand) this.#code.get(this.#locals.get(operand.local)!);
    else pushLiteral(this.#code, operand.literal, operand.type);
  }

  #argument(operand: Operand): Argument {
    return {
      type: operand.type,
      literal: 'literal' in operand ? operand.literal : null,
      push: () => this.#push(operand),
    };
  }

  #wide(operand: Operand): WideArgument {
    const { type } = operand;
    const code = this.#code;
    const literal = 'literal' in operand ? operand.literal : null;
    if (hasLanes(operand)) {
      const first = this.#locals.get((operand as Extract<Operand, { local: number }>).local)!;
      const lane = (one: number): void => {
        code.get(first + (vectorsOf(type) === 2 ? one >> 1 : 0));
        extractLane(code, type, one);
      };
      return { type, literal, uniform: false, push: (half) => code.get(first + half), lane };
    }
    const push = (): void => {
      if ('local' in operand && this.#spread.has(operand.local)) {
        this.#push(operand);
        return;
      }
      if (literal !== null && type !== 'bool') code.splat(literal, valueTypeOf(type));
      else {
        this.#push(operand);
        splat(code, type);
      }
    };
    const lane = (): void => {
      this.#push(operand);
      if ('local' in operand && this.#spread.has(operand.local)) extractLane(code, type, 0);
    };
    return { type, literal, uniform: true, push, lane };
  }

  #let({ to, type, op: name, args, lanes }: Extract<Stmt, { kind: 'let' }>): void {
    const code = this.#code;
    if (this.#fused.products.has(to)) return;
    const fused = this.#fused.sums.get(to);
    if (fused) {
      this.#assign(to, type, lanes, () => {
        for (const operand of [...fused.factors, fused.term]) this.#wide(operand).push(0);
        code.write(fused.negated ? simd.f32Nmadd : simd.f32Madd);
      });
      return;
    }
    if (name === 'lane') {
      const { literal } = args[1] as Extract<Operand, { literal: number }>;
      this.#assign(to, type, undefined, () => this.#wide(args[0]!).lane(literal));
    } else if (name === 'ramp') {
      this.#assign(to, type, lanes, () => {
        this.#push(args[0]!);
        code.write(simd.i32Splat);
        code.ramp();
        code.write(simd.i32Add);
      });
    } else if (name === 'any' && args.some(hasLanes)) {
      this.#assign(to, type, undefined, () => {
        this.#wide(args[0]!).push(0);
        code.write(simd.anyTrue);
      });
    } else if (lanes) {
      const wide = args.map((arg) => this.#wide(arg));
      this.#assign(to, type, lanes, (half) => writeVector(code, name, type, wide, half));
    } else {
      const single = args.map((arg) => this.#argument(arg));
      this.#assign(to, type, undefined, () => writeScalar(code, name, type, single));
    }
  }

  /** Puts the address of an element on the stack, and returns the constant that the access adds to it. */
  #address(buffer: number, offset: number, index: Operand): number {
    return this.#addresses.element(buffer, offset, 'literal' in index ? index.literal : () => this.#push(index));
  }

  #load({ to, type, buffer, index, offset, lanes, pattern }: Extract<Stmt, { kind: 'load' }>): void {
    const code = this.#code;
    this.#loaded.add(to);
    if (pattern) {
      const read = { type, pattern, address: (distance: number) => this.#address(buffer, offset + distance, index) };
      this.#assign(to, type, lanes, (half) => loadPattern(code, read, half));
    } else if (this.#spread.has(to)) {
      this.#assign(to, type, true, () => code.memory(simd.load32Splat, 2, this.#address(buffer, offset, index)));
    } else if (!lanes) {
      this.#assign(to, type, undefined, () => loadScalar(code, type, this.#address(buffer, offset, index)));
    } else if (hasLanes(index)) {
      this.#assign(to, type, lanes, (half) =>
        gatherLanes(code, type, half, (lane) => {
          const from = this.#addresses.element(buffer, offset, () => this.#wide(index).lane(lane));
          loadScalar(code, type, from);
        }),
      );
    } else {
      this.#assign(to, type, lanes, (half) => loadVector(code, type, this.#address(buffer, offset, index), half));
    }
  }

  #store({ buffer, index, offset, value, accumulate, lanes }: Extract<Stmt, { kind: 'store' }>): void {
    const code = this.#code;
    const { type } = value;
    if (lanes) {
      const wide = this.#wide(value);
      for (let half = 0; half < vectorsOf(type); half++) {
        const at = this.#address(buffer, offset, index);
        if (accumulate) {
          this.#address(buffer, offset, index);
          code.memory(simd.load, 2, at + 16 * half);
        }
        wide.push(half);
        if (accumulate) code.write(vectorSum(type));
        if (this.#flushes(value)) flushLanes(code, this.#new('v128'));
        storeVector(code, type, at, half, () => this.#new('v128'));
      }
      return;
    }
    const at = this.#address(buffer, offset, index);
    if (accumulate) {
      const held: Argument = {
        type,
        literal: null,
        push: () => loadScalar(code, type, this.#address(buffer, offset, index)),
      };
      writeScalar(code, 'add', type, [held, this.#argument(value)]);
    } else this.#push(value);
    if (this.#flushes(value)) flush(code, this.#new('f32'));
    storeScalar(code, type, at);
  }

  #flushes(value: Operand): boolean {
    return this.#flushing && value.type === 'float32' && 'local' in value && !this.#loaded.has(value.local);
  }

  #fill({ buffer, value }: Extract<Stmt, { kind: 'fill' }>): void {
    const { dtype, length } = this.#addresses.bufferOf(buffer);
    const code = this.#code;
    if (value === 0 && !Object.is(value, -0)) {
      const base = this.#addresses.start(buffer);
      if (base > 0) {
        code.i32(base);
        code.write(op.i32Add);
      }
      code.i32(0);
      code.i32(length * bytesOf(dtype));
      code.write(op.memoryFill);
      return;
    }
    this.#count(length, (at) => {
      const offset = this.#addresses.element(buffer, 0, () => code.get(at));
      pushLiteral(code, value, dtype);
      storeScalar(code, dtype, offset);
    });
  }

  #for(statement: Extract<Stmt, { kind: 'for' }>): void {
    const { to, count, body } = statement;
    const write = (counter: number): void => {
      this.#locals.set(to, counter);
      this.#block(body);
    };
    if (this.#division?.split.has(statement)) this.#range(count, write);
    else if ('literal' in count) this.#count(count.literal, write);
    else {
      const end = this.#locals.get(count.local)!;
      this.#code.get(end);
      this.#code.i32(0);
      this.#code.write(op.i32GtS);
      this.#code.if(() => this.#loop(end, write));
    }
  }

  /** Runs what `write` writes for this part of 0 … count−1. */
  #range(count: Operand, write: (counter: number) => void): void {
    const code = this.#code;
    const [begin, end] = [this.#new('i32'), this.#new('i32')];
    writeRange(code, this.#part, () => this.#push(count), begin, end);
    code.if(() => this.#loop(end, write, begin));
  }

  /** Runs what `write` writes for 0 … count−1. */
  #count(count: number, write: (counter: number) => void): void {
    if (count <= 0) return;
    const code = this.#code;
    this.#loop(count === 1 ? null : () => code.i32(count), write);
  }

  /** A loop that is entered, from 0 or a local up to a local or what is pushed; null where it runs once. */
  #loop(end: number | (() => void) | null, write: (counter: number) => void, begin: number | null = null): void {
    const code = this.#code;
    const counter = this.#new('i32');
    if (begin === null) code.i32(0);
    else code.get(begin);
    code.set(counter);
    if (end === null) {
      write(counter);
      return;
    }
    code.loop(() => {
      write(counter);
      code.get(counter);
      code.i32(1);
      code.write(op.i32Add);
      code.tee(counter);
      if (typeof end === 'number') code.get(end);
      else end();
      code.write(op.i32LtS);
      code.branchIf(0);
    });
  }
}
