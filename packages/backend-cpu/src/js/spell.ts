import type { LetOp } from '@tapegrad/core';
import { type DType, isFloat } from '@tapegrad/core';

/** An expression of JavaScript, and how tightly its outermost operator binds. */
export interface Spelled {
  readonly text: string;
  readonly binding: number;
  /** The same before rounding to float32, for where the store rounds anyway. */
  readonly unrounded?: Spelled;
  /** The two terms of a sum. */
  readonly terms?: readonly [string, string];
}

const ATOM = 20;
const UNARY = 15;
const PRODUCT = 13;
const SUM = 12;
const SHIFT = 11;
const RELATION = 10;
const EQUALITY = 9;
const BIT_AND = 8;
const BIT_XOR = 7;
const BIT_OR = 6;
const AND = 5;
const OR = 4;
const CONDITIONAL = 3;

type Infix = readonly [symbol: string, binding: number];

const ARITHMETIC: { readonly [op in LetOp]?: Infix } = {
  add: ['+', SUM],
  sub: ['-', SUM],
  mul: ['*', PRODUCT],
  div: ['/', PRODUCT],
  rem: ['%', PRODUCT],
};
const BITS: { readonly [op in LetOp]?: Infix } = {
  bitAnd: ['&', BIT_AND],
  bitOr: ['|', BIT_OR],
  bitXor: ['^', BIT_XOR],
  shiftLeft: ['<<', SHIFT],
};
const TESTS: { readonly [op in LetOp]?: Infix } = {
  eq: ['===', EQUALITY],
  ne: ['!==', EQUALITY],
  lt: ['<', RELATION],
  le: ['<=', RELATION],
  gt: ['>', RELATION],
  ge: ['>=', RELATION],
  and: ['&&', AND],
  or: ['||', OR],
};
const LOGIC: { readonly [op in LetOp]?: Infix } = {
  add: ['||', OR],
  max: ['||', OR],
  bitOr: ['||', OR],
  mul: ['&&', AND],
  min: ['&&', AND],
  bitAnd: ['&&', AND],
  bitXor: ['!==', EQUALITY],
};
/** Ops whose function has another name. */
const NAMES: { readonly [op in LetOp]?: string } = { round: 'roundHalfEven', pow: 'power' };
/** Float ops whose function of float32 is another. */
const FLOAT32_NAMES: { readonly [op in LetOp]?: string } = { exp: 'expFloat32', tanh: 'tanhFloat32' };
/** Float ops that give a float32 for float32: they need no rounding. */
const EXACT: ReadonlySet<LetOp> = new Set<LetOp>(['neg', 'abs', 'sign', 'max', 'min', 'rem', 'floor', 'ceil', 'round', 'trunc']);

export function atom(text: string): Spelled {
  return { text, binding: ATOM };
}

/** A literal of a dtype; a bool is a boolean. */
export function spellLiteral(value: number, type: DType): Spelled {
  if (type === 'bool') return atom(value ? 'true' : 'false');
  const text = Object.is(value, -0) ? '-0' : String(value);
  return { text, binding: text.startsWith('-') ? UNARY : ATOM };
}

function within({ text, binding }: Spelled, least: number): string {
  return binding < least ? `(${text})` : text;
}

function infix([symbol, binding]: Infix, a: Spelled, b: Spelled): Spelled {
  // Few know how bits bind, so that whatever is in them is in parentheses.
  const bits = binding >= BIT_OR && binding <= BIT_AND;
  const left = within(a, bits || binding === SHIFT ? UNARY : binding);
  const right = within(b, bits || binding === SHIFT ? UNARY : binding + 1);
  return { text: `${left} ${symbol} ${right}`, binding, ...(symbol === '+' && { terms: [left, right] as const }) };
}

function prefix(symbol: string, a: Spelled): Spelled {
  return { text: `${symbol}${within(a, UNARY + 1)}`, binding: UNARY };
}

function call(name: string, args: readonly Spelled[]): Spelled {
  return atom(`${name}(${args.map((arg) => arg.text).join(', ')})`);
}

function rounded(unrounded: Spelled): Spelled {
  return { ...call('fround', [unrounded]), unrounded };
}

/** One value where a boolean holds, another elsewhere. */
export function spellChoice(condition: Spelled, a: Spelled, b: Spelled): Spelled {
  const text = `${within(condition, CONDITIONAL + 1)} ? ${within(a, CONDITIONAL + 1)} : ${within(b, CONDITIONAL)}`;
  return { text, binding: CONDITIONAL };
}

/** A boolean as 1 or 0. */
export function spellBit(condition: Spelled): Spelled {
  return spellChoice(condition, atom('1'), atom('0'));
}

/** The sum of an index and an offset. */
export function spellOffset(index: Spelled, offset: number): string {
  return offset === 0 ? index.text : `${within(index, SUM)} + ${offset}`;
}

