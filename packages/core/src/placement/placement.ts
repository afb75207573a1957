import { freeAxes, type Term } from '../loops/atoms.js';
import { ranking, reductionsOf, valuesOf } from '../loops/dependencies.js';
import { type Condition, type Expr, identityOf } from '../loops/expression.js';
import { Index } from '../loops/indices.js';
import type { Row } from '../loops/loop.js';
import type { LetOp } from '../loops/scalar.js';
import { hasLanes, type KernelBuffer, LANES, type Operand, type Pattern } from '../loops/statement.js';
import type { DType } from '../tensor/dtype.js';
import { PanelMemory } from './panel-memory.js';
import { placeReductions } from './reduction.js';
import { type Local, literal, Scope } from './scope.js';

type Body<K extends Expr['is']['kind']> = Extract<Expr['is'], { readonly kind: K }>;

export interface PlacementOptions {
  /** Are sums and products of float32 accumulated in float64? */
  readonly wideSums: boolean;
  /** May neighbours be computed side by side? */
  readonly lanes: boolean;
}

/** Where in a buffer: a local and a constant, which targets fold into the access. */
export interface Address {
  readonly index: Operand;
  readonly offset: number;
  readonly lanes?: true;
  readonly pattern?: Pattern;
}

const NO_AXES: ReadonlySet<string> = new Set();

/**
 * Writes the values of one kernel as statements, each once, in the outermost scope that binds its free axes. What is guarded stays in its
 * branch, but for loads that are within bounds anywhere and cheap arithmetic.
 */
export class Placement {
  readonly wideSums: boolean;
  readonly lanes: boolean;
  readonly panels = new PanelMemory();
  readonly #buffers: readonly KernelBuffer[];
  readonly #rank = ranking();
  #locals = 0;
  /** The reductions that are needed together at present, and may share loops. */
  #together: readonly Expr[] = [];

  constructor(buffers: readonly KernelBuffer[], rows: readonly Row[], { wideSums, lanes }: PlacementOptions) {
    this.#buffers = buffers;
    for (const { dtype, length } of rows) this.panel(dtype, length);
    this.wideSums = wideSums;
    this.lanes = lanes;
  }

  /** How many locals there are so far. */
  get locals(): number {
    return this.#locals;
  }

  /** The number that the next panel will have. */
  get nextPanel(): number {
    return this.#buffers.length + this.panels.asked.length;
  }

  /** The number of a new panel. */
  panel(dtype: DType, length: number): number {
    const number = this.nextPanel;
    this.panels.take({ dtype, length, access: 'readwrite' });
    return number;
  }

  /** A buffer as a kernel numbers it: its rows come after what it is given. */
  number(buffer: number): number {
    return buffer < 0 ? this.#buffers.length - 1 - buffer : buffer;
  }

  emit(scope: Scope, op: LetOp, type: DType, args: readonly Operand[]): Local {
    const to = this.#locals++;
    const lanes = marked(op === 'ramp' || (op !== 'lane' && args.some(hasLanes)));
    scope.statements.push({ kind: 'let', to, type, op, args, ...lanes });
    return { local: to, type, ...lanes };
  }

  variable(scope: Scope, value: Operand, wide = false): Local {
    const { type } = value;
    const to = this.#locals++;
    const lanes = marked(wide);
    scope.statements.push({ kind: 'variable', to, type, value, ...lanes });
    return { local: to, type, ...lanes };
  }

  set(scope: Scope, { local, type, lanes }: Local, value: Operand): void {
    scope.statements.push({ kind: 'set', to: local, type, value, ...marked(lanes === true) });
  }

  /** A loop around what `write` writes. */
  loop(scope: Scope, count: Operand, parallel: boolean, write: (inner: Scope, counter: Local) => void): void {
    const to = this.#locals++;
    const inner = new Scope(scope);
    write(inner, { local: to, type: 'int32' });
    scope.statements.push({ kind: 'for', to, count, parallel, body: inner.statements });
  }

  /** What `write` writes, entered only where all conditions hold. */
  branch(scope: Scope, conditions: readonly Condition[], write: (inner: Scope) => void): void {
    const condition = this.#holds(conditions, scope);
    if (condition) this.when(scope, condition, write);
    else write(scope);
  }

  /** What `write` writes, entered only where a bool holds. */
  when(scope: Scope, condition: Operand, write: (inner: Scope) => void): void {
    const inner = new Scope(scope, true);
    write(inner);
    scope.statements.push({ kind: 'if', condition, body: inner.statements, otherwise: [] });
  }

