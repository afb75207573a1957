import * as atomic from '../src/wasm/atomic.js';
import { type Call, VALUE_TYPES } from '../src/wasm/code.js';
import type { WasmFunction } from '../src/wasm/module.js';
import * as op from '../src/wasm/op.js';
import * as simd from '../src/wasm/simd.js';
import { keyOf, NAMES } from './wasm-names.js';

const TYPES: ReadonlyMap<number, string> = new Map(Object.entries(VALUE_TYPES).map(([name, code]) => [code, name]));

/** Behind these stand an alignment and an offset, behind the next ones the number of a lane. */
const MEMORY: ReadonlySet<string> = new Set(
  [
    ...[op.i32Load, op.f32Load, op.f64Load, op.i32Load8, op.i32Store, op.f32Store, op.f64Store, op.i32Store8],
    ...[simd.load, simd.load32Splat, simd.load64Splat, simd.store, simd.load32Zero, simd.store32Lane],
    ...Object.values(atomic),
  ].map(keyOf),
);
const LANE: ReadonlySet<string> = new Set(
  [
    ...[simd.store32Lane, simd.i32Extract, simd.i32Replace, simd.f32Extract, simd.f32Replace],
    ...[simd.f64Extract, simd.f64Replace],
  ].map(keyOf),
);
const [CONSTANT, SHUFFLE] = [keyOf(simd.constant), keyOf(simd.shuffle)];

/** The instructions that `Code` writes with operands of their own: their names, and how an operand reads. */
const WITH_OPERAND: { readonly [byte: number]: readonly [name: string, read: (from: Reader) => unknown] } = {
  2: ['block', (from) => from.blockType()],
  3: ['loop', (from) => from.blockType()],
  4: ['if', (from) => from.blockType()],
  5: ['else', () => ''],
  12: ['br', (from) => from.unsigned()],
  13: ['br_if', (from) => from.unsigned()],
  16: ['call', (from) => from.callee()],
  32: ['local.get', (from) => from.unsigned()],
  33: ['local.set', (from) => from.unsigned()],
  34: ['local.tee', (from) => from.unsigned()],
  65: ['i32.const', (from) => from.signed()],
  66: ['i64.const', (from) => from.signed()],
  67: ['f32.const', (from) => from.float(4)],
  68: ['f64.const', (from) => from.float(8)],
};

/** How many bytes of an instruction that begins with a prefix follow its number: indices of memories, which are 0. */
const ZEROS: { readonly [key: string]: number } = { '252,10': 2, '252,11': 1 };

/** Reads what `Code` has written. */
class Reader {
  readonly #view: DataView;
  readonly #calls: ReadonlyMap<number, string>;
  #at = 0;

  constructor({ buffer, byteOffset, length }: Uint8Array, calls: readonly Call[]) {
    this.#view = new DataView(buffer, byteOffset, length);
    this.#calls = new Map(calls.map(({ at, name }) => [at, name]));
  }

  get done(): boolean {
    return this.#at === this.#view.byteLength;
  }

  byte(): number {
    return this.#view.getUint8(this.#at++);
  }

  /** The bytes of a number of any length: all but its last have the highest bit. */
  number(): number[] {
    const bytes = [this.byte()];
    while (bytes.at(-1)! >= 128) bytes.push(this.byte());
    return bytes;
  }

  unsigned(): number {
    return this.number().reduceRight((rest, byte) => rest * 128 + (byte & 127), 0);
  }

  signed(): number {
    const bytes = this.number();
    const size = bytes.reduceRight((rest, byte) => rest * 128 + (byte & 127), 0);
    return bytes.at(-1)! & 64 ? size - 128 ** bytes.length : size;
  }

  float(bytes: 4 | 8): string {
    const value = bytes === 4 ? this.#view.getFloat32(this.#at, true) : this.#view.getFloat64(this.#at, true);
    this.#at += bytes;
    return Object.is(value, -0) ? '-0' : String(value);
  }

  blockType(): string {
    const type = TYPES.get(this.byte());
    return type ? `(result ${type})` : '';
  }

  callee(): string {
    const name = this.#calls.get(this.#at)!;
    this.number();
    return `$${name}`;
  }

  bytes(count: number): number[] {
    return Array.from({ length: count }, () => this.byte());
  }

  word(): string {
    const word = this.#view.getUint32(this.#at, true);
    this.#at += 4;
    return `0x${word.toString(16).padStart(8, '0')}`;
  }
}

function instruction(from: Reader): string {
  const first = from.byte();
  const known = WITH_OPERAND[first];
  if (known) return `${known[0]} ${known[1](from)}`.trimEnd();
  let key = `${first}`;
  if (first >= 0xfc) {
    key += `,${from.number()}`;
    for (const zero of from.bytes(ZEROS[key] ?? 0)) key += `,${zero}`;
  }
  const name = NAMES.get(key);
  if (!name) throw new Error(`The instruction ${key} has no name.`);
  const words = [name];
  if (key === CONSTANT) words.push('i32x4', from.word(), from.word(), from.word(), from.word());
  if (key === SHUFFLE) words.push(from.bytes(16).join(' '));
  if (MEMORY.has(key)) {
    from.unsigned();
    const offset = from.unsigned();
    if (offset > 0) words.push(`offset=${offset}`);
  }
  if (LANE.has(key)) words.push(`${from.byte()}`);
  return words.join(' ');
}

function listed(word: string, types: readonly string[]): string {
  return types.length > 0 ? ` (${word} ${types.join(' ')})` : '';
}

function textOfFunction({ name, type, locals, code, calls }: WasmFunction): string {
  const lines = [`(func $${name}${listed('param', type.parameters)}${listed('result', type.results)}${listed('local', locals)}`];
  const from = new Reader(code, calls);
  let depth = 1;
  while (!from.done) {
    const line = instruction(from);
    if (line === 'end' || line === 'else') depth--;
    lines.push(`${'  '.repeat(depth)}${line}`);
    if (/^(block|loop|if|else)/.test(line)) depth++;
  }
  return `${lines.join('\n')})`;
}

/** Functions in the manner of the text format of WebAssembly, an instruction a line; those of vectors under names of our own. */
export function textOf(functions: readonly WasmFunction[]): string {
  return `${functions.map(textOfFunction).join('\n\n')}\n`;
}