/** An element of an array as a value: a bool as a boolean. */
export function spellElement(cell: string, type: DType): Spelled {
  return type === 'bool' ? infix(['!==', EQUALITY], atom(cell), atom('0')) : atom(cell);
}

function spellFloat(op: LetOp, type: DType, args: readonly Spelled[]): Spelled {
  const operator = ARITHMETIC[op];
  let value: Spelled;
  if (operator) value = infix(operator, args[0]!, args[1]!);
  else if (op === 'neg') value = prefix('-', args[0]!);
  else if (op === 'exp2') value = call('pow', [atom('2'), args[0]!]);
  else value = call((type === 'float32' && FLOAT32_NAMES[op]) || NAMES[op] || op, args);
  return type === 'float32' && !EXACT.has(op) ? rounded(value) : value;
}

function spellInteger(op: LetOp, type: DType, args: readonly Spelled[], { second, plain }: SpellOptions): Spelled {
  const [a, b] = args as [Spelled, Spelled];
  const signed = type === 'int32';
  const wrap = (value: Spelled): Spelled => infix(signed ? ['|', BIT_OR] : ['>>>', SHIFT], value, atom('0'));
  switch (op) {
    case 'add':
      if (second < 0) return wrap(infix(ARITHMETIC.sub!, a, atom(String(-second))));
      return plain ? infix(ARITHMETIC[op]!, a, b) : wrap(infix(ARITHMETIC[op]!, a, b));
    case 'sub':
      return plain ? infix(ARITHMETIC[op]!, a, b) : wrap(infix(ARITHMETIC[op]!, a, b));
    case 'mul':
      if (plain) return infix(ARITHMETIC.mul!, a, b);
      return signed ? call('imul', args) : wrap(call('imul', args));
    case 'div':
    case 'rem':
      if (plain && op === 'rem') return infix(ARITHMETIC.rem!, a, b);
      if (second !== 0) return wrap(infix(ARITHMETIC[op]!, a, b));
      return call(`${op === 'div' ? 'divide' : 'remainder'}${signed ? 'Int32' : 'Uint32'}`, args);
    case 'bitAnd':
    case 'bitOr':
    case 'bitXor':
    case 'shiftLeft':
      return signed ? infix(BITS[op]!, a, b) : wrap(infix(BITS[op]!, a, b));
    case 'shiftRight':
      return infix([signed ? '>>' : '>>>', SHIFT], a, b);
    case 'bitNot':
      return signed ? prefix('~', a) : wrap(prefix('~', a));
    case 'neg':
      return wrap(prefix('-', a));
    case 'abs':
      return signed ? wrap(call('abs', args)) : a;
    case 'pow':
      return signed ? call('integerPower', args) : wrap(call('integerPower', args));
    case 'floor':
    case 'ceil':
    case 'round':
    case 'trunc':
      return a;
    case 'floorDiv':
      return call('floor', [infix(ARITHMETIC.div!, a, b)]);
    case 'floorMod':
      return infix(ARITHMETIC.rem!, infix(ARITHMETIC.add!, infix(ARITHMETIC.rem!, a, b), b), b);
    default:
      return call(op, args);
  }
}

function spellCast(to: DType, from: DType, a: Spelled): Spelled {
  if (to === from) return a;
  if (to === 'bool') return infix(['!==', EQUALITY], a, atom('0'));
  if (from === 'bool') return spellBit(a);
  if (to === 'float64') return { text: a.text, binding: a.binding };
  if (to === 'float32') return rounded(a);
  if (isFloat(from)) return call(to === 'int32' ? 'saturateInt32' : 'saturateUint32', [a]);
  return infix(to === 'int32' ? ['|', BIT_OR] : ['>>>', SHIFT], a, atom('0'));
}

export interface SpellOptions {
  /** The second argument where it is a literal, else 0. */
  readonly second: number;
  /** Can nothing overflow, and is no argument negative? So it is with most indices. */
  readonly plain: boolean;
}

/** What a `let` computes. Bools are booleans. */
export function spell(
  op: LetOp,
  type: DType,
  args: readonly Spelled[],
  argTypes: readonly DType[],
  options: SpellOptions,
): Spelled {
  const [a, b, c] = args as [Spelled, Spelled, Spelled];
  if (op === 'copy') return a;
  if (op === 'cast') return spellCast(type, argTypes[0]!, a);
  if (op === 'select') return spellChoice(a, b, c);
  if (op === 'not') return prefix('!', a);
  const test = TESTS[op];
  if (test) return infix(test, a, b);
  if (isFloat(type)) return spellFloat(op, type, args);
  if (type !== 'bool') return spellInteger(op, type, args, options);
  return infix(LOGIC[op]!, a, b);
}
