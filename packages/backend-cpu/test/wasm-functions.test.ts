import { Builder, type Index, type Kernel, LANES, nestOf, place, scalarFunction } from '@tapegrad/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { float32 } from '../src/functions/float32/functions.js';
import { float64 } from '../src/functions/float64/functions.js';
import { inlineFunctions } from '../src/functions/inline.js';
import { loadFloat64 } from '../src/functions/library.js';
import { allowRelaxed, runWasm } from './wasm-run.js';

type Op = Parameters<Builder['scalar']>[0];
type Float = 'float32' | 'float64';

/** A kernel that applies an op to the elements of its first buffers. */
function kernelOf(op: Op, inputs: number, length: number, lanes: 1 | typeof LANES, dtype: Float): Kernel {
  const builder = new Builder();
  const axes = [{ key: `p0x${length}`, extent: length }];
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

const bits = { float32: new Int32Array(1), float64: new BigInt64Array(1) } as const;
const floats = { float32: new Float32Array(bits.float32.buffer), float64: new Float64Array(bits.float64.buffer) } as const;

/** Distance in units in the last place: how many floats lie between two. */
function ulps(a: number, b: number, dtype: Float): number {
  const order = (x: number): bigint => {
    floats[dtype][0] = x;
    const pattern = BigInt(bits[dtype][0]!);
    return pattern < 0n ? (dtype === 'float32' ? -(2n ** 31n) : -(2n ** 63n)) - pattern : pattern;
  };
  const distance = Number(order(a) - order(b));
  return Math.abs(distance);
}

/** Floats over the whole range: patterns evenly spread, near whole numbers and near multiples of π/2, and all that is special. */
function samples(count: number, dtype: Float): number[] {
  const patterns = Int32Array.from({ length: count }, (_, i) => Math.floor((i * 2 ** 32) / count) | 0);
  const words = Int32Array.from({ length: 2 * count }, (_, i) => (i % 2 ? patterns[i >> 1]! : Math.imul(i, 0x9e3779b1)));
  const spread = dtype === 'float32' ? [...new Float32Array(patterns.buffer)] : [...new Float64Array(words.buffer)];
  const near = Array.from({ length: count }, (_, i) => (i - count / 2) * 0.0137);
  const turns = Array.from({ length: count / 4 }, (_, i) => i * i * (Math.PI / 2));
  const one = Array.from({ length: 2000 }, (_, i) => 1 + ((i - 1000) / 1000) ** 5);
  const special = [0, -0, 1, -1, 0.5, -0.5, Infinity, -Infinity, NaN, 1e5, -1e5, 1.1754943508222875e-38, 1e-45, 88.72, -103.9];
  const edges =
    dtype === 'float32' ? [] : [5e-324, -5e-324, 2.2250738585072014e-308, 709.79, 710.48, -745.2, 1e-310, 1e308, -1e308];
  return [...spread, ...near, ...turns, ...one, ...special, ...edges];
}

/** How far results may be from the rounded ones of the host, which in float64 are not the nearest either. */
const ALLOWED: { readonly [T in Float]: Readonly<Record<string, number>> & { readonly most: number } } = {
  float32: {
    most: 2,
    exp: 1,
    exp2: 1,
    log: 1,
    log10: 1,
    pow: 3,
    rem: 0,
    tanh: 3,
    sinh: 3,
    asinh: 3,
    acosh: 3,
    atanh: 3,
    tan: 4,
    erf: 4,
    erfc: 4,
  },
  float64: { most: 3, rem: 0, erfc: 5 },
};

type Floats = Float32Array | Float64Array;
const typed = (dtype: Float, values: readonly number[]): Floats =>
  dtype === 'float32' ? Float32Array.from(values) : Float64Array.from(values);

/** The worst of the results. A result below the least normal number may be off by the spacing there. */
function worst(op: Op, got: Floats, args: readonly Floats[]): { readonly ulp: number; readonly at: string } {
  const dtype = got instanceof Float32Array ? 'float32' : 'float64';
  const f = scalarFunction(op, 'float64', ['float64', 'float64']);
  let ulp = 0;
  let at = '';
  for (let i = 0; i < got.length; i++) {
    const given = args.map((arg) => arg[i]!);
    const exact = f(...given);
    const want = dtype === 'float32' ? Math.fround(exact) : exact;
    const apart = Number.isFinite(want) !== Number.isFinite(got[i]!) || Object.is(want, -0) !== Object.is(got[i], -0);
    const off = Object.is(got[i], want) ? 0 : apart ? Infinity : ulps(got[i]!, want, dtype);
    if (!(off <= ulp)) {
      ulp = off;
      at = `${op}(${given.join(', ')}) is ${got[i]}, not ${want}`;
    }
  }
  return { ulp, at };
}

const EXPONENTS = [0, -0, 1, -1, 2, 3, -3, 0.5, -0.5, 1 / 3, 2.5, 17, 1e9, -1e30, Infinity, -Infinity, NaN, 1e-9, 16777217];
const BINARY: ReadonlySet<string> = new Set(['pow', 'atan2', 'hypot', 'rem']);

const FUNCTIONS = { float32, float64 };

beforeAll(allowRelaxed);
beforeAll(loadFloat64);

describe.each(['float32', 'float64'] as const)('functions of %s', (dtype) => {
  const x = typed(dtype, samples(dtype === 'float32' ? 40000 : 20000, dtype));
  const second = Array.from(x, (_, i) => (i % 3 ? EXPONENTS[i % EXPONENTS.length]! : 80 * Math.sin(i)));
  const columns = [x, typed(dtype, second)];

  it.each(Object.keys(FUNCTIONS[dtype]) as Op[])('%s is accurate over its whole range, in lanes, relaxed and alone', (op) => {
    const args = BINARY.has(op) ? columns : [x];
    const computed = (lanes: 1 | typeof LANES, relaxed: boolean): Floats => {
      const arrays = [...args, typed(dtype, new Array(x.length).fill(0))];
      return runWasm(kernelOf(op, args.length, x.length, lanes, dtype), arrays, null, relaxed)[args.length] as Floats;
    };
    const inLanes = computed(LANES, false);
    for (const result of [inLanes, computed(LANES, true)]) {
      const { ulp, at } = worst(op, result, args);
      expect(ulp, at).toBeLessThanOrEqual(ALLOWED[dtype][op] ?? ALLOWED[dtype].most);
    }
    const alone = computed(1, false);
    expect(inLanes.findIndex((value, i) => !Object.is(value, alone[i]))).toBe(-1);
  });
});

describe('functions of float32', () => {
  const results = (op: Op, columns: readonly (readonly number[])[]): number[] => {
    const { length } = columns[0]!;
    const arrays = [...columns, new Array<number>(length).fill(0)].map((values) => typed('float32', values));
    return Array.from(runWasm(kernelOf(op, columns.length, length, LANES, 'float32'), arrays)[columns.length]!);
  };

  it('give whole powers of whole numbers exactly', () => {
    const pairs = Array.from({ length: 201 * 33 }, (_, i) => [(i % 201) - 100, Math.floor(i / 201) - 8] as const);
    const exact = pairs.filter(([x, y]) => Number.isFinite(x ** y) && Math.fround(x ** y) === x ** y);
    expect(exact.length).toBeGreaterThan(1000);
    expect(results('pow', [exact.map(([x]) => x), exact.map(([, y]) => y)])).toEqual(exact.map(([x, y]) => x ** y));
  });

  it('give logarithms of powers of ten exactly', () => {
    const exponents = Array.from({ length: 76 }, (_, i) => i - 37);
    expect(results('log10', [exponents.map((n) => 10 ** n)])).toEqual(exponents);
  });
});
