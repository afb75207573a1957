import { Builder, type DType, type Index, type Kernel, LANES, nestOf, place, scalarFunction } from '@tapegrad/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { FUNCTIONS, inlineFunctions } from '../src/functions/inline.js';
import { allowRelaxed, runWasm } from './wasm-run.js';

type Op = Parameters<Builder['scalar']>[0];

/** A kernel that applies an op to the elements of its first buffers. */
function kernelOf(op: Op, inputs: number, length: number, lanes: 1 | typeof LANES): Kernel {
  const builder = new Builder();
  const axes = [{ key: `p0x${length}`, extent: length }];
  const dtype: DType = 'float32';
  const buffers = Array.from(
    { length: inputs + 1 },
    (_, i) => ({ dtype, length, access: i < inputs ? 'read' : 'write' }) as const,
  );
  const stores = ([at]: readonly Index[]) => {
    const args = Array.from({ length: inputs }, (_, i) => builder.load(i, dtype, at!));
    return [{ buffer: inputs, address: at!, value: builder.scalar(op, args), accumulate: false }];
  };
  const loop = { axes, order: [0], ordered: new Set<string>(), stores, tile: new Map() };
  return inlineFunctions(place(nestOf(loop), buffers, { wideSums: false, lanes }));
}

const bits = new Int32Array(1);
const floats = new Float32Array(bits.buffer);

/** Distance in units in the last place: how many float32 lie between two. */
function ulps(a: number, b: number): number {
  const order = (x: number): number => {
    floats[0] = x;
    return bits[0]! < 0 ? -(bits[0]! & 0x7fffffff) : bits[0]!;
  };
  return Math.abs(order(a) - order(b));
}

/** float32 over the whole range: patterns evenly spread, near whole numbers and near multiples of π/2, and all that is special. */
function samples(count: number): Float32Array {
  const patterns = Int32Array.from({ length: count }, (_, i) => Math.floor((i * 2 ** 32) / count) | 0);
  const spread = [...new Float32Array(patterns.buffer)];
  const near = Array.from({ length: count }, (_, i) => (i - count / 2) * 0.0137);
  const turns = Array.from({ length: count / 4 }, (_, i) => i * i * (Math.PI / 2));
  const one = Array.from({ length: 2000 }, (_, i) => 1 + ((i - 1000) / 1000) ** 5);
  const special = [0, -0, 1, -1, 0.5, -0.5, Infinity, -Infinity, NaN, 1e5, -1e5, 1.1754943508222875e-38, 1e-45, 88.72, -103.9];
  return Float32Array.from([...spread, ...near, ...turns, ...one, ...special]);
}

const ALLOWED: Readonly<Record<string, number>> = {
  exp: 1,
  log: 1,
  log2: 2,
  log1p: 2,
  expm1: 2,
  exp2: 1,
  tanh: 3,
  sin: 2,
  cos: 2,
  tan: 4,
  pow: 1,
  erf: 4,
  erfc: 4,
};
const x = samples(40000);
const wide = (op: Op): ((...args: number[]) => number) => scalarFunction(op, 'float64', ['float64', 'float64']);

/** The worst of the results. A result below the least normal number may be off by the spacing there. */
function worst(
  op: Op,
  got: ArrayLike<number>,
  args: readonly ArrayLike<number>[],
): { readonly ulp: number; readonly at: string } {
  const f = wide(op);
  let ulp = 0;
  let at = '';
  for (let i = 0; i < got.length; i++) {
    const given = args.map((arg) => arg[i]!);
    const want = Math.fround(f(...given));
    const apart = Number.isFinite(want) !== Number.isFinite(got[i]!) || Object.is(want, -0) !== Object.is(got[i], -0);
    const off = Object.is(got[i], want) ? 0 : apart ? Infinity : ulps(got[i]!, want);
    if (!(off <= ulp)) {
      ulp = off;
      at = `${op}(${given.join(', ')}) is ${got[i]}, not ${want}`;
    }
  }
  return { ulp, at };
}

beforeAll(allowRelaxed);

describe('functions of float32', () => {
  const unary = (Object.keys(FUNCTIONS.float32) as Op[]).filter((op) => op !== 'pow');

  it.each(unary)('%s is accurate over its whole range, in lanes, relaxed and alone', (op) => {
    const result = new Float32Array(x.length);
    const lanes = runWasm(kernelOf(op, 1, x.length, LANES), [x, result])[1]!;
    const { ulp, at } = worst(op, lanes, [x]);
    expect(ulp, at).toBeLessThanOrEqual(ALLOWED[op] ?? 1);
    const relaxed = worst(op, runWasm(kernelOf(op, 1, x.length, LANES), [x, result], null, true)[1]!, [x]);
    expect(relaxed.ulp, relaxed.at).toBeLessThanOrEqual(ALLOWED[op] ?? 1);
    const alone = runWasm(kernelOf(op, 1, x.length, 1), [x, result])[1]!;
    expect(
      Buffer.from(alone.buffer, alone.byteOffset, alone.byteLength).equals(
        Buffer.from(lanes.buffer, lanes.byteOffset, lanes.byteLength),
      ),
    ).toBe(true);
  });

  it('pow is accurate over its whole range', () => {
    const exponents = [0, -0, 1, -1, 2, 3, -3, 0.5, -0.5, 1 / 3, 2.5, 17, 1e9, -1e30, Infinity, -Infinity, NaN, 1e-9, 16777217];
    const y = Float32Array.from(x, (_, i) => (i % 3 ? exponents[i % exponents.length]! : 80 * Math.sin(i)));
    const got = runWasm(kernelOf('pow', 2, x.length, LANES), [x, y, new Float32Array(x.length)])[2]!;
    const { ulp, at } = worst('pow', got, [x, y]);
    expect(ulp, at).toBeLessThanOrEqual(1);
  });
});
