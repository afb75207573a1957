import { arrayOf, DTYPES, type Kernel, LANES, place, prepare, type TypedArray } from '@tapegrad/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importsFor, library } from '../../packages/backend-cpu/src/js/library.js';
import { printKernel } from '../../packages/backend-cpu/src/js/print.js';
import { ALL_OPS, EXACT_OPS, type RandomLoop, randomLoop } from './random-loop.js';
import { runReference } from './reference.js';

const SMALL = [-4, -3, -2, -1, 0, 1, 2, 3, 4, 5];
const WILD = [
  ...SMALL,
  -0,
  NaN,
  Infinity,
  -Infinity,
  0.5,
  -2.5,
  0.1,
  -0.7,
  1.5,
  2 ** 31,
  -(2 ** 31),
  2 ** 32 - 1,
  1e300,
  1e-300,
  1e-40,
  7e8,
];

/** Memory for the panels of a kernel. */
function panelsOf({ panels }: Kernel): TypedArray[] {
  return panels.map(({ dtype, length }) => arrayOf(dtype, length));
}

function same(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return Array.from(a).every((value, i) => Object.is(value, b[i]));
}

describe('random loops', () => {
  it('compute, placed and interpreted, what their expressions say', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = randomLoop(seed, {
          dtypes: ['float64', 'int32', 'bool'],
          ops: EXACT_OPS,
          values: SMALL,
        });
        const expected = random.arrays();
        runReference(random.nest, expected);
        for (const options of [
          { wideSums: false },
          { wideSums: true },
          { wideSums: false, lanes: LANES },
          { wideSums: true, lanes: LANES },
        ] as const) {
          const kernel = place(random.nest, random.buffers, options);
          const got = random.arrays();
          prepare(kernel)(got);
          got.forEach((array, i) => {
            if (
              !same(
                array.map((x) => x + 0),
                expected[i]!.map((x) => x + 0),
              )
            )
              expect.fail(`${array} instead of ${expected[i]} in\n${kernel.key}`);
          });
        }
      }),
      { numRuns: 150 },
    );
  });

  it('compute the same bits printed as JavaScript and interpreted, with every op of every dtype', () => {
    fc.assert(
      fc.property(fc.integer(), fc.boolean(), (seed, wideSums) => {
        const random: RandomLoop = randomLoop(seed, {
          dtypes: DTYPES,
          ops: ALL_OPS,
          values: WILD,
        });
        const kernel = place(random.nest, random.buffers, { wideSums });
        const expected = random.arrays();
        prepare(kernel)(expected);
        const source = printKernel(kernel);
        const got = random.arrays();
        new Function('library', `'use strict';\n${importsFor(source)}return ${source};`)(library)(...got, ...panelsOf(kernel));
        got.forEach((array, i) => {
          if (!same(array, expected[i]!)) expect.fail(`${array} instead of ${expected[i]} in\n${source}\n${kernel.key}`);
        });
      }),
      { numRuns: 500 },
    );
  });
});
