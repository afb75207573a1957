import { joined, nameBytes, padded, unsigned, vector } from './bytes.js';
import { type Call, VALUE_TYPES, type ValueType } from './code.js';

export interface FunctionType {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** A function by its name, under which others call it. */
export interface WasmFunction {
  readonly name: string;
  readonly type: FunctionType;
  /** Types of the locals after the parameters. */
  readonly locals: readonly ValueType[];
  readonly code: readonly number[];
  readonly calls: readonly Call[];
  readonly exported: boolean;
}

/** A function of the host, which is asked for under its name. */
export interface ImportedFunction {
  readonly name: string;
  readonly type: FunctionType;
}

/** The one module that all imports are asked of. */
export const HOST = 'host';
const MAGIC = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const END = 0x0b;

/**
 * The bytes of a module of these functions over an imported memory:
 * https://webassembly.github.io/spec/core/binary/modules.html
 */
export function moduleBytes(imports: readonly ImportedFunction[], functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = new TypeTable();
  const numbers = new Map([...imports, ...functions].map(({ name }, i) => [name, i]));
  const imported = [
    ...imports.map(({ name, type }) => [...nameBytes(HOST), ...nameBytes(name), 0, ...unsigned(types.numberOf(type))]),
    [...nameBytes(HOST), ...nameBytes('memory'), 2, 0, 0],
  ];
  const declared = functions.map(({ type }) => unsigned(types.numberOf(type)));
  const exported = functions.filter((one) => one.exported);
  const exports = exported.map(({ name }) => [...nameBytes(name), 0, ...unsigned(numbers.get(name)!)]);
  const bodies = functions.map((one) => bodyOf(one, numbers));
  return Uint8Array.from(
    joined([
      MAGIC,
      section(1, vector(types.entries)),
      section(2, vector(imported)),
      section(3, vector(declared)),
      section(7, vector(exports)),
      section(10, vector(bodies)),
    ]),
  );
}

function section(id: number, content: readonly number[]): number[] {
  return joined([[id], unsigned(content.length), content]);
}

function bodyOf({ locals, code, calls }: WasmFunction, numbers: ReadonlyMap<string, number>): number[] {
  const linked = [...code];
  for (const { at, name } of calls) {
    const number = numbers.get(name);
    if (number === undefined) throw new Error(`No function '${name}' in the module.`);
    padded(number).forEach((byte, i) => {
      linked[at + i] = byte;
    });
  }
  const body = joined([vector(runsOf(locals)), linked, [END]]);
  return joined([unsigned(body.length), body]);
}

/** Neighbouring locals of one type are declared together. */
function runsOf(locals: readonly ValueType[]): number[][] {
  const runs: { count: number; readonly type: ValueType }[] = [];
  for (const type of locals) {
    const last = runs.at(-1);
    if (last?.type === type) last.count++;
    else runs.push({ count: 1, type });
  }
  return runs.map(({ count, type }) => [...unsigned(count), VALUE_TYPES[type]]);
}

class TypeTable {
  readonly entries: number[][] = [];
  readonly #numbers = new Map<string, number>();

  numberOf({ parameters, results }: FunctionType): number {
    const key = `${parameters.join()}:${results.join()}`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.entries.length;
      this.#numbers.set(key, number);
      const codes = (types: readonly ValueType[]): number[][] => types.map((type) => [VALUE_TYPES[type]]);
      this.entries.push([0x60, ...vector(codes(parameters)), ...vector(codes(results))]);
    }
    return number;
  }
}
