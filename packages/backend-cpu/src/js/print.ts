import type { Kernel, KernelOperand as Operand, Stmt } from '@tapegrad/core';
import { type Survey, survey } from './inline.js';
import { atom, type Spelled, spell, spellBit, spellChoice, spellElement, spellLiteral, spellOffset } from './spell.js';

/** Longer expressions get a name. */
const LONGEST = 100;
const COUNTERS = ['i', 'j', 'k', 'l', 'm', 'n'];

/**
 * A kernel as a JavaScript function of its buffers, one typed array each: `x0` if it is only read, `y0` if it is written, `z0` if it is a panel.
 * A value that is used once stands where it is used. The functions that it calls are those of `library`.
 */
export function printKernel(kernel: Kernel): string {
  return new Printer(kernel).print();
}

interface Pending {
  readonly value: Spelled;
  /** The variables that it reads, and `MEMORY`: it must not move past a statement that may change these. */
  readonly reads: ReadonlySet<number>;
}

const MEMORY = -1;
const NOTHING: ReadonlySet<number> = new Set();

class Printer {
  readonly #kernel: Kernel;
  readonly #survey: Survey;
  readonly #lines: string[] = [];
  readonly #names = new Map<number, string>();
  readonly #variables = new Set<number>();
  /** Variables that are conditional expressions, with the value that they have otherwise. */
  readonly #choices = new Map<number, Spelled>();
  /** Values that wait for their only use, in order. */
  readonly #pending = new Map<number, Pending>();
  #indent = '  ';
  #depth = 0;
  #values = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#survey = survey(kernel);
  }

  print(): string {
    const { buffers, panels } = this.#kernel;
    const parameters = [...buffers, ...panels].map((_, i) => this.#buffer(i)).join(', ');
    this.#block(this.#kernel.body);
    return [`function kernel(${parameters}) {`, ...this.#lines, '}'].join('\n');
  }

  #buffer(i: number): string {
    const buffer = this.#kernel.buffers[i];
    return `${!buffer ? 'z' : buffer.access === 'read' ? 'x' : 'y'}${i}`;
  }

  #line(text: string): void {
    this.#lines.push(this.#indent + text);
  }

  #operand(operand: Operand): Pending {
    const known = this.#survey.resolve(operand);
    if ('literal' in known) return { value: spellLiteral(known.literal, known.type), reads: NOTHING };
    const { local } = known;
    const pending = this.#pending.get(local);
    if (!pending) return { value: atom(this.#names.get(local)!), reads: this.#variables.has(local) ? new Set([local]) : NOTHING };
    this.#pending.delete(local);
    return pending;
  }

  #text(operand: Operand): string {
    return this.#operand(operand).value.text;
  }

  /** A value that is defined here: it waits for its only use, or gets a name. */
  #define(local: number, list: readonly Stmt[], value: Pending): void {
    if (!this.#survey.isUsed(local)) return;
    if (this.#survey.isUsedOnceIn(local, list) && value.value.text.length <= LONGEST) this.#pending.set(local, value);
    else this.#name(local, value.value);
  }

  #name(local: number, { text }: Spelled): void {
    const name = `t${this.#values++}`;
    this.#names.set(local, name);
    this.#line(`const ${name} = ${text};`);
  }

  /** Names what may not wait any longer: what reads this variable or memory, or any of them. */
  #settle(changed: number | null): void {
    for (const [local, { value, reads }] of this.#pending) {
      if (changed === null ? reads.size === 0 : !reads.has(changed)) continue;
      this.#pending.delete(local);
      this.#name(local, value);
    }
  }

  #block(list: readonly Stmt[]): void {
    for (const statement of list) this.#statement(statement, list);
  }

  #nested(head: string, list: readonly Stmt[]): void {
    this.#line(`${head} {`);
    this.#indent += '  ';
    this.#block(list);
    this.#indent = this.#indent.slice(2);
  }

  #statement(statement: Stmt, list: readonly Stmt[]): void {
    switch (statement.kind) {
      case 'let':
        this.#let(statement, list);
        break;
      case 'load': {
        const index = this.#operand(statement.index);
        const cell = `${this.#buffer(statement.buffer)}[${this.#cell(index.value, statement.offset)}]`;
        this.#define(statement.to, list, { value: spellElement(cell, statement.type), reads: new Set([...index.reads, MEMORY]) });
        break;
      }
      case 'variable': {
        const { value } = this.#operand(statement.value);
        if (this.#survey.isChoice(statement.to)) this.#choices.set(statement.to, value);
        else this.#variable(statement.to, value);
        break;
      }
      case 'set': {
        const { text, terms } = this.#operand(statement.value).value;
        const name = this.#names.get(statement.to)!;
        this.#settle(statement.to);
        this.#line(terms?.[0] === name ? `${name} += ${terms[1]};` : `${name} = ${text};`);
        break;
      }
      case 'store':
        this.#store(statement);
        break;
      case 'fill':
        this.#settle(MEMORY);
        this.#line(`${this.#buffer(statement.buffer)}.fill(${statement.value});`);
        break;
      case 'for':
        this.#for(statement);
        break;
      case 'if': {
        if (this.#choice(statement, list)) break;
        const condition = this.#text(statement.condition);
        this.#settle(null);
        this.#nested(`if (${condition})`, statement.body);
        if (statement.otherwise.length > 0) this.#nested('} else', statement.otherwise);
        this.#line('}');
      }
    }
  }

  #variable(local: number, { text }: Spelled): void {
    const name = `s${this.#variables.size}`;
    this.#variables.add(local);
    this.#names.set(local, name);
    this.#line(`let ${name} = ${text};`);
  }

  /** A variable that is set in this branch alone, and to one expression: a conditional expression says the same. */
  #choice({ condition, body }: Extract<Stmt, { kind: 'if' }>, list: readonly Stmt[]): boolean {
    const last = body.at(-1);
    const otherwise = last?.kind === 'set' ? this.#choices.get(last.to) : undefined;
    if (last?.kind !== 'set' || !otherwise) return false;
    const holds = this.#operand(condition);
    const first = this.#lines.length;
    this.#indent += '  ';
    for (const statement of body.slice(0, -1)) this.#statement(statement, body);
    const value = this.#operand(last.value);
    const within = this.#lines.splice(first);
    this.#indent = this.#indent.slice(2);
    if (within.length === 0) {
      const reads = new Set([...holds.reads, ...value.reads]);
      this.#define(last.to, list, { value: spellChoice(holds.value, value.value, otherwise), reads });
      return true;
    }
    this.#settle(null);
    this.#variable(last.to, otherwise);
    this.#line(`if (${holds.value.text}) {`);
    this.#lines.push(...within);
    this.#line(`  ${this.#names.get(last.to)} = ${value.value.text};`);
    this.#line('}');
    return true;
  }

  #cell(index: Spelled, offset: number): string {
    return /^\d+$/.test(index.text) ? String(Number(index.text) + offset) : spellOffset(index, offset);
  }

  #let({ to, type, op, args }: Extract<Stmt, { kind: 'let' }>, list: readonly Stmt[]): void {
    const { resolve, rangeOf, isUsed } = this.#survey;
    if (!isUsed(to)) return;
    const operands = args.map((arg) => this.#operand(arg));
    const last = args[1] && resolve(args[1]);
    const second = last && 'literal' in last ? last.literal : 0;
    const plain = type === 'int32' && rangeOf({ local: to, type }) !== null;
    const value = spell(
      op,
      type,
      operands.map((operand) => operand.value),
      args.map((arg) => arg.type),
      { second, plain },
    );
    this.#define(to, list, { value, reads: new Set(operands.flatMap((operand) => [...operand.reads])) });
  }

  #store({ buffer, index, offset, value, accumulate }: Extract<Stmt, { kind: 'store' }>): void {
    const at = this.#operand(index).value;
    const { value: stored } = this.#operand(value);
    this.#settle(MEMORY);
    const cell = `${this.#buffer(buffer)}[${this.#cell(at, offset)}]`;
    if (value.type === 'bool') this.#line(`${cell} ${accumulate ? '|=' : '='} ${spellBit(stored).text};`);
    else if (accumulate) this.#line(`${cell} += ${stored.text};`);
    else this.#line(`${cell} = ${(value.type === 'float32' && stored.unrounded ? stored.unrounded : stored).text};`);
  }

  #for({ to, count, body }: Extract<Stmt, { kind: 'for' }>): void {
    const end = this.#text(count);
    this.#settle(null);
    const name = COUNTERS[this.#depth] ?? `i${this.#depth}`;
    this.#names.set(to, name);
    this.#depth++;
    this.#nested(`for (let ${name} = 0; ${name} < ${end}; ${name}++)`, body);
    this.#depth--;
    this.#line('}');
  }
}
