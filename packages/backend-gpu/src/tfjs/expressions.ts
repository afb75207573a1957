import { type Axis, type Condition, Expr, type Index, type IndexValue } from '@tapegrad/core';
import { select } from './arithmetic.js';
import type { Calls } from './calls.js';
import { blocksOf, gatheredBlocks, numbersOf } from './dynamic.js';
import { gathered, tableAxes } from './gather.js';
import { loaded, type Stored, wholeOf } from './load.js';
import { aligned, extents, type Named, unionOf } from './named.js';
import { contracted } from './product.js';
import { recurrent } from './recurrence.js';
import { reduced } from './reduce.js';
import { spell } from './scalars.js';
import { reshaped } from './shaping.js';
import { tabulateConditions } from './tables.js';

/** Thrown where an expression cannot be said in kernels of the device; the message says what is missing. */
export class Unspeakable extends Error {}

const ALWAYS: readonly Condition[] = [];

/**
 * Says the expressions of one loop nest in calls of kernels, each for all points of its axes at once. Axes have no order of their own: a
 * value lies as it was read, and is turned only where it meets another.
 */
export class Expressions {
  readonly #calls: Calls;
  readonly #buffers: (buffer: number) => Stored;
  readonly #nest: readonly Axis[];
  readonly #known = new Map<string, Named>();

  constructor(calls: Calls, nest: readonly Axis[], buffers: (buffer: number) => Stored) {
    this.#calls = calls;
    this.#nest = nest;
    this.#buffers = buffers;
  }

  /** The value of an expression. Outside of `conditions` anything may come. */
  value(expr: Expr, conditions: readonly Condition[] = ALWAYS): Named {
    const key = `${expr.id}${conditions.map(([index, low, high]) => `|${low}<=${index.key}<${high}`).join('')}`;
    let known = this.#known.get(key);
    if (!known) {
      known = this.#say(expr, conditions);
      this.#known.set(key, known);
    }
    return known;
  }

  /** What is used as an index. */
  readonly indexValue = (value: IndexValue): Named => {
    if (!(value instanceof Expr)) throw new Error('an index is made of another value than an expression');
    return this.value(value);
  };

  #say(expr: Expr, conditions: readonly Condition[]): Named {
    const calls = this.#calls;
    const { is } = expr;
    switch (is.kind) {
      case 'constant':
        return { value: this.#constant(expr, is.value), axes: [] };
      case 'index':
        return numbersOf(calls, is.index, this.indexValue);
      case 'load':
        return this.#load(is.buffer, is.address, conditions);
      case 'scalar':
        return this.#scalar(
          expr,
          is.args.map((arg) => this.value(arg, conditions)),
        );
      case 'guard':
        return this.#guard(is.conditions, is.body, is.otherwise, conditions);
      case 'reduce':
        return this.#reduce(expr, conditions);
      case 'recurrence': {
        const isOne = is.factor.is.kind === 'constant' && is.factor.is.value === 1;
        return recurrent(calls, is.axis, this.value(is.factor), this.value(is.addend), isOne);
      }
    }
  }

  #constant({ dtype }: Expr, value: number) {
    if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return this.#calls.full(value, dtype);
    throw new Unspeakable(`${dtype}`);
  }

  #load(buffer: number, address: Index, conditions: readonly Condition[]): Named {
    const stored = this.#buffers(buffer);
    if (!usesValues(address)) return loaded(this.#calls, stored, address, conditions);
    return gatheredBlocks(this.#calls, wholeOf(this.#calls, stored), blocksOf(this.#calls, address, this.indexValue));
  }

  #scalar(expr: Expr, args: readonly Named[]): Named {
    const { is, dtype } = expr;
    if (is.kind !== 'scalar') throw new TypeError(is.kind);
    const axes = unionOf(
      args.map((arg) => arg.axes),
      this.#nest,
    );
    const operands = args.map((arg) => aligned(this.#calls, arg, axes));
    const value = spell(this.#calls, is.op, dtype, operands);
    if (!value) throw new Unspeakable(`${is.op} of ${dtype}`);
    return { value: reshaped(this.#calls, value, extents(axes)), axes };
  }

  #guard(own: readonly Condition[], body: Expr, otherwise: number, around: readonly Condition[]): Named {
    const calls = this.#calls;
    const conditions = [...around, ...own];
    if (body.is.kind === 'load' && !usesValues(body.is.address)) {
      const whole = wholeOf(calls, this.#buffers(body.is.buffer));
      if (whole.dtype !== 'bool') return gathered(calls, whole, body.is.address, { conditions, otherwise });
    }
    const inside = this.value(body, conditions);
    const over = tableAxes(own[0]![0], own);
    const key = `where ${own.map(([index, low, high]) => `${low}<=${index.key}<${high}`).join()} over ${over.map((axis) => axis.key).join()}`;
    const holds = calls.literal(key, { shape: extents(over), dtype: 'bool' }, () => tabulateConditions(own, over));
    const axes = unionOf([inside.axes, over]);
    const mask = aligned(calls, { value: holds, axes: over }, axes);
    const value = select(calls, mask, aligned(calls, inside, axes), calls.full(otherwise, inside.value.dtype));
    return { value: reshaped(calls, value, extents(axes)), axes };
  }

  #reduce(expr: Expr, conditions: readonly Condition[]): Named {
    const { is } = expr;
    if (is.kind !== 'reduce') throw new TypeError(is.kind);
    const { combine, axes, body } = is;
    const isProduct = combine === 'sum' && expr.dtype === 'float32' && body.is.kind === 'scalar' && body.is.op === 'mul';
    if (!isProduct || hasNone(axes) || body.is.kind !== 'scalar')
      return reduced(this.#calls, combine, hasNone(axes) ? this.#zero(expr) : this.value(body, conditions), axes);
    const [a, b] = body.is.args.map((arg) => this.value(arg, conditions)) as [Named, Named];
    return contracted(this.#calls, a, b, axes);
  }

  /** Stands for the body of a reduction over nothing. */
  #zero(expr: Expr): Named {
    return { value: this.#constant(expr, 0), axes: [] };
  }
}

function hasNone(axes: readonly Axis[]): boolean {
  return axes.some(({ extent }) => extent === 0);
}

function usesValues({ terms }: Index): boolean {
  return terms.some(({ atom }) => atom.kind === 'value' || (atom.kind !== 'axis' && usesValues(atom.of)));
}
