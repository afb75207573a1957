import { Builder, type Kernel, LANES, nestOf, place } from '@tapegrad/core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { inlineFunctions } from '../src/functions/inline.js';
import { loadFloat64 } from '../src/functions/library.js';
import { runWasm } from './wasm-run.js';

type Float = 'float32' | 'float64';

const COUNT = 64;

/** A kernel of remainders, element by element. */
function remainders(dtype: Float, lanes: 1 | typeof LANES): Kernel {
  const builder = new Builder();
  const access = ['read', 'read', 'write'] as const;
  const loop = {
    axes: [{ key: `p0x${COUNT}`, extent: COUNT }],
    order: [0],
    ordered: new Set<string>(),
    stores: ([at]: Parameters<Parameters<typeof nestOf>[0]['stores']>[0]) => {
      const value = builder.scalar('rem', [builder.load(0, dtype, at!), builder.load(1, dtype, at!)]);
      return [{ buffer: 2, address: at!, value, accumulate: false }];
    },
    tile: new Map(),
  };
  const buffers = access.map((one) => ({ dtype, length: COUNT, access: one }));
  return inlineFunctions(place(nestOf(loop), buffers, { wideSums: false, lanes }));
}

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const arrays = { float32: Float32Array, float64: Float64Array } as const;
const typed = (dtype: Float, values: readonly number[]): Float32Array | Float64Array => new arrays[dtype](values);

/** Numbers of all bit patterns, and of those at the edges, as often: least, greatest, whole, in the same binade. */
function floats(dtype: Float): fc.Arbitrary<number> {
  const edges =
    dtype === 'float32'
      ? [0, -0, 1, 3, 1e-45, 1.1754942e-38, 1.1754943508222875e-38, 3.4028234663852886e38, 16777215, 2 ** 29, Infinity, NaN]
      : [0, -0, 1, 3, 5e-324, 2.225073858507201e-308, 2.2250738585072014e-308, Number.MAX_VALUE, 2 ** 53, Infinity, NaN];
  const pattern = fc.tuple(word, word).map((words) => new arrays[dtype](Int32Array.from(words).buffer)[0]!);
  const middling = fc.integer({ min: -1000, max: 1000 }).map((n) => n / 8);
  return fc.oneof(pattern, middling, fc.constantFrom(...edges, ...edges.map((x) => -x)));
}

beforeAll(loadFloat64);

describe.each(['float32', 'float64'] as const)('remainders of %s', (dtype) => {
  it.each([1, LANES] as const)('are exact, %i at a time', (lanes) => {
    const kernel = remainders(dtype, lanes);
    const pairs = fc.array(fc.tuple(floats(dtype), floats(dtype)), { minLength: COUNT, maxLength: COUNT });
    fc.assert(
      fc.property(pairs, (list) => {
        const x = typed(
          dtype,
          list.map(([a]) => a),
        );
        const y = typed(
          dtype,
          list.map(([, b]) => b),
        );
        const result = runWasm(kernel, [x, y, new arrays[dtype](COUNT)])[2]!;
        expect(result).toEqual(x.map((a, i) => a % y[i]!));
      }),
    );
  });
});
