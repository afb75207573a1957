import { type DType, isFloat, LANES, type LetOp } from '@tapegrad/core';
import type { Code } from './code.js';
import { COMPARISONS, type Instruction, OPERATIONS } from './opcodes.js';
import { type Argument, writeScalar } from './scalar.js';
import * as simd from './simd.js';

/**
 * An argument of an op on lanes. Four lanes of float64 are two vectors, the first and the second half of them; all else is one vector.
 * A bool in lanes is a mask: −1 where it holds.
 */
export interface WideArgument {
  readonly type: DType;
  /** Is it the same in all lanes? */
  readonly uniform: boolean;
  readonly literal: number | null;
  /** Puts a vector on the stack: that half of a float64, or all. */
  push(half: number): void;
  /** Puts one number on the stack. */
  lane(lane: number): void;
}

/** How many vectors hold the lanes of a dtype. */
export function vectorsOf(dtype: DType): number {
  return dtype === 'float64' ? 2 : 1;
}

/** The lanes from a vector on the stack as numbers; a bool as 0 or 1. */
export function extractLane(to: Code, type: DType, lane: number): void {
  if (type === 'float32') to.lane(simd.f32Extract, lane);
  else if (type === 'float64') to.lane(simd.f64Extract, lane % 2);
  else to.lane(simd.i32Extract, lane);
  if (type === 'bool') {
    to.i32(1);
    to.write([0x71]);
  }
}

/** Makes all lanes of a number on the stack; a bool becomes a mask. */
export function splat(to: Code, type: DType): void {
  if (type === 'float32') to.write(simd.f32Splat);
  else if (type === 'float64') to.write(simd.f64Splat);
  else {
    to.write(simd.i32Splat);
    if (type === 'bool') to.write(simd.i32Neg);
  }
}

/** Makes a vector of numbers that `push` puts on the stack one by one. Bools become a mask. */
export function gatherLanes(to: Code, type: DType, half: number, push: (lane: number) => void): void {
  const count = LANES / vectorsOf(type);
  for (let i = 0; i < count; i++) {
    push(half * count + i);
    if (i === 0) to.write(type === 'float32' ? simd.f32Splat : type === 'float64' ? simd.f64Splat : simd.i32Splat);
    else to.lane(type === 'float32' ? simd.f32Replace : type === 'float64' ? simd.f64Replace : simd.i32Replace, i);
  }
  if (type === 'bool') to.write(simd.i32Neg);
}

/** What adds two vectors of numbers. */
export function vectorSum(type: DType): Instruction {
  return OPERATIONS[type].get('add')!.vector!;
}

/** Writes one vector of the result of an op on lanes: that half of a float64, or all. */
export function writeVector(to: Code, op: LetOp, type: DType, args: readonly WideArgument[], half: number): void {
  if (!writeWide(to, op, type, args, half)) {
    gatherLanes(to, type, half, (lane) =>
      writeScalar(
        to,
        op,
        type,
        args.map((arg) => laneOf(arg, lane)),
      ),
    );
  }
}

function laneOf(arg: WideArgument, lane: number): Argument {
  return { type: arg.type, literal: arg.literal, push: () => arg.lane(lane) };
}

