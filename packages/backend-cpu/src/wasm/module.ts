import { Bytes, nameBytes, padded, unsigned, vector } from './bytes.js';
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
  readonly code: Uint8Array;
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
/** Pages of 64 KiB in 4 GiB. */
export const MOST_PAGES = 65536;

/** Limits of the imported memory: at least no page; if shared, at most all there can be. */
const MEMORY = { own: [0, 0], shared: [3, 0, ...unsigned(MOST_PAGES)] } as const;

/**
 * The bytes of a module of these functions over an imported memory, which several threads share or one has:
 * https://webassembly.github.io/spec/core/binary/modules.html
 */
export function moduleBytes(
  imports: readonly ImportedFunction[],
  functions: readonly WasmFunction[],
  memory: keyof typeof MEMORY = 'own',
): Uint8Array<ArrayBuffer> {
  const types = new TypeTable();
  const numbers = new Map([...imports, ...functions].map(({ name }, i) => [name, i]));
  const imported = [
    ...imports.map(({ name, type }) => [...nameBytes(HOST), ...nameBytes(name), 0, ...unsigned(types.numberOf(type))]),
    [...nameBytes(HOST), ...nameBytes('memory'), 2, ...MEMORY[memory]],
  ];
  const declared = functions.map(({ type }) => unsigned(types.numberOf(type)));
  const exported = functions.filter((one) => one.exported);
  const exports = exported.map(({ name }) => [...nameBytes(name), 0, ...unsigned(numbers.get(name)!)]);
  const bodies = new Bytes();
  bodies.append(unsigned(functions.length));
  for (const one of functions) writeBody(bodies, one, numbers);
  const module = new Bytes();
  module.append(MAGIC);
  writeSection(module, 1, vector(types.entries));
  writeSection(module, 2, vector(imported));
  writeSection(module, 3, vector(declared));
  writeSection(module, 7, vector(exports));
  writeSection(module, 10, bodies.toArray());
  return module.toArray();
}

function writeSection(to: Bytes, id: number, content: ArrayLike<number>): void {
  to.push(id);
  to.append(unsigned(content.length));
  to.append(content);
}

function writeBody(to: Bytes, { locals, code, calls }: WasmFunction, numbers: ReadonlyMap<string, number>): void {
  const declarations = vector(runsOf(locals));
  to.append(unsigned(declarations.length + code.length + 1));
  to.append(declarations);
  const start = to.length;
  to.append(code);
  for (const { at, name } of calls) {
    const number = numbers.get(name);
    if (number === undefined) throw new Error(`No function '${name}' in the module.`);
    to.put(start + at, padded(number));
  }
  to.push(END);
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
