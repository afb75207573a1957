import { DTYPES, LANES, place, prepare } from '@tapegrad/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inlineFunctions } from '../../packages/backend-cpu/src/functions/inline.js';
import { divide } from '../../packages/backend-cpu/src/wasm/threads/division.js';
import { runWasm } from '../../packages/backend-cpu/test/wasm-run.js';
import { ALL_OPS, randomLoop } from './random-loop.js';

const WILD = [
  ...[-4, -3, -2, -1, 0, 1, 2, 3, 4, 5, -0, NaN, Infinity, -Infinity, 0.5, -2.5, 0.1, -0.7, 1.5],
  ...[2 ** 31, -(2 ** 31), 2 ** 32 - 1, 1e300, 1e-300, 1e-40, 7e8],
];

function same(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return Array.from(a).every((value, i) => Object.is(value, b[i]));
}

describe('random loops as WebAssembly', () => {
  it('compute the same bits as interpreted, with every op of every dtype', () => {
    fc.assert(
      fc.property(fc.integer(), fc.boolean(), fc.constantFrom(1 as const, LANES), (seed, wideSums, lanes) => {
        const random = randomLoop(seed, { dtypes: DTYPES, ops: ALL_OPS, values: WILD });
        const kernel = inlineFunctions(place(random.nest, random.buffers, { wideSums, lanes }));
        const expected = random.arrays();
        prepare(kernel)(expected);
        runWasm(kernel, random.arrays()).forEach((array, i) => {
          if (!same(array, expected[i]!)) expect.fail(`${array} instead of ${expected[i]} in\n${kernel.key}`);
        });
      }),
      { numRuns: 700 },
    );
  });

  it('compute the same bits where threads do their parts, in any order', () => {
    let divided = 0;
    const lanes = fc.constantFrom(1 as const, LANES);
    const order = fc.constantFrom([0, 1], [1, 0], [2, 0, 1], [4, 7, 1, 0, 6, 2, 5, 3]);
    fc.assert(
      fc.property(fc.integer(), lanes, order, (seed, width, threads) => {
        const random = randomLoop(seed, { dtypes: DTYPES, ops: ALL_OPS, values: WILD });
        const kernel = inlineFunctions(place(random.nest, random.buffers, { wideSums: false, lanes: width, tile: [4, 8] }));
        const division = divide(kernel, threads.length);
        if (!division) return;
        divided++;
        const expected = runWasm(kernel, random.arrays());
        runWasm(kernel, random.arrays(), { division, order: threads }).forEach((array, i) => {
          if (!same(array, expected[i]!)) expect.fail(`${array} instead of ${expected[i]} in\n${kernel.key}`);
        });
      }),
      { numRuns: 400, examples: [[1949962125, 1, [2, 0, 1]]] },
    );
    expect(divided).toBeGreaterThan(200);
  });
});
