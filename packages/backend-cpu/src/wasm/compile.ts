import { type Instruction, type Kernel, type Linkable, linkOther, type Tape, type TypedArray } from '@tapegrad/core';
import { inlineFunctions } from '../functions/inline.js';
import { driverOf, OTHER, RUN } from './driver.js';
import { type WasmMemory, type WasmModule, WebAssembly } from './host.js';
import { hostFunctions, importsOf } from './imports.js';
import { HOST, type ImportedFunction, moduleBytes, type WasmFunction } from './module.js';
import { type PrintedKernel, printKernel, type Subnormals } from './print.js';

/** The most printed kernels that are kept for programs to come. */
const KEPT = 4096;
const printed = new Map<string, PrintedKernel>();

/** Kernels with equal names are equal. A fill knows how long its buffer is. */
function keyOf({ key, body, buffers }: Kernel): string {
  const filled = body.flatMap((statement) => (statement.kind === 'fill' ? [buffers[statement.buffer]!.length] : []));
  return `${filled.join()}\n${key}`;
}

function print(kernel: Kernel, key: string, subnormals: Subnormals): PrintedKernel {
  let known = printed.get(key);
  if (!known) {
    known = printKernel(inlineFunctions(kernel), subnormals);
    if (printed.size >= KEPT) printed.delete(printed.keys().next().value!);
    printed.set(key, known);
  }
  return known;
}

/** A tape as one module over the memory of its session: a function for each distinct kernel, and a driver. */
export function compileTapeToWasm(
  tape: Tape,
  views: readonly TypedArray[],
  memory: WasmMemory,
  subnormals: Subnormals,
): Linkable | Promise<Linkable> {
  const names = new Map<string, string>();
  const functions: WasmFunction[] = [];
  const nameOf = (instruction: Instruction): string => {
    if (instruction.kind !== 'kernel') throw new Error(`A ${instruction.kind} has no function.`);
    const key = `${subnormals} ${keyOf(instruction.kernel)}`;
    let name = names.get(key);
    if (name === undefined) {
      name = `k${names.size}`;
      names.set(key, name);
      functions.push({ ...print(instruction.kernel, key, subnormals), name, exported: true });
    }
    return name;
  };
  const driver = driverOf(tape.instructions, nameOf, views);
  const all = [...functions, driver];
  const called = new Set(all.flatMap(({ calls }) => calls.map(({ name }) => name)));
  const other: ImportedFunction = { name: OTHER, type: { parameters: ['i32'], results: [] } };
  const imports = [...importsOf([...called].filter((name) => name in hostFunctions)), ...(called.has(OTHER) ? [other] : [])];
  const module = compile(moduleBytes(imports, all));
  const link = (ready: WasmModule): Linkable => linkable(tape, ready, nameOf, memory);
  return module instanceof Promise ? module.then(link) : link(module);
}

/** In a page's main thread, a module that is not small must be compiled without waiting. */
function compile(bytes: Uint8Array): WasmModule | Promise<WasmModule> {
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    if (error instanceof RangeError) return WebAssembly.compile(bytes);
    throw error;
  }
}

function linkable(tape: Tape, module: WasmModule, nameOf: (instruction: Instruction) => string, memory: WasmMemory): Linkable {
  let steps: readonly (() => void)[] = [];
  const functions = { ...hostFunctions, memory, [OTHER]: (i: number) => steps[i]!() };
  const { exports } = new WebAssembly.Instance(module, { [HOST]: functions });
  const scratch = tape.slots.find(({ place }) => place.kind === 'scratch');
  return {
    source: '',
    link: (views) => {
      steps = tape.instructions.map((instruction) => {
        if (instruction.kind !== 'kernel') return linkOther('wasm', instruction, views);
        const run = exports[nameOf(instruction)]!;
        const addresses = instruction.slots.map(({ id }) => views[id]!.byteOffset);
        return () => run(...addresses);
      });
      const run = exports[RUN]!;
      const base = scratch?.place.kind === 'scratch' ? views[scratch.id]!.byteOffset - scratch.place.offset : 0;
      return { steps, run: () => run(base) };
    },
  };
}
