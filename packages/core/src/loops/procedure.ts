import { optionsOf } from '../options.js';
import type { DType } from '../tensor/dtype.js';
import { BOOLEAN } from './expression.js';
import { hasLanes, type Operand, type Stmt } from './statement.js';

type LetOp = Extract<Stmt, { kind: 'let' }>['op'];

/** A value of a procedure: a literal or a local. */
export class Value {
  readonly operand: Operand;
  readonly #procedure: Procedure;

  constructor(procedure: Procedure, operand: Operand) {
    this.#procedure = procedure;
    this.operand = operand;
  }

  get type(): DType {
    return this.operand.type;
  }
  apply(op: LetOp, ...rest: readonly (Value | number)[]): Value {
    return this.#procedure.apply(op, this, ...rest);
  }
  add(y: Value | number): Value {
    return this.apply('add', y);
  }
  sub(y: Value | number): Value {
    return this.apply('sub', y);
  }
  mul(y: Value | number): Value {
    return this.apply('mul', y);
  }
  div(y: Value | number): Value {
    return this.apply('div', y);
  }
  sqrt(): Value {
    return this.apply('sqrt');
  }
  lt(y: Value | number): Value {
    return this.apply('lt', y);
  }
  le(y: Value | number): Value {
    return this.apply('le', y);
  }
  gt(y: Value | number): Value {
    return this.apply('gt', y);
  }
  eq(y: Value | number): Value {
    return this.apply('eq', y);
  }
  ne(y: Value | number): Value {
    return this.apply('ne', y);
  }
  and(y: Value): Value {
    return this.apply('and', y);
  }
  or(y: Value): Value {
    return this.apply('or', y);
  }
  select(a: Value, b: Value | number): Value {
    return this.#procedure.select(this, a, b);
  }
  cast(type: DType): Value {
    return this.#procedure.cast(this, type);
  }
}

/** A local that statements may set again. */
export interface Variable {
  readonly value: Value;
  set(value: Value | number): void;
}

/**
 * Writes the statements of an op that is a procedure (a sort, a decomposition). Buffers are numbered: first the op's inputs, then its
 * result. Indices are int32 values over row-major elements.
 */
export class Procedure {
  /** The statements so far, outermost first. */
  readonly body: Stmt[] = [];
  #scope: Stmt[] = this.body;
  #locals: number;

  /** Numbers its locals from `locals` on. */
  constructor(locals = 0) {
    this.#locals = locals;
  }

  get locals(): number {
    return this.#locals;
  }

  literal(value: number, type: DType = 'int32'): Value {
    return new Value(this, { literal: type === 'float32' ? Math.fround(value) : value, type });
  }

  apply(op: LetOp, x: Value, ...rest: readonly (Value | number)[]): Value {
    const args = [x, ...rest.map((y) => (typeof y === 'number' ? this.literal(y, x.type) : y))];
    return this.#let(op, BOOLEAN.has(op) ? 'bool' : x.type, args);
  }

  select(condition: Value, a: Value, b: Value | number): Value {
    return this.#let('select', a.type, [condition, a, typeof b === 'number' ? this.literal(b, a.type) : b]);
  }

  cast(x: Value, type: DType): Value {
    return x.type === type ? x : this.#let('cast', type, [x]);
  }

  variable(value: Value): Variable {
    const to = this.#locals++;
    const { type } = value;
    const lanes = hasLanes(value.operand) ? ({ lanes: true } as const) : {};
    this.#scope.push({ kind: 'variable', to, type, value: value.operand, ...lanes });
    return {
      value: new Value(this, { local: to, type, ...lanes }),
      set: (next) => {
        const operand = typeof next === 'number' ? this.literal(next, type).operand : next.operand;
        this.#scope.push({ kind: 'set', to, type, value: operand, ...lanes });
      },
    };
  }

  load(buffer: number, type: DType, index: Value): Value {
    const to = this.#locals++;
    this.#scope.push({ kind: 'load', to, type, buffer, index: index.operand, offset: 0 });
    return new Value(this, { local: to, type });
  }

  store(buffer: number, index: Value, value: Value): void {
    this.#scope.push({ kind: 'store', buffer, index: index.operand, offset: 0, value: value.operand, accumulate: false });
  }

  /** Runs `body` for 0 … count-1, in order unless `parallel` promises that no iteration touches another's cells. */
  for(count: Value | number, body: (i: Value) => void, options?: { parallel?: boolean }): void {
    const { parallel } = optionsOf('for', options, { parallel: false });
    const to = this.#locals++;
    const operand = typeof count === 'number' ? this.literal(count).operand : count.operand;
    const inner = this.#within(() => body(new Value(this, { local: to, type: 'int32' })));
    this.#scope.push({ kind: 'for', to, count: operand, parallel, body: inner });
  }

  if(condition: Value, then: () => void, otherwise: () => void = () => {}): void {
    const body = this.#within(then);
    const rest = this.#within(otherwise);
    this.#scope.push({ kind: 'if', condition: condition.operand, body, otherwise: rest });
  }

  /** The bits of a float32 as int32, or of an int32 as float32. */
  bits(x: Value): Value {
    return this.#let('bits', x.type === 'float32' ? 'int32' : 'float32', [x]);
  }

  /** The upper 32 bits of a float64 as int32. */
  highWord(x: Value): Value {
    return this.#let('highWord', 'int32', [x]);
  }

  /** The lower 32 bits of a float64 as int32. */
  lowWord(x: Value): Value {
    return this.#let('lowWord', 'int32', [x]);
  }

  /** The float64 of two int32. */
  fromWords(high: Value, low: Value | number): Value {
    return this.#let('fromWords', 'float64', [high, typeof low === 'number' ? this.literal(low) : low]);
  }

  /** Does a bool hold, or hold in any lane? */
  any(x: Value): Value {
    return hasLanes(x.operand) ? this.#let('any', 'bool', [x]) : x;
  }

  #let(op: LetOp, type: DType, args: readonly Value[]): Value {
    const to = this.#locals++;
    const operands = args.map((arg) => arg.operand);
    const lanes = operands.some(hasLanes) && op !== 'any' ? ({ lanes: true } as const) : {};
    this.#scope.push({ kind: 'let', to, type, op, args: operands, ...lanes });
    return new Value(this, { local: to, type, ...lanes });
  }

  #within(write: () => void): Stmt[] {
    const outer = this.#scope;
    const inner: Stmt[] = [];
    this.#scope = inner;
    write();
    this.#scope = outer;
    return inner;
  }
}
