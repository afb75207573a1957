import { arrayOf, type TypedArray } from '../tensor/dtype.js';
import { numberText } from './canonical.js';
import { scalarFunction } from './scalar.js';
import { hasLanes, type Kernel, LANES, type Operand, type Stmt } from './statement.js';
import { everyStatement, operandsOf } from './walk.js';

/** Told of every access: of a read after it, of a write before it. */
export interface AccessHooks {
  read(buffer: number, index: number): void;
  write(buffer: number, index: number): void;
}

type Step = () => void;

/**
 * A kernel as a function of its buffers. This is what statements mean: what printers write is tested against it. It generates no code, and
 * runs some tens of millions of statements a second. Throws where an access is out of range.
 *
 * @example
 * const p = new Procedure();
 * p.store(1, p.literal(0), p.load(0, 'float64', p.literal(2)));
 * const kernel = kernelOfProcedure(p, [
 *   { dtype: 'float64', length: 3, access: 'read' },
 *   { dtype: 'float64', length: 1, access: 'write' },
 * ]);
 * const result = new Float64Array(1);
 * prepare(kernel)([Float64Array.of(5, 6, 7), result]);
 * console.log(result[0]); // 7
 */
export function prepare(kernel: Kernel): (arrays: readonly TypedArray[]) => void {
  return new Interpreter(kernel, null).run;
}

/**
 * Runs a kernel once and tells of every access.
 *
 * @example
 * const p = new Procedure();
 * p.store(1, p.literal(0), p.load(0, 'float64', p.literal(2)));
 * const kernel = kernelOfProcedure(p, [
 *   { dtype: 'float64', length: 3, access: 'read' },
 *   { dtype: 'float64', length: 1, access: 'write' },
 * ]);
 * const read: number[] = [];
 * interpretChecked(kernel, [Float64Array.of(5, 6, 7), new Float64Array(1)], {
 *   read: (_buffer, index) => read.push(index),
 *   write: () => {},
 * });
 * console.log(read); // [ 2 ]
 */
export function interpretChecked(kernel: Kernel, arrays: readonly TypedArray[], hooks: AccessHooks): void {
  new Interpreter(kernel, hooks).run(arrays);
}

class Interpreter {
  readonly run: (arrays: readonly TypedArray[]) => void;
  readonly #kernel: Kernel;
  readonly #hooks: AccessHooks | null;
  /** The locals, one after another for each lane, then the literals. */
  readonly #values: Float64Array;
  readonly #literals = new Map<string, number>();
  #arrays: readonly TypedArray[] = [];
  readonly #panels: readonly TypedArray[];

  constructor(kernel: Kernel, hooks: AccessHooks | null) {
    this.#kernel = kernel;
    this.#hooks = hooks;
    this.#panels = kernel.panels.map(({ dtype, length }) => arrayOf(dtype, length));
    const distinct = new Map<string, number>();
    everyStatement(kernel.body, (statement) => {
      for (const operand of operandsOf(statement))
        if ('literal' in operand) distinct.set(numberText(operand.literal), operand.literal);
    });
    this.#values = new Float64Array([...new Float64Array(LANES * kernel.locals), ...distinct.values()]);
    [...distinct.keys()].forEach((text, i) => {
      this.#literals.set(text, LANES * kernel.locals + i);
    });
    const body = this.#block(kernel.body);
    this.run = (arrays) => {
      this.#arrays = [...arrays, ...this.#panels];
      body();
    };
  }