/** Is there an instruction, or a few, for it? */
function writeWide(to: Code, op: LetOp, type: DType, args: readonly WideArgument[], half: number): boolean {
  const [a, b] = args as [WideArgument, WideArgument];
  switch (op) {
    case 'copy':
    case 'bits':
      a.push(half);
      return true;
    case 'highWord':
    case 'lowWord':
      a.push(0);
      a.push(1);
      to.shuffle(op === 'highWord' ? [1, 3, 5, 7] : [0, 2, 4, 6]);
      return true;
    case 'fromWords':
      b.push(0);
      a.push(0);
      to.shuffle(half === 0 ? [0, 4, 1, 5] : [2, 6, 3, 7]);
      return true;
    case 'copySign':
      b.push(half);
      a.push(half);
      to.splat(-0, type === 'float32' ? 'f32' : 'f64');
      to.write(simd.bitselect);
      return true;
    case 'select':
      writeSelect(to, type, args, half);
      return true;
    case 'lesser':
    case 'greater':
      return writeChoice(to, op, type, a, b, half);
    case 'min':
    case 'max':
      if (writeBound(to, op, type, args, half)) return true;
      break;
    case 'abs':
    case 'neg':
      if (!isFloat(type)) break;
      a.push(half);
      to.splat(-0, type === 'float32' ? 'f32' : 'f64');
      to.write(op === 'abs' ? simd.andNot : simd.xor);
      return true;
    case 'not':
      a.push(half);
      to.write(simd.not);
      return true;
    case 'cast':
      return writeCast(to, type, a, half);
    case 'sign':
      return type === 'float32' ? writeSign(to, a) : false;
    default:
      break;
  }
  const simple = OPERATIONS[type].get(op)?.vector;
  if (simple) {
    for (const arg of args) arg.push(half);
    to.write(simple);
    return true;
  }
  const test = type === 'bool' ? COMPARISONS[a.type].get(op)?.vector : null;
  if (test) {
    writeTest(to, test, a, b);
    return true;
  }
  return type === 'int32' || type === 'uint32' ? writeInteger(to, op, type === 'int32', args) : false;
}

/** A mask for the lanes of a dtype: that of a float64 has 64 bits. */
function writeMask(to: Code, type: DType, mask: WideArgument, half: number): void {
  mask.push(0);
  if (type === 'float64') to.write(half === 0 ? simd.i64WidenLowI32 : simd.i64WidenHighI32);
}

/** Where one value is 0, the mask alone makes the choice. */
function writeSelect(to: Code, type: DType, args: readonly WideArgument[], half: number): void {
  const [mask, a, b] = args as [WideArgument, WideArgument, WideArgument];
  const [noFirst, noSecond] = [Object.is(a.literal, 0), Object.is(b.literal, 0)];
  if (!noFirst || noSecond) a.push(half);
  if (!noSecond) b.push(half);
  writeMask(to, type, mask, half);
  to.write(noSecond ? simd.and : noFirst ? simd.andNot : simd.bitselect);
}

/** The second where it is less, or greater, else the first. */
function writeChoice(to: Code, op: 'lesser' | 'greater', type: DType, a: WideArgument, b: WideArgument, half: number): boolean {
  if (!isFloat(type)) return false;
  a.push(half);
  b.push(half);
  if (type === 'float32') to.write(op === 'lesser' ? simd.f32Lesser : simd.f32Greater);
  else to.write(op === 'lesser' ? simd.f64Lesser : simd.f64Greater);
  return true;
}

/**
 * The maximum or minimum of a value and a literal, where a choice gives it: processors have that, but not one that minds NaN and the sign
 * of 0. A value of −0 stays beside the bound 0; adding 0 mends that.
 */
function writeBound(to: Code, op: 'min' | 'max', type: DType, args: readonly WideArgument[], half: number): boolean {
  const bound = args.find(({ literal }) => literal !== null);
  const value = args.find((arg) => arg !== bound);
  const isZero = Object.is(bound?.literal, 0);
  if (!isFloat(type) || !bound || !value || Number.isNaN(bound.literal) || (op === 'min' && Object.is(bound.literal, -0)))
    return false;
  writeChoice(to, op === 'min' ? 'lesser' : 'greater', type, value, bound, half);
  if (op === 'max' && isZero) {
    bound.push(half);
    to.write(type === 'float32' ? simd.f32Add : simd.f64Add);
  }
  return true;
}

function writeTest(to: Code, test: Instruction, a: WideArgument, b: WideArgument): void {
  const compare = (half: number): void => {
    a.push(half);
    b.push(half);
    to.write(test);
  };
  compare(0);
  if (a.type !== 'float64') return;
  compare(1);
  to.shuffle([0, 2, 4, 6]);
}

/** 1 with the sign of the argument where that is not 0 or NaN. */
function writeSign(to: Code, a: WideArgument): boolean {
  a.push(0);
  to.splat(-2147483648, 'i32');
  to.write(simd.and);
  to.splat(1, 'f32');
  to.write(simd.or);
  a.push(0);
  a.push(0);
  to.write(simd.f32Abs);
  to.splat(0, 'f32');
  to.write(simd.f32Gt, simd.bitselect);
  return true;
}

