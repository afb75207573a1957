import { setFlagsFromString } from 'node:v8';
import { arrayOf, bytesOf, type Kernel, type TypedArray } from '@tapegrad/core';
import { WebAssembly } from '../src/wasm/host.js';
import { hostFunctions, importsOf } from '../src/wasm/imports.js';
import { PANELS } from '../src/wasm/memory.js';
import { HOST, moduleBytes } from '../src/wasm/module.js';
import { printKernel } from '../src/wasm/print.js';
import { requireRelaxed } from '../src/wasm/relaxed.js';
import type { Division } from '../src/wasm/threads/division.js';

/** A kernel in parts, and the order in which they are done. */
export interface Divided {
  readonly division: Division;
  readonly order: readonly number[];
}

const THREADS = 2;

/** Lets this process know relaxed SIMD: Node 20 must be told. */
export function allowRelaxed(): void {
  try {
    requireRelaxed();
  } catch {
    setFlagsFromString('--experimental-wasm-relaxed-simd');
  }
}

/** Runs a kernel as WebAssembly, on copies of the arrays in a memory of its own: at once, or one part after the other. */
export function runWasm(
  kernel: Kernel,
  arrays: readonly TypedArray[],
  divided: Divided | null = null,
  relaxed = false,
): TypedArray[] {
  const first = PANELS.address + PANELS.bytes * THREADS;
  const bytes = arrays.reduce((sum, array) => sum + array.byteLength + 128, first);
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65536) });
  const printed = printKernel(kernel, { subnormals: 'keep', relaxed }, divided?.division);
  const imports = importsOf(new Set(printed.calls.map(({ name }) => name)));
  const module = new WebAssembly.Module(moduleBytes(imports, [{ ...printed, name: 'kernel', exported: true }]));
  const instance = new WebAssembly.Instance(module, { [HOST]: { ...hostFunctions, memory } });
  let end = first;
  const views = kernel.buffers.map(({ dtype }, i) => {
    const view = arrayOf(dtype, memory.buffer, end, arrays[i]!.length);
    end += Math.ceil((view.length * bytesOf(dtype) + 1) / 64) * 64;
    view.set(arrays[i]!);
    return view;
  });
  const addresses = views.map((view) => view.byteOffset);
  if (!divided) instance.exports.kernel!(...addresses);
  else {
    for (const { buffer } of divided.division.before) views[buffer]!.fill(0);
    for (const part of divided.order) instance.exports.kernel!(...addresses, part, divided.order.length, part % THREADS);
  }
  return views;
}
