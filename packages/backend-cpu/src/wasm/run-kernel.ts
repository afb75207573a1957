import { arrayOf, bytesOf, type Kernel, type KernelRunner, prepare, type TypedArray } from '@tapegrad/core';
import { type WasmMemory, type WasmModule, WebAssembly } from './host.js';
import { functionsOf, importsOf } from './imports.js';
import { PAGE, PANELS } from './memory.js';
import { HOST, moduleBytes } from './module.js';
import { printKernel } from './print.js';

const ALIGNMENT = 64;
/** Above the panels of kernels. */
const FIRST = PANELS.address + PANELS.bytes;
/** Memory of up to so many pages, 16 MiB, is kept for kernels to come. */
const KEPT = 256;

let kept: { readonly memory: WasmMemory; readonly pages: number } | null = null;

interface Compiled {
  readonly module: WasmModule;
  /** What it asks of the host. */
  readonly calls: ReadonlySet<string>;
}

const compiled = new WeakMap<Kernel, Compiled>();

/**
 * A kernel as a function of its buffers, with the bits of the interpreter: as WebAssembly on copies of them, which asks the host for every
 * function of `Math`. Interpreted where the host wants a module of its size to be compiled without waiting.
 */
export function runnerOf(kernel: Kernel): KernelRunner {
  try {
    const { module, calls } = compile(kernel);
    return (arrays) => runOnCopies(kernel, module, calls, arrays);
  } catch (error) {
    if (error instanceof RangeError) return prepare(kernel);
    throw error;
  }
}

function compile(kernel: Kernel): Compiled {
  let known = compiled.get(kernel);
  if (!known) {
    const printed = printKernel(kernel, { subnormals: 'keep', relaxed: false });
    const calls = new Set(printed.calls.map(({ name }) => name));
    const bytes = moduleBytes(importsOf(calls), [{ ...printed, name: 'kernel', exported: true }]);
    known = { module: new WebAssembly.Module(bytes), calls };
    compiled.set(kernel, known);
  }
  return known;
}

function runOnCopies({ buffers }: Kernel, module: WasmModule, calls: ReadonlySet<string>, arrays: readonly TypedArray[]): void {
  let end = FIRST;
  const addresses = buffers.map(({ dtype, length }) => {
    const address = end;
    end += Math.ceil((length * bytesOf(dtype)) / ALIGNMENT) * ALIGNMENT;
    return address;
  });
  const memory = memoryOf(Math.ceil(end / PAGE));
  const { exports } = new WebAssembly.Instance(module, { [HOST]: { ...functionsOf(calls), memory } });
  const views = buffers.map(({ dtype, length }, i) => arrayOf(dtype, memory.buffer, addresses[i], length));
  views.forEach((view, i) => void view.set(arrays[i]!));
  exports.kernel!(...addresses);
  buffers.forEach(({ access }, i) => {
    if (access !== 'read') arrays[i]!.set(views[i]!);
  });
}

function memoryOf(pages: number): WasmMemory {
  if (kept && kept.pages >= pages) return kept.memory;
  const memory = new WebAssembly.Memory({ initial: pages });
  if (pages <= KEPT) kept = { memory, pages };
  return memory;
}
