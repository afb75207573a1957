import { describe, expect, test } from 'vitest';
import { DtypeError } from '../src/errors.js';
import {
  arrayOf,
  bytesOf,
  castValue,
  DTYPES,
  type DType,
  dtypeOfArray,
  exactIn,
  isFloat,
  isInteger,
  promote,
  widens,
} from '../src/tensor/dtype.js';

describe('arrays', () => {
  test.each([
    ['float32', Float32Array, 4],
    ['float64', Float64Array, 8],
    ['int32', Int32Array, 4],
    ['uint32', Uint32Array, 4],
    ['bool', Uint8Array, 1],
  ] as const)('%s', (dtype, Type, bytes) => {
    expect(bytesOf(dtype)).toBe(bytes);
    expect(arrayOf(dtype, 3)).toEqual(new Type(3));
    expect(dtypeOfArray(new Type(1))).toBe(dtype);
    const buffer = new ArrayBuffer(32);
    const view = arrayOf(dtype, buffer, 8, 2);
    expect([view.buffer, view.byteOffset, view.length]).toEqual([buffer, 8, 2]);
    expect(arrayOf(dtype, buffer).length).toBe(32 / bytes);
  });

  test('arrays that no dtype uses', () => {
    expect(dtypeOfArray(new Int16Array(1))).toBe(null);
    expect(dtypeOfArray(new Uint8ClampedArray(1))).toBe(null);
    expect(dtypeOfArray(new DataView(new ArrayBuffer(1)))).toBe(null);
  });

  test('kinds', () => {
    expect(DTYPES.filter(isFloat)).toEqual(['float32', 'float64']);
    expect(DTYPES.filter(isInteger)).toEqual(['int32', 'uint32']);
  });
});

describe('promotion', () => {
  const table: Record<DType, Record<DType, DType | null>> = {
    bool: { bool: 'bool', int32: 'int32', uint32: 'uint32', float32: 'float32', float64: 'float64' },
    int32: { bool: 'int32', int32: 'int32', uint32: null, float32: null, float64: 'float64' },
    uint32: { bool: 'uint32', int32: null, uint32: 'uint32', float32: null, float64: 'float64' },
    float32: { bool: 'float32', int32: null, uint32: null, float32: 'float32', float64: 'float64' },
    float64: { bool: 'float64', int32: 'float64', uint32: 'float64', float32: 'float64', float64: 'float64' },
  };
  test.each(DTYPES.flatMap((a) => DTYPES.map((b) => [a, b] as const)))('%s with %s', (a, b) => {
    const wanted = table[a][b];
    if (wanted !== null) {
      expect(promote(a, b, 'add')).toBe(wanted);
      expect(widens(a, wanted) && widens(b, wanted)).toBe(true);
    } else {
      expect(() => promote(a, b, 'add')).toThrow(DtypeError);
      expect(() => promote(a, b, 'add')).toThrow(
        `add: ${a} and ${b} do not mix: neither holds every value of the other. Use cast to choose one.`,
      );
    }
  });
});

test.each([
  [2.5, ['float32', 'float64']],
  [0.1, ['float64']],
  [1, ['float32', 'float64', 'int32', 'uint32', 'bool']],
  [-1, ['float32', 'float64', 'int32']],
  [2 ** 24 + 1, ['float64', 'int32', 'uint32']],
  [2 ** 31, ['float32', 'float64', 'uint32']],
  [2 ** 32, ['float32', 'float64']],
  [-(2 ** 31), ['float32', 'float64', 'int32']],
  [Number.NaN, ['float32', 'float64']],
  [Number.POSITIVE_INFINITY, ['float32', 'float64']],
] as const)('%d is exact in %j', (value, dtypes) => {
  expect(DTYPES.filter((dtype) => exactIn(value, dtype))).toEqual(dtypes);
});

describe('casts of a value', () => {
  test.each([
    [2.9, 2, 2],
    [-2.9, -2, 0],
    [-0.5, 0, 0],
    [1e10, 2 ** 31 - 1, 2 ** 32 - 1],
    [-1e10, -(2 ** 31), 0],
    [Number.NaN, 0, 0],
    [Number.NEGATIVE_INFINITY, -(2 ** 31), 0],
    [3e9, 2 ** 31 - 1, 3e9],
  ])('float %d truncates to int32 %d and uint32 %d', (value, signed, unsigned) => {
    expect(castValue(value, 'int32')).toBe(signed);
    expect(castValue(value, 'uint32', 'float32')).toBe(unsigned);
  });

  test('integers wrap', () => {
    expect(castValue(2 ** 32 - 1, 'int32', 'uint32')).toBe(-1);
    expect(castValue(-1, 'uint32', 'int32')).toBe(2 ** 32 - 1);
    expect(castValue(1, 'int32', 'bool')).toBe(1);
  });

  test('to bool, whatever is not 0', () => {
    expect([0, -0, 0.1, -3, Number.NaN].map((value) => castValue(value, 'bool'))).toEqual([0, 0, 1, 1, 1]);
  });

  test('to floats', () => {
    expect(castValue(0.1, 'float32')).toBe(Math.fround(0.1));
    expect(castValue(0.1, 'float64')).toBe(0.1);
    expect(castValue(-0, 'float32')).toBe(-0);
  });
});
