import { type DType, isFloat, type LetOp } from '@tapegrad/core';
import type { Code } from './code.js';
import { definitionOf, hostFunctionOf } from './imports.js';
import * as code from './op.js';
import { COMPARISONS, OPERATIONS } from './opcodes.js';

/** An argument as instructions that put it on the stack, as often as needed. */
export interface Argument {
  readonly type: DType;
  readonly literal: number | null;
  push(): void;
}

export function valueTypeOf(dtype: DType): 'i32' | 'f32' | 'f64' {
  return dtype === 'float32' ? 'f32' : dtype === 'float64' ? 'f64' : 'i32';
}

export function pushLiteral(to: Code, value: number, type: DType): void {
  if (type === 'float32') to.f32(value);
  else if (type === 'float64') to.f64(value);
  else to.i32(value);
}

/** Writes an op on single numbers; its result is on the stack. Bools are 0 or 1. */
export function writeScalar(to: Code, op: LetOp, type: DType, args: readonly Argument[]): void {
  const [a, b, c] = args as [Argument, Argument, Argument];
  const all = (): void => {
    for (const arg of args) arg.push();
  };
  if (op === 'copy' || op === 'any') a.push();
  else if (op === 'cast') writeCast(to, type, a);
  else if (op === 'bits') {
    a.push();
    to.write(type === 'float32' ? code.f32OfBits : code.bitsOfF32);
  } else if (op === 'highWord' || op === 'lowWord') {
    a.push();
    to.write(code.bitsOfF64);
    if (op === 'highWord') {
      to.i64(32);
      to.write(code.i64ShrU);
    }
    to.write(code.i32FromI64);
  } else if (op === 'fromWords') {
    a.push();
    to.write(code.i64FromU32);
    to.i64(32);
    to.write(code.i64Shl);
    b.push();
    to.write(code.i64FromU32, code.i64Or, code.f64OfBits);
  } else if (op === 'copySign') {
    all();
    to.write(type === 'float32' ? code.f32Copysign : code.f64Copysign);
  } else if (op === 'select') {
    b.push();
    c.push();
    a.push();
    to.write(code.select);
  } else if (op === 'not') {
    a.push();
    to.write(code.i32Eqz);
  } else if (op === 'lesser' || op === 'greater') {
    for (const arg of [b, a, b, a]) arg.push();
    to.write(COMPARISONS[type].get(op === 'lesser' ? 'lt' : 'gt')!.scalar, code.select);
  } else {
    const simple = OPERATIONS[type].get(op) ?? COMPARISONS[a.type].get(op);
    if (simple) {
      all();
      to.write(simple.scalar);
    } else if (isFloat(type)) writeFloat(to, op, type, args);
    else writeInteger(to, op, type, args);
  }
}

function writeFloat(to: Code, op: LetOp, type: DType, args: readonly Argument[]): void {
  const [a] = args as [Argument];
  if (op === 'sign') {
    writeSign(to, type, a);
    return;
  }
  for (const arg of args) {
    arg.push();
    if (type === 'float32') to.write(code.f64FromF32);
  }
  to.call(hostFunctionOf(op, type) ?? definitionOf(op, type));
  if (type === 'float32') to.write(code.f32FromF64);
}

/** Keeps −0 and NaN. */
function writeSign(to: Code, type: DType, a: Argument): void {
  const is32 = type === 'float32';
  pushLiteral(to, 1, type);
  a.push();
  to.write(is32 ? code.f32Copysign : code.f64Copysign);
  a.push();
  a.push();
  to.write(is32 ? code.f32Abs : code.f64Abs);
  pushLiteral(to, 0, type);
  to.write(is32 ? code.f32Gt : code.f64Gt, code.select);
}

