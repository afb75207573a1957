import { arrayOf, bytesOf, DTYPES, type Kernel, LANES, place, prepare, type TypedArray } from '@tapegrad/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WebAssembly } from '../../packages/backend-cpu/src/wasm/host.js';
import { hostFunctions, importsOf } from '../../packages/backend-cpu/src/wasm/imports.js';
import { HOST, moduleBytes } from '../../packages/backend-cpu/src/wasm/module.js';
import { printKernel } from '../../packages/backend-cpu/src/wasm/print.js';
import { ALL_OPS, randomLoop } from './random-loop.js';

const WILD = [
  ...[-4, -3, -2, -1, 0, 1, 2, 3, 4, 5, -0, NaN, Infinity, -Infinity, 0.5, -2.5, 0.1, -0.7, 1.5],
  ...[2 ** 31, -(2 ** 31), 2 ** 32 - 1, 1e300, 1e-300, 1e-40, 7e8],
];

/** Runs a kernel as WebAssembly, on copies of the arrays in a memory of its own. */
function runWasm(kernel: Kernel, arrays: readonly TypedArray[]): TypedArray[] {
  const memory = new WebAssembly.Memory({ initial: 2 });
  const printed = printKernel(kernel);
  const imports = importsOf(new Set(printed.calls.map(({ name }) => name)));
  const bytes = moduleBytes(imports, [{ ...printed, name: 'kernel', exported: true }]);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { [HOST]: { ...hostFunctions, memory } });
  let end = 64;
  const views = kernel.buffers.map(({ dtype }, i) => {
    const view = arrayOf(dtype, memory.buffer, end, arrays[i]!.length);
    end += Math.ceil((view.length * bytesOf(dtype) + 1) / 64) * 64;
    view.set(arrays[i]!);
    return view;
  });
  instance.exports.kernel!(...views.map((view) => view.byteOffset));
  return views;
}

function same(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return Array.from(a).every((value, i) => Object.is(value, b[i]));
}

describe('random loops as WebAssembly', () => {
  it('compute the same bits as interpreted, with every op of every dtype', () => {
    fc.assert(
      fc.property(fc.integer(), fc.boolean(), fc.constantFrom(1 as const, LANES), (seed, wideSums, lanes) => {
        const random = randomLoop(seed, { dtypes: DTYPES, ops: ALL_OPS, values: WILD });
        const kernel = place(random.loop, random.buffers, { wideSums, lanes });
        const expected = random.arrays();
        prepare(kernel)(expected);
        runWasm(kernel, random.arrays()).forEach((array, i) => {
          if (!same(array, expected[i]!)) expect.fail(`${array} instead of ${expected[i]} in\n${kernel.key}`);
        });
      }),
      { numRuns: 1200 },
    );
  });
});
