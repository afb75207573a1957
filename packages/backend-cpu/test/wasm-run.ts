import { arrayOf, bytesOf, type Kernel, type TypedArray } from '@tapegrad/core';
import { WebAssembly } from '../src/wasm/host.js';
import { hostFunctions, importsOf } from '../src/wasm/imports.js';
import { PANELS } from '../src/wasm/memory.js';
import { HOST, moduleBytes } from '../src/wasm/module.js';
import { printKernel } from '../src/wasm/print.js';

/** Runs a kernel as WebAssembly, on copies of the arrays in a memory of its own. */
export function runWasm(kernel: Kernel, arrays: readonly TypedArray[]): TypedArray[] {
  const bytes = arrays.reduce((sum, array) => sum + array.byteLength + 128, PANELS.address + PANELS.bytes);
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65536) });
  const printed = printKernel(kernel, 'keep');
  const imports = importsOf(new Set(printed.calls.map(({ name }) => name)));
  const module = new WebAssembly.Module(moduleBytes(imports, [{ ...printed, name: 'kernel', exported: true }]));
  const instance = new WebAssembly.Instance(module, { [HOST]: { ...hostFunctions, memory } });
  let end = PANELS.address + PANELS.bytes;
  const views = kernel.buffers.map(({ dtype }, i) => {
    const view = arrayOf(dtype, memory.buffer, end, arrays[i]!.length);
    end += Math.ceil((view.length * bytesOf(dtype) + 1) / 64) * 64;
    view.set(arrays[i]!);
    return view;
  });
  instance.exports.kernel!(...views.map((view) => view.byteOffset));
  return views;
}