  #slot(operand: Operand): number {
    return 'local' in operand ? LANES * operand.local : this.#literals.get(numberText(operand.literal))!;
  }

  /** Where the value in one lane is. */
  #slotOf(operand: Operand, lane: number): number {
    return this.#slot(operand) + (hasLanes(operand) ? lane : 0);
  }

  /** What is done in each lane, as one step. */
  #inLanes(step: (lane: number) => Step): Step {
    const steps = Array.from({ length: LANES }, (_, lane) => step(lane));
    return () => {
      for (let lane = 0; lane < LANES; lane++) steps[lane]!();
    };
  }

  #block(statements: readonly Stmt[]): Step {
    const steps = statements.map((statement) => this.#statement(statement));
    const count = steps.length;
    if (count === 1) return steps[0]!;
    return () => {
      for (let i = 0; i < count; i++) steps[i]!();
    };
  }

  #statement(statement: Stmt): Step {
    const values = this.#values;
    switch (statement.kind) {
      case 'let':
        return this.#let(statement);
      case 'variable':
      case 'set': {
        const set = (lane: number): Step => {
          const to = LANES * statement.to + lane;
          const from = this.#slotOf(statement.value, lane);
          return () => {
            values[to] = values[from]!;
          };
        };
        return statement.lanes ? this.#inLanes(set) : set(0);
      }
      case 'load':
        return this.#load(statement);
      case 'store':
        return this.#store(statement);
      case 'fill': {
        const { buffer, value } = statement;
        return () => this.#fill(buffer, value);
      }
      case 'for': {
        const to = LANES * statement.to;
        const count = this.#slot(statement.count);
        const body = this.#block(statement.body);
        return () => {
          const end = values[count]!;
          for (let i = 0; i < end; i++) {
            values[to] = i;
            body();
          }
        };
      }
      case 'if': {
        const condition = this.#slot(statement.condition);
        const body = this.#block(statement.body);
        const otherwise = this.#block(statement.otherwise);
        return () => {
          if (values[condition]) body();
          else otherwise();
        };
      }
    }
  }

  #let(statement: Extract<Stmt, { kind: 'let' }>): Step {
    const { op, args } = statement;
    const values = this.#values;
    const to = LANES * statement.to;
    const from = this.#slot(args[0]!);
    if (op === 'lane') {
      const lane = (args[1] as Extract<Operand, { literal: number }>).literal;
      return () => {
        values[to] = values[from + lane]!;
      };
    }
    if (op === 'ramp')
      return () => {
        for (let lane = 0; lane < LANES; lane++) values[to + lane] = values[from]! + lane;
      };
    if (op === 'any')
      return () => {
        values[to] = values.subarray(from, from + LANES).some((value) => value !== 0) ? 1 : 0;
      };
    return statement.lanes ? this.#inLanes((lane) => this.#letOne(statement, lane)) : this.#letOne(statement, 0);
  }

  #letOne({ to: local, type, op, args }: Extract<Stmt, { kind: 'let' }>, lane: number): Step {
    const values = this.#values;
    const to = LANES * local + lane;
    const f = scalarFunction(
      op,
      type,
      args.map((arg) => arg.type),
    );
    const [a, b, c] = args.map((arg) => this.#slotOf(arg, lane)) as [number, number, number];
    switch (args.length) {
      case 1:
        return () => {
          values[to] = f(values[a]!);
        };
      case 2:
        return () => {
          values[to] = f(values[a]!, values[b]!);
        };
      default:
        return () => {
          values[to] = f(values[a]!, values[b]!, values[c]!);
        };
    }
  }

  #load(statement: Extract<Stmt, { kind: 'load' }>): Step {
    return statement.lanes ? this.#inLanes((lane) => this.#loadOne(statement, lane)) : this.#loadOne(statement, 0);
  }

  #loadOne({ to: local, buffer, index, offset: first, pattern }: Extract<Stmt, { kind: 'load' }>, lane: number): Step {
    const values = this.#values;
    const to = LANES * local + lane;
    const offset = first + (hasLanes(index) ? 0 : (pattern?.[lane] ?? lane));
    const at = this.#slotOf(index, lane);
    const hooks = this.#hooksOf(buffer);
    return () => {
      const i = values[at]! + offset;
      const value = this.#arrays[buffer]![i];
      if (value === undefined) this.#refuse('reads', buffer, i);
      hooks?.read(buffer, i);
      values[to] = value;
    };
  }

  #store(statement: Extract<Stmt, { kind: 'store' }>): Step {
    return statement.lanes ? this.#inLanes((lane) => this.#storeOne(statement, lane)) : this.#storeOne(statement, 0);
  }

  #storeOne({ buffer, index, offset: first, value, accumulate }: Extract<Stmt, { kind: 'store' }>, lane: number): Step {
    const values = this.#values;
    const offset = first + lane;
    const at = this.#slot(index);
    const from = this.#slotOf(value, lane);
    const hooks = this.#hooksOf(buffer);
    const { type: dtype } = value;
    const add = scalarFunction('add', dtype, [dtype, dtype]);
    return () => {
      const array = this.#arrays[buffer]!;
      const i = values[at]! + offset;
      if (!(i >= 0 && i < array.length)) this.#refuse('writes', buffer, i);
      if (accumulate) hooks?.read(buffer, i);
      hooks?.write(buffer, i);
      array[i] = accumulate ? add(array[i]!, values[from]!) : values[from]!;
    };
  }

  /** Nobody is told of panels. */
  #hooksOf(buffer: number): AccessHooks | null {
    return buffer < this.#kernel.buffers.length ? this.#hooks : null;
  }

  #fill(buffer: number, value: number): void {
    const array = this.#arrays[buffer]!;
    const hooks = this.#hooksOf(buffer);
    if (hooks) for (let i = 0; i < array.length; i++) hooks.write(buffer, i);
    array.fill(value);
  }

  #refuse(does: string, buffer: number, index: number): never {
    throw new RangeError(`A kernel ${does} element ${index} of buffer ${buffer}, which has ${this.#arrays[buffer]!.length}.`);
  }
}
