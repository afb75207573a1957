import { BackendError, type DType, isFloat, type LetOp } from '@tapegrad/core';

/** Calls a function of the library by name; what it needs from outside is added to the arguments. */
export type Call = (name: string, ...args: readonly string[]) => string;

/** An argument of a `let`: as text, and what is known of it. */
export interface Spelled {
  readonly text: string;
  readonly type: DType;
  readonly literal: number | null;
  /** Is it an index, and never negative? */
  readonly isNatural: boolean;
}

const ARITHMETIC: { readonly [op in LetOp]?: string } = { add: '+', sub: '-', mul: '*' };
const TESTS: { readonly [op in LetOp]?: string } = { eq: '==', ne: '!=', lt: '<', le: '<=', gt: '>', ge: '>=' };
const LOGIC: { readonly [op in LetOp]?: 'and' | 'or' | 'xor' } = {
  and: 'and',
  mul: 'and',
  min: 'and',
  bitAnd: 'and',
  or: 'or',
  add: 'or',
  max: 'or',
  bitOr: 'or',
  bitXor: 'xor',
};
/** Functions of the library by op. */
const FLOAT: { readonly [op in LetOp]?: string } = {
  rem: 'fmodOf',
  max: 'maxOf',
  min: 'minOf',
  pow: 'powOf',
  atan2: 'atan2Of',
  hypot: 'hypotOf',
  sign: 'signOf',
  sqrt: 'sqrtOf',
  exp: 'expOf',
  expm1: 'expm1Of',
  exp2: 'exp2Of',
  log: 'logOf',
  log1p: 'log1pOf',
  log2: 'log2Of',
  log10: 'log10Of',
  sin: 'sinOf',
  cos: 'cosOf',
  tan: 'tanOf',
  asin: 'asinOf',
  acos: 'acosOf',
  atan: 'atanOf',
  sinh: 'sinhOf',
  cosh: 'coshOf',
  tanh: 'tanhOf',
  asinh: 'asinhOf',
  acosh: 'acoshOf',
  atanh: 'atanhOf',
  erf: 'erfOf',
  erfc: 'erfcOf',
  round: 'roundOf',
  trunc: 'truncOf',
};
const BITS: { readonly [op in LetOp]?: readonly [both: number, one: number] } = { bitAnd: [1, 0], bitOr: [1, 1], bitXor: [0, 1] };

/** A number as text. */
export function spellLiteral(value: number): string {
  if (value === Infinity) return 'inf';
  if (value === -Infinity) return '(-inf)';
  if (Number.isNaN(value)) return 'nan';
  return value < 0 || Object.is(value, -0) ? `(-${String(-value)})` : String(value);
}

/** What a `let` computes, in JavaScript on numbers alone: bools are 0 and 1, int32 are whole. Throws `BackendError` for what has no form. */
export function spell(op: LetOp, type: DType, args: readonly Spelled[], call: Call): string {
  const [a, b, c] = args as [Spelled, Spelled, Spelled];
  if (op === 'copy') return a.text;
  if (op === 'cast') return spellCast(type, a, call);
  if (op === 'select') return `(${a.text} > middle ? ${b.text} : ${c.text})`;
  if (op === 'not') return `(1 - ${a.text})`;
  if (TESTS[op]) return spellTest(op, a, b, call);
  if (type === 'bool') return spellLogic(LOGIC[op]!, a.text, b.text);
  return (isFloat(type) ? spellFloat(op, args, call) : spellInteger(op, args, call)) ?? refuse(op, type);
}

function refuse(op: LetOp, type: DType): never {
  throw new BackendError(`gpujs: ${op} of ${type} has no form on the GPU. Cast first, or choose another backend.`, { op });
}

function spellTest(op: LetOp, a: Spelled, b: Spelled, call: Call): string {
  // Compilers take any number to be equal to itself.
  if (op === 'ne' && a.text === b.text) return call('isNanOf', a.text);
  if (op === 'eq' && a.text === b.text) return `(1 - ${call('isNanOf', a.text)})`;
  return `(${a.text} ${TESTS[op]} ${b.text} ? 1 : 0)`;
}

function spellLogic(what: 'and' | 'or' | 'xor', a: string, b: string): string {
  if (what === 'and') return `(${a} * ${b})`;
  return what === 'or' ? `Math.max(${a}, ${b})` : `Math.abs(${a} - ${b})`;
}

function spellCast(to: DType, a: Spelled, call: Call): string {
  if (to === 'bool' && a.type !== 'bool') return `(${a.text} != 0 ? 1 : 0)`;
  return to === 'int32' && isFloat(a.type) ? call('integerOf', a.text) : a.text;
}

function spellFloat(op: LetOp, args: readonly Spelled[], call: Call): string | null {
  const texts = args.map(({ text }) => text);
  const [a, b] = texts as [string, string];
  if (ARITHMETIC[op]) return `(${a} ${ARITHMETIC[op]} ${b})`;
  const f = FLOAT[op];
  if (f) return call(f, ...texts);
  switch (op) {
    case 'div':
      return `(${a} / ${b})`;
    case 'neg':
      return `(-${a})`;
    case 'abs':
    case 'floor':
    case 'ceil':
      return `Math.${op}(${a})`;
    default:
      return null;
  }
}

function spellInteger(op: LetOp, args: readonly Spelled[], call: Call): string | null {
  const [x, y] = args as [Spelled, Spelled];
  const [a, b] = [x.text, y?.text];
  const isIndex = x.isNatural && y?.literal !== null && y?.literal !== undefined && y.literal > 0;
  if (ARITHMETIC[op]) return `(${a} ${ARITHMETIC[op]} ${b})`;
  const bits = BITS[op];
  if (bits) return call('bitsOf', a, b, `${bits[0]}.0`, `${bits[1]}.0`);
  switch (op) {
    case 'div':
      return isIndex ? spellQuotient(x, y, call) : call('divideOf', a, b);
    case 'rem':
      return isIndex ? spellRest(x, y, call) : call('remainderOf', a, b);
    case 'floorDiv':
      return spellQuotient(x, y, call);
    case 'floorMod':
      return spellRest(x, y, call);
    case 'pow':
      return call('integerPowerOf', a, b);
    case 'max':
    case 'min':
    case 'abs':
      return `Math.${op}(${args.map(({ text }) => text).join(', ')})`;
    case 'sign':
      return call('signOf', a);
    case 'neg':
      return `(-${a})`;
    case 'bitNot':
      return `(-1 - ${a})`;
    case 'shiftLeft':
      return `(${a} * ${call('powerOfTwo', shiftCount(b))})`;
    case 'shiftRight':
      return `Math.floor(${a} * ${call('powerOfTwo', `(-${shiftCount(b)})`)})`;
    case 'floor':
    case 'ceil':
    case 'round':
    case 'trunc':
      return a;
    default:
      return null;
  }
}

/** Modulo 32. */
function shiftCount(count: string): string {
  return `(${count} - 32 * Math.floor(${count} * 0.03125))`;
}

/** The floor of a quotient, for a positive divisor; a product with a power of two is exact. */
function spellQuotient(x: Spelled, { text, literal }: Spelled, call: Call): string {
  const isPower = literal !== null && Number.isInteger(Math.log2(literal));
  return isPower ? `Math.floor(${x.text} * ${1 / literal})` : call('quotientOf', x.text, text);
}

function spellRest(x: Spelled, y: Spelled, call: Call): string {
  return `(${x.text} - ${y.text} * ${spellQuotient(x, y, call)})`;
}