function writeInteger(to: Code, op: LetOp, type: DType, args: readonly Argument[]): void {
  const [a, b] = args as [Argument, Argument];
  const signed = type === 'int32';
  const both = (): void => {
    a.push();
    b.push();
  };
  switch (op) {
    case 'max':
    case 'min': {
      both();
      both();
      to.write(COMPARISONS[type].get(op === 'max' ? 'gt' : 'lt')!.scalar, code.select);
      break;
    }
    case 'div':
    case 'rem':
      writeDivision(to, op, signed, a, b);
      break;
    case 'shiftLeft':
      both();
      to.write(code.i32Shl);
      break;
    case 'shiftRight':
      both();
      to.write(signed ? code.i32ShrS : code.i32ShrU);
      break;
    case 'bitNot':
      a.push();
      to.i32(-1);
      to.write(code.i32Xor);
      break;
    case 'neg':
      to.i32(0);
      a.push();
      to.write(code.i32Sub);
      break;
    case 'abs':
      a.push();
      if (!signed) break;
      writeSignMask(to, a);
      to.write(code.i32Xor);
      writeSignMask(to, a);
      to.write(code.i32Sub);
      break;
    case 'sign':
      a.push();
      to.i32(0);
      to.write(signed ? code.i32GtS : code.i32Ne);
      if (!signed) return;
      a.push();
      to.i32(0);
      to.write(code.i32LtS, code.i32Sub);
      break;
    case 'floor':
    case 'ceil':
    case 'round':
    case 'trunc':
      a.push();
      break;
    case 'multiplyHigh':
      for (const arg of [a, b]) {
        arg.push();
        to.write(code.i64FromU32);
      }
      to.write(code.i64Mul);
      to.i64(32);
      to.write(code.i64ShrU, code.i32FromI64);
      break;
    case 'pow':
      both();
      to.call(hostFunctionOf(op, type)!);
      break;
    case 'floorMod':
      writeFloorMod(to, a, b);
      break;
    case 'floorDiv':
      a.push();
      writeFloorMod(to, a, b);
      to.write(code.i32Sub);
      b.push();
      to.write(code.i32DivS);
      break;
    default:
      throw new Error(`${op} of ${type} has no meaning.`);
  }
}

/** −1 where the argument is negative, else 0. */
function writeSignMask(to: Code, a: Argument): void {
  a.push();
  to.i32(31);
  to.write(code.i32ShrS);
}

/** For a positive divisor: the rest, plus the divisor where that is negative. */
function writeFloorMod(to: Code, a: Argument, b: Argument): void {
  const rest = (): void => {
    a.push();
    b.push();
    to.write(code.i32RemS);
  };
  rest();
  rest();
  to.i32(31);
  to.write(code.i32ShrS);
  b.push();
  to.write(code.i32And, code.i32Add);
}

/** The processor traps for a divisor of 0, and of −1 for the least integer; here −x is the quotient by −1, and 0 the one by 0. */
function writeDivision(to: Code, op: 'div' | 'rem', signed: boolean, a: Argument, b: Argument): void {
  const divide = (): void => {
    a.push();
    b.push();
    to.write(op === 'div' ? (signed ? code.i32DivS : code.i32DivU) : signed ? code.i32RemS : code.i32RemU);
  };
  if (b.literal !== null && b.literal !== 0 && b.literal !== -1) {
    divide();
    return;
  }
  b.push();
  if (signed) {
    to.i32(1);
    to.write(code.i32Add);
    to.i32(1);
    to.write(code.i32LeU);
  } else to.write(code.i32Eqz);
  const exceptional = (): void => {
    to.i32(0);
    if (!signed || op === 'rem') return;
    a.push();
    to.write(code.i32Sub);
    b.push();
    to.write(code.i32And);
  };
  to.if(exceptional, divide, 'i32');
}

const FROM_INTEGER = {
  float32: { int32: code.f32FromI32, uint32: code.f32FromU32, bool: code.f32FromU32 },
  float64: { int32: code.f64FromI32, uint32: code.f64FromU32, bool: code.f64FromU32 },
} as const;
const TO_INTEGER = {
  float32: { int32: code.i32FromF32, uint32: code.u32FromF32 },
  float64: { int32: code.i32FromF64, uint32: code.u32FromF64 },
} as const;

function writeCast(to: Code, type: DType, a: Argument): void {
  a.push();
  const from = a.type;
  if (type === from) return;
  if (type === 'bool') {
    pushLiteral(to, 0, from);
    to.write(COMPARISONS[from].get('ne')!.scalar);
  } else if (type === 'float32' || type === 'float64') {
    if (from === 'float32') to.write(code.f64FromF32);
    else if (from === 'float64') to.write(code.f32FromF64);
    else to.write(FROM_INTEGER[type][from]);
  } else if (from === 'float32' || from === 'float64') to.write(TO_INTEGER[from][type]);
}
