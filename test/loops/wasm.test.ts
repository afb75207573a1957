import { arrayOf, Builder, DTYPES, Index, LANES, nestOf, place, prepare } from '@tapegrad/core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { inlineFunctions } from '../../packages/backend-cpu/src/functions/inline.js';
import { loadFloat64 } from '../../packages/backend-cpu/src/functions/library.js';
import { divide } from '../../packages/backend-cpu/src/wasm/threads/division.js';
import { runWasm } from '../../packages/backend-cpu/test/wasm-run.js';
import { ALL_OPS, randomLoop } from './random-loop.js';

const WILD = [
  ...[-4, -3, -2, -1, 0, 1, 2, 3, 4, 5, -0, NaN, Infinity, -Infinity, 0.5, -2.5, 0.1, -0.7, 1.5],
  ...[2 ** 31, -(2 ** 31), 2 ** 32 - 1, 1e300, 1e-300, 1e-40, 7e8],
];

beforeAll(loadFloat64);

function same(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return Array.from(a).every((value, i) => Object.is(value, b[i]));
}

describe('reductions as WebAssembly', () => {
  const lengths = [4, 7, 8, 15, 16, 21, 31, 32, 45, 64, 1023, 1030, 4099];

  it.each(DTYPES.filter((dtype) => dtype !== 'bool'))(
    'compute the same bits as interpreted, of %s, in any number of partial results',
    (dtype) => {
      for (const length of lengths) {
        const b = new Builder();
        const axis = { key: 'r', extent: length };
        const x = b.load(0, dtype, Index.axis(axis));
        const bodies = [x, x.mul(b.index(Index.axis(axis), dtype))];
        const reductions = (['sum', 'product', 'max', 'min'] as const).flatMap((combine) =>
          bodies.map((body) => b.reduce(combine, [axis], body)),
        );
        for (const [i, value] of reductions.entries()) {
          const stores = () => [{ buffer: 1, address: Index.of(0), value, accumulate: false }];
          const nest = nestOf({ axes: [], order: [], ordered: new Set(), stores, tile: new Map() });
          const buffers = [
            { dtype, length, access: 'read' },
            { dtype, length: 1, access: 'write' },
          ] as const;
          const kernel = inlineFunctions(place(nest, buffers, { wideSums: false, lanes: LANES }));
          const arrays = () => [arrayOf(dtype, length).map((_, k) => WILD[(k * (i + 1)) % 11]! + 1.5), arrayOf(dtype, 1)];
          const expected = arrays();
          prepare(kernel)(expected);
          expect([length, i, ...runWasm(kernel, arrays())[1]!]).toEqual([length, i, ...expected[1]!]);
        }
      }
    },
  );
});

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