function writeInteger(to: Code, op: LetOp, signed: boolean, args: readonly WideArgument[]): boolean {
  const [a, b] = args as [WideArgument, WideArgument];
  const shift = (instruction: Instruction): boolean => {
    if (!b.uniform) return false;
    a.push(0);
    b.lane(0);
    to.write(instruction);
    return true;
  };
  switch (op) {
    case 'min':
    case 'max':
      a.push(0);
      b.push(0);
      if (op === 'min') to.write(signed ? simd.i32MinS : simd.i32MinU);
      else to.write(signed ? simd.i32MaxS : simd.i32MaxU);
      return true;
    case 'shiftLeft':
      return shift(simd.i32Shl);
    case 'shiftRight':
      return shift(signed ? simd.i32ShrS : simd.i32ShrU);
    case 'neg':
      a.push(0);
      to.write(simd.i32Neg);
      return true;
    case 'abs':
      a.push(0);
      if (signed) to.write(simd.i32Abs);
      return true;
    case 'bitNot':
      a.push(0);
      to.write(simd.not);
      return true;
    case 'floor':
    case 'ceil':
    case 'round':
    case 'trunc':
      a.push(0);
      return true;
    case 'multiplyHigh':
      for (const instruction of [simd.i64MulLowU32, simd.i64MulHighU32]) {
        a.push(0);
        b.push(0);
        to.write(instruction);
      }
      to.shuffle([1, 3, 5, 7]);
      return true;
    default:
      return false;
  }
}

/** Puts the upper two of four 32-bit lanes where conversions to float64 look for them. */
function upper(to: Code, half: number, push: () => void): void {
  push();
  if (half === 0) return;
  push();
  to.shuffle([2, 3, 2, 3]);
}

function writeCast(to: Code, type: DType, a: WideArgument, half: number): boolean {
  const from = a.type;
  if (type === from) {
    a.push(half);
    return true;
  }
  switch (type) {
    case 'bool':
      writeTest(to, COMPARISONS[from].get('ne')!.vector!, a, zeros(to, from));
      return true;
    case 'float64': {
      if (from === 'bool') {
        upper(to, half, () => writeBit(to, a));
        to.write(simd.f64FromI32);
      } else {
        upper(to, half, () => a.push(0));
        to.write(from === 'float32' ? simd.f64FromF32 : from === 'int32' ? simd.f64FromI32 : simd.f64FromU32);
      }
      return true;
    }
    case 'float32':
      if (from === 'float64') writeHalves(to, a, simd.f32FromF64);
      else if (from === 'bool') {
        a.push(0);
        to.splat(1, 'f32');
        to.write(simd.and);
      } else {
        a.push(0);
        to.write(from === 'int32' ? simd.f32FromI32 : simd.f32FromU32);
      }
      return true;
    default: {
      const signed = type === 'int32';
      if (from === 'float64') writeHalves(to, a, signed ? simd.i32FromF64 : simd.u32FromF64);
      else if (from === 'bool') writeBit(to, a);
      else {
        a.push(0);
        if (from === 'float32') to.write(signed ? simd.i32FromF32 : simd.u32FromF32);
      }
      return true;
    }
  }
}

function writeBit(to: Code, mask: WideArgument): void {
  mask.push(0);
  to.splat(1, 'i32');
  to.write(simd.and);
}

/** Four lanes of 32 bits from two vectors of float64. */
function writeHalves(to: Code, a: WideArgument, instruction: Instruction): void {
  for (const half of [0, 1]) {
    a.push(half);
    to.write(instruction);
  }
  to.shuffle([0, 1, 4, 5]);
}

function zeros(to: Code, type: DType): WideArgument {
  return {
    type,
    uniform: true,
    literal: 0,
    push: () => to.splat(0, type === 'float64' ? 'f64' : 'i32'),
    lane: () => to.i32(0),
  };
}