  /** What `write` writes, with axes of its own. */
  apart(scope: Scope, write: (inner: Scope) => void): void {
    const inner = new Scope(scope);
    write(inner);
    scope.statements.push(...inner.statements);
  }

  /** While `write` runs, the reductions in these values may share loops: all of them are needed wherever one is. */
  together(values: readonly Expr[], write: () => void): void {
    const before = this.#together;
    this.#together = reductionsOf(values);
    write();
    this.#together = before;
  }

  /** The value of an expression, computed now unless it is known in or around `scope`. */
  value(expr: Expr, scope: Scope): Operand {
    const { is } = expr;
    if (is.kind === 'constant') return literal(is.value, expr.dtype);
    const known = scope.find(expr, expr.axes);
    if (known) return known;
    const home = this.#homeOf(expr, scope);
    const operand = this.#place(expr, home);
    home.know(expr, operand);
    return operand;
  }

  /** A float32 value as float64; a product is formed there, where it is exact. */
  wide(expr: Expr, scope: Scope): Operand {
    const { is } = expr;
    if (is.kind === 'constant') return literal(is.value, 'float64');
    const home = this.#homeOf(expr, scope);
    return this.#once(home, `wide:${expr.id}`, expr.axes, () => {
      if (is.kind !== 'scalar' || is.op !== 'mul') return this.emit(home, 'cast', 'float64', [this.value(expr, home)]);
      const args = is.args.map((arg) => this.#widened(arg, home));
      return this.emit(home, 'mul', 'float64', args);
    });
  }

  /**
   * Where in a buffer. The local is never negative. It has lanes itself only where it takes more than the lane to tell how far from one
   * another they are; where they are no neighbours, `pattern` does.
   */
  address(index: Index, scope: Scope): Address {
    const moving = index.terms.filter((term) => scope.hasLanes(freeAxes([term])));
    if (moving.length === 0) return this.#addressOf(index, scope, false);
    const distances = this.#distances(moving, scope);
    if (!distances) return { ...this.#addressOf(index, scope, true), lanes: true };
    const least = Math.min(...distances);
    const rest = index.terms.filter(({ atom }) => atom.kind === 'axis' || !scope.hasLanes(freeAxes([{ atom, coefficient: 1 }])));
    const pattern = distances.map((distance) => distance - least);
    return {
      ...this.#addressOf(new Index(rest, index.offset + least), scope, false),
      lanes: true,
      ...(pattern.every((distance, lane) => distance === lane) ? {} : { pattern }),
    };
  }

  #addressOf(index: Index, scope: Scope, gathers: boolean): Address {
    const moving: Term[] = [];
    let { offset } = index;
    for (const term of index.terms) {
      const { atom } = term;
      // Of an axis that is all lanes the first is a number, which stands for the others only where these are its neighbours.
      const known = atom.kind === 'axis' && !(gathers && scope.hasLanes([atom.key])) ? scope.axis(atom.key) : null;
      if (!known || !('literal' in known)) moving.push(term);
      else offset += term.coefficient * known.literal;
    }
    const rest = new Index(moving, 0);
    if (offset < 0 || rest.range[0] < 0) return { index: this.#whole(rest.plus(offset), scope, gathers), offset: 0 };
    return { index: this.#sum(moving, scope, 0, gathers), offset };
  }

  /** How far the lanes are from the first, where that depends on nothing but the lane; else null. */
  #distances(moving: readonly Term[], scope: Scope): number[] | null {
    const starts = new Map<string, Operand>();
    for (const term of moving) {
      for (const axis of freeAxes([term])) {
        if (!scope.hasLanes([axis])) return null;
        starts.set(axis, scope.axis(axis));
      }
    }
    const isFirst = (start: Operand): boolean => 'literal' in start && start.literal === 0;
    if (moving.some(({ atom }) => atom.kind !== 'axis') && ![...starts.values()].every(isFirst)) return null;
    if (moving.some(({ atom }) => atom.kind === 'value' || (atom.kind !== 'axis' && valuesOf(atom.of).length > 0))) return null;
    const index = new Index(moving, 0);
    return Array.from({ length: LANES }, (_, lane) =>
      index.evaluate(new Map([...starts.keys()].map((axis) => [axis, lane])), refuseValue),
    );
  }

  #widened(expr: Expr, scope: Scope): Operand {
    if (expr.is.kind === 'constant') return literal(expr.is.value, 'float64');
    const home = this.#homeOf(expr, scope);
    return this.#once(home, `cast:${expr.id}`, expr.axes, () => this.emit(home, 'cast', 'float64', [this.value(expr, home)]));
  }

  #homeOf(expr: Expr, scope: Scope): Scope {
    const { is } = expr;
    if (is.kind === 'recurrence') return scope.home(expr.axes, false);
    return scope.home(expr.axes, is.kind === 'load' ? !this.#alwaysInside(is) : expr.heavy);
  }

  /** May it be read without its guard? Values used as indices keep their promises only behind it. */
  #alwaysInside({ buffer, address }: Body<'load'>): boolean {
    const [low, high] = address.range;
    const number = this.number(buffer);
    const { length } = this.#buffers[number] ?? this.panels.asked[number - this.#buffers.length]!;
    return low >= 0 && high < length && valuesOf(address).length === 0;
  }

  #place(expr: Expr, home: Scope): Operand {
    const { is, dtype } = expr;
    switch (is.kind) {
      case 'constant':
        return literal(is.value, dtype);
      case 'index':
        return this.#whole(is.index, home, true);
      case 'scalar':
        return this.emit(
          home,
          is.op,
          dtype,
          is.args.map((arg) => this.value(arg, home)),
        );
      case 'load':
        return this.#load(is, dtype, home);
      case 'guard':
        return this.#guard(expr, is, home);
      case 'recurrence':
        return this.#recurrence(expr, is, home);
      case 'reduce':
        return this.#reduce(expr, is, home);
    }
  }

  #load({ buffer, address }: Body<'load'>, type: DType, home: Scope): Operand {
    const at = this.address(address, home);
    const to = this.#locals++;
    home.statements.push({ kind: 'load', to, type, buffer: this.number(buffer), ...at });
    return { local: to, type, ...marked(at.lanes === true) };
  }

  #guard({ dtype, axes }: Expr, { conditions, body, otherwise }: Body<'guard'>, home: Scope): Operand {
    const variable = this.variable(home, literal(otherwise, dtype), home.hasLanes(axes));
    this.branch(home, conditions, (inner) => {
      this.together([body], () => {
        const value = this.value(body, inner);
        this.set(inner, variable, value);
      });
    });
    return variable;
  }

  /** The running value is a variable outside the loop of its axis, which starts anew with every run of that loop. */
  #recurrence({ dtype, axes }: Expr, { axis, factor, addend }: Body<'recurrence'>, home: Scope): Operand {
    const type = this.wideSums && dtype === 'float32' ? 'float64' : dtype;
    const around = home.binds(axis.key) ? home.parent : null;
    const carried = around && this.variable(around, literal(0, type), home.hasLanes(axes));
    if (!carried && axis.extent !== 1) throw new Error(`The axis '${axis.key}' of a recurrence must be the innermost.`);
    const operandOf = (expr: Expr): Operand => (type === dtype ? this.value(expr, home) : this.#widened(expr, home));
    const grown = this.emit(home, 'mul', type, [operandOf(factor), carried ?? literal(0, type)]);
    const next = this.emit(home, 'add', type, [grown, operandOf(addend)]);
    if (carried) this.set(home, carried, next);
    return type === dtype ? next : this.emit(home, 'cast', dtype, [next]);
  }

  #reduce(expr: Expr, { combine, axes }: Body<'reduce'>, home: Scope): Operand {
    if (axes.some((axis) => axis.extent === 0)) return literal(identityOf(combine, expr.dtype), expr.dtype);
    const keys = axes.map((axis) => axis.key).join();
    const rank = this.#rank(expr);
    const beside = this.#together.filter(
      (other) =>
        other !== expr && home.reaches(other.axes) && this.#homeOf(other, home) === home && !home.find(other, other.axes),
    );
    // What may be needed on the way to these comes first, so that it can share loops, too.
    for (const other of beside) if (this.#rank(other) < rank) this.value(other, home);
    const joins = ({ is }: Expr): boolean => is.kind === 'reduce' && is.axes.map((axis) => axis.key).join() === keys;
    const group = beside.filter((other) => this.#rank(other) === rank && joins(other));
    placeReductions(this, [expr, ...group], home);
    return home.find(expr, expr.axes)!;
  }

  /** What is computed under a name in the scope of its own, unless it is known there or further out. */
  #once(home: Scope, name: string, axes: ReadonlySet<string>, write: () => Operand): Operand {
    let operand = home.find(name, axes);
    if (!operand) {
      operand = write();
      home.know(name, operand);
    }
    return operand;
  }

  /** All of an index, offset included; in lanes, the index of each or that of the first. */
  #whole(index: Index, scope: Scope, wide: boolean): Operand {
    if (index.constant !== null) return literal(index.constant, 'int32');
    return this.#sum(index.terms, scope, index.offset, wide);
  }

  /** A sum of terms, those of outer loops first, so that what is common to many is computed once, as far out as it can be. */
  #sum(terms: readonly Term[], scope: Scope, offset: number, wide: boolean): Operand {
    const parts = terms.map((term) => {
      const axes = freeAxes([term]);
      return { term, axes, home: scope.home(axes, isTied(term)), wide: wide && scope.hasLanes(axes) };
    });
    parts.sort((a, b) => a.home.depth - b.home.depth);
    let sum: Operand = literal(offset, 'int32');
    let name = `${offset}`;
    let axes = NO_AXES;
    for (const { term, axes: own, home, wide } of parts) {
      const part = this.#term(term, own, home, wide);
      axes = new Set([...axes, ...own]);
      name += `+${nameOf(term, wide)}`;
      const before = sum;
      sum = this.#once(home, name, axes, () => this.#plus(home, before, part));
    }
    return sum;
  }

  #term(term: Term, axes: ReadonlySet<string>, home: Scope, wide: boolean): Operand {
    const { atom, coefficient } = term;
    const operand = this.#atom(atom, axes, home, wide);
    if (coefficient === 1) return operand;
    const write = (): Operand => {
      if ('literal' in operand) return literal(operand.literal * coefficient, 'int32');
      return this.emit(home, 'mul', 'int32', [operand, literal(coefficient, 'int32')]);
    };
    return this.#once(home, nameOf(term, wide), axes, write);
  }

  #atom(atom: Term['atom'], axes: ReadonlySet<string>, home: Scope, wide: boolean): Operand {
    if (atom.kind === 'axis') {
      const first = home.axis(atom.key);
      return wide ? this.#once(home, `ramp:${atom.key}`, axes, () => this.emit(home, 'ramp', 'int32', [first])) : first;
    }
    if (atom.kind === 'value') return this.value(atom.value as Expr, home);
    const natural = atom.of.range[0] >= 0;
    const op = atom.kind === 'div' ? (natural ? 'div' : 'floorDiv') : natural ? 'rem' : 'floorMod';
    return this.#once(home, `${wide ? 'wide:' : ''}${atom.key}`, axes, () =>
      this.emit(home, op, 'int32', [this.#whole(atom.of, home, wide), literal(atom.by, 'int32')]),
    );
  }

  #plus(home: Scope, a: Operand, b: Operand): Operand {
    if ('literal' in a && 'literal' in b) return literal(a.literal + b.literal, 'int32');
    if ('literal' in a) return a.literal === 0 ? b : this.emit(home, 'add', 'int32', [b, a]);
    return this.emit(home, 'add', 'int32', [a, b]);
  }

  /** All conditions as one, each part tested as far out as its axes are bound; null where nothing is left to test. */
  #holds(conditions: readonly Condition[], scope: Scope): Operand | null {
    const tests = conditions.flatMap(([index, low, high]) => {
      const home = scope.home(index.axes, valuesOf(index).length > 0);
      const [least, most] = index.range;
      const test = (op: 'ge' | 'lt', limit: number) => ({
        home,
        axes: index.axes,
        name: `${op}:${limit}:${index.key}`,
        write: () => this.emit(home, op, 'bool', [this.#whole(index, home, true), literal(limit, 'int32')]),
      });
      return [...(least < low ? [test('ge', low)] : []), ...(most >= high ? [test('lt', high)] : [])];
    });
    tests.sort((a, b) => a.home.depth - b.home.depth);
    let all: Operand | null = null;
    let name = '';
    let axes = NO_AXES;
    for (const test of tests) {
      const { home } = test;
      const holds = this.#once(home, test.name, test.axes, test.write);
      name += `&${test.name}`;
      axes = new Set([...axes, ...test.axes]);
      const before: Operand | null = all;
      all = before ? this.#once(home, name, axes, () => this.emit(home, 'and', 'bool', [before, holds])) : holds;
    }
    return all;
  }
}

function refuseValue(): never {
  throw new Error('A distance between lanes depends on a value.');
}

function marked(lanes: boolean): { readonly lanes?: true } {
  return lanes ? { lanes: true } : {};
}

function nameOf({ atom, coefficient }: Term, wide: boolean): string {
  return `${wide ? 'wide:' : ''}${coefficient}*${atom.key}`;
}

function isTied({ atom }: Term): boolean {
  if (atom.kind === 'axis') return false;
  return atom.kind === 'value' || valuesOf(atom.of).length > 0;
}
