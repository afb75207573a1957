import type { Kernel, LetOp, KernelOperand as Operand, Stmt } from '@tapegrad/core';
import { FUNCTIONS, OUTSIDE, withCallees } from './functions.js';
import { type Spelled, spell, spellLiteral } from './spell.js';

/** A kernel as gpu.js takes it. */
export interface KernelSource {
  /** A function of the buffers that it reads, `a0`, `a1`, …, then of the numbers that come from outside. */
  readonly text: string;
  readonly functions: readonly string[];
  /** The values of the last arguments. */
  readonly constants: readonly number[];
  /** The numbers of the buffers that it reads, in the order of its arguments. */
  readonly reads: readonly number[];
  /** The buffer that it writes, one thread for each element. */
  readonly writes: number;
  /** The most iterations of a loop. */
  readonly iterations: number;
}

/**
 * A kernel of one result as the function that each thread of gpu.js runs. All numbers are float32, those of indices and int32 too: every
 * dialect of GLSL has these, and whole numbers up to 2^24 are exact. Each value has a name of its own; no name is a word of GLSL. `rounds`
 * is for where it runs in JavaScript, whose numbers are longer.
 */
export function printKernel(kernel: Kernel, rounds = false): KernelSource {
  return new Printer(kernel, rounds).print();
}

/** Ops that give a natural number for natural numbers. */
const NATURAL: ReadonlySet<LetOp> = new Set<LetOp>(['copy', 'add', 'mul', 'div', 'rem', 'floorDiv', 'floorMod', 'min', 'max']);

class Printer {
  readonly #kernel: Kernel;
  readonly #rounds: boolean;
  readonly #lines: string[] = [];
  readonly #functions = new Set<string>();
  readonly #reads: readonly number[];
  /** Locals that are made of counters and natural literals. */
  readonly #natural = new Set<number>();
  #indent = '  ';
  #iterations = 1;
  #result = '';

  constructor(kernel: Kernel, rounds: boolean) {
    this.#kernel = kernel;
    this.#rounds = rounds;
    this.#reads = kernel.buffers.flatMap(({ access }, i) => (access === 'read' ? [i] : []));
  }

  print(): KernelSource {
    const { buffers, body } = this.#kernel;
    const last = body.at(-1);
    if (last?.kind === 'for' && last.parallel) {
      this.#block(body.slice(0, -1));
      this.#natural.add(last.to);
      this.#line(`var t${last.to} = this.thread.x;`);
      this.#block(last.body);
    } else this.#block(body);
    const functions = withCallees(this.#functions);
    this.#line(`return ${this.#result};`);
    const text = [...orderOf(functions), ...this.#lines].join('\n');
    const outside = Object.keys(OUTSIDE).filter((name) => new RegExp(`\\b${name}\\b`).test(text));
    const parameters = [...this.#reads.map((i) => `a${i}`), ...outside];
    return {
      text: `function (${parameters.join(', ')}) {\n${text}\n}`,
      functions: functions.map((name) => FUNCTIONS.get(name)!.source),
      constants: outside.map((name) => OUTSIDE[name]!),
      reads: this.#reads,
      writes: buffers.findIndex(({ access }) => access !== 'read'),
      iterations: this.#iterations,
    };
  }

  #line(text: string): void {
    this.#lines.push(this.#indent + text);
  }

  #operand(operand: Operand): Spelled {
    const { type } = operand;
    if ('local' in operand)
      return { text: `t${operand.local}`, type, literal: null, isNatural: this.#natural.has(operand.local) };
    const { literal } = operand;
    return { text: spellLiteral(literal), type, literal, isNatural: literal >= 0 };
  }

  #text(operand: Operand): string {
    return this.#operand(operand).text;
  }

  readonly #call = (name: string, ...args: readonly string[]): string => {
    this.#functions.add(name);
    const more = FUNCTIONS.get(name)!.parameters.slice(args.length);
    return `${name}(${[...args, ...more].join(', ')})`;
  };

  #block(list: readonly Stmt[]): void {
    for (const statement of list) this.#statement(statement);
  }

  #nested(head: string, list: readonly Stmt[], first?: string): void {
    this.#line(`${head} {`);
    this.#indent += '  ';
    if (first) this.#line(first);
    this.#block(list);
    this.#indent = this.#indent.slice(2);
    this.#line('}');
  }

  #statement(statement: Stmt): void {
    switch (statement.kind) {
      case 'let': {
        const { to, op, type } = statement;
        const args = statement.args.map((arg) => this.#operand(arg));
        if (type === 'int32' && NATURAL.has(op) && args.every(({ isNatural }) => isNatural)) this.#natural.add(to);
        const value = spell(op, type, args, this.#call);
        this.#line(`var t${to} = ${this.#rounds && type === 'float32' ? `Math.fround(${value})` : value};`);
        break;
      }
      case 'variable':
        this.#line(`var t${statement.to} = ${this.#text(statement.value)};`);
        break;
      case 'set':
        this.#line(`t${statement.to} = ${this.#text(statement.value)};`);
        break;
      case 'load': {
        const { to, buffer, index, offset } = statement;
        const at = 'literal' in index ? index.literal + offset : `${this.#text(index)}${offset === 0 ? '' : ` + ${offset}`}`;
        this.#line(`var t${to} = a${buffer}[${at}];`);
        break;
      }
      case 'store':
        this.#result = this.#text(statement.value);
        break;
      case 'for': {
        const { to, count, body, parallel } = statement;
        if (parallel) throw new Error('A kernel for threads has no second loop over threads.');
        this.#natural.add(to);
        this.#iterations = Math.max(this.#iterations, 'literal' in count ? count.literal : this.#longest());
        const head = `for (var i${to} = 0; i${to} < ${this.#text(count)}; i${to}++)`;
        this.#nested(head, body, `var t${to} = i${to};`);
        break;
      }
      case 'if':
        this.#nested(`if (${this.#text(statement.condition)} > 0.5)`, statement.body);
        if (statement.otherwise.length > 0) this.#nested('else', statement.otherwise);
        break;
      case 'fill':
        throw new Error('A kernel for threads fills no memory.');
    }
  }

  /** No reduction runs over more elements than the largest buffer has. */
  #longest(): number {
    return Math.max(...this.#kernel.buffers.map(({ length }) => length));
  }
}

/**
 * gpu.js declares functions in the order in which they are called first, and gets that wrong where one is called from several places. So
 * all are called once where nothing runs, callers before those that they call.
 */
function orderOf(functions: readonly string[]): string[] {
  const calls = functions.toReversed().map(
    (name) =>
      `${name}(${FUNCTIONS.get(name)!
        .parameters.map(() => '0.5')
        .join(', ')})`,
  );
  return calls.length === 0 ? [] : [`  if (1 < 0) { var order = ${calls.join(' + ')}; }`];
}
