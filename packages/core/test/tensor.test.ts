import { describe, expect, test } from 'vitest';
import { DtypeError, ShapeError } from '../src/errors.js';
import type { DType, TypedArray } from '../src/tensor/dtype.js';
import { inspect } from '../src/tensor/print.js';
import { type NestedArray, Tensor, type TensorLike, type TensorOptions, tensor } from '../src/tensor/tensor.js';

describe('made from', () => {
  test.each<[TensorLike, DType, number[], TypedArray]>([
    [2.5, 'float32', [], Float32Array.of(2.5)],
    [true, 'bool', [], Uint8Array.of(1)],
    [[1, 2, 3], 'float32', [3], Float32Array.of(1, 2, 3)],
    [
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      'float32',
      [3, 2],
      Float32Array.of(1, 2, 3, 4, 5, 6),
    ],
    [[[true], [false]], 'bool', [2, 1], Uint8Array.of(1, 0)],
    [[true, 2], 'float32', [2], Float32Array.of(1, 2)],
    [[], 'float32', [0], new Float32Array(0)],
    [[[], []], 'float32', [2, 0], new Float32Array(0)],
    [Float64Array.of(0.1), 'float64', [1], Float64Array.of(0.1)],
    [Int32Array.of(-1, 2), 'int32', [2], Int32Array.of(-1, 2)],
    [Uint32Array.of(7), 'uint32', [1], Uint32Array.of(7)],
    [Uint8Array.of(0, 1), 'bool', [2], Uint8Array.of(0, 1)],
  ])('%j', (value, dtype, shape, data) => {
    const made = tensor(value);
    expect([made.dtype, made.shape, made.size]).toEqual([dtype, shape, data.length]);
    expect(made.data).toEqual(data);
  });

  test('a typed array of the dtype, without a copy', () => {
    const pixels = new Float32Array(6);
    expect(tensor(pixels).data).toBe(pixels);
    expect(tensor(pixels, { dtype: 'float32', shape: [2, 3] }).data).toBe(pixels);
    const made = tensor(pixels);
    expect(tensor(made)).toBe(made);
  });

  test.each<[TensorLike, DType, number[]]>([
    [[0.1], 'float32', [Math.fround(0.1)]],
    [[0.1], 'float64', [0.1]],
    [[1e30], 'float32', [Math.fround(1e30)]],
    [[2 ** 24 + 2], 'float32', [2 ** 24 + 2]],
    [[Number.NaN, -0, Number.NEGATIVE_INFINITY], 'float32', [Number.NaN, -0, Number.NEGATIVE_INFINITY]],
    [[2 ** 24 + 1], 'int32', [2 ** 24 + 1]],
    [[1, 0], 'bool', [1, 0]],
    [[true], 'int32', [1]],
    [Uint8Array.of(0, 255), 'float32', [0, 255]],
    [Uint8Array.of(0, 255), 'int32', [0, 255]],
    [Int32Array.of(3, -4), 'float32', [3, -4]],
    [Int32Array.of(3), 'uint32', [3]],
    [Float32Array.of(0.5), 'float64', [0.5]],
    [tensor([true]), 'float64', [1]],
  ])('%j as %s', (value, dtype, elements) => {
    const made = tensor(value, { dtype });
    expect(made.dtype).toBe(dtype);
    expect([...made.data]).toEqual(elements);
  });

  test('flat values in a shape', () => {
    expect(tensor([1, 2, 3, 4], { shape: [2, 2] }).toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(tensor(5, { shape: [1, 1] }).toArray()).toEqual([[5]]);
    expect(tensor([5], { shape: [] }).toArray()).toBe(5);
    expect(tensor([[1, 2]], { shape: [1, 2] }).shape).toEqual([1, 2]);
  });
});

describe('refused', () => {
  test.each<[string, TensorLike, TensorOptions, string]>([
    [
      'a whole number that float32 rounds',
      [16777217],
      {},
      'tensor: float32 does not hold the whole number 16777217 exactly. Use float64 or int32.',
    ],
    [
      'an int32 that float32 rounds',
      Int32Array.of(16777217),
      { dtype: 'float32' },
      'tensor: float32 does not hold the whole number 16777217 exactly. Use float64 or int32.',
    ],
    ['overflow', 1e39, {}, 'tensor: 1e+39 overflows float32. Use float64.'],
    [
      'a fraction as int32',
      [1, 2.5],
      { dtype: 'int32' },
      'tensor: 2.5 is not a whole number, as int32 needs. Round it first, or use a float dtype.',
    ],
    [
      'NaN as int32',
      Number.NaN,
      { dtype: 'int32' },
      'tensor: NaN is not a whole number, as int32 needs. Round it first, or use a float dtype.',
    ],
    [
      'too large for int32',
      2 ** 31,
      { dtype: 'int32' },
      'tensor: 2147483648 is beyond int32, which goes from -2147483648 to 2147483647.',
    ],
    [
      'negative as uint32',
      Int32Array.of(-1),
      { dtype: 'uint32' },
      'tensor: -1 is beyond uint32, which goes from 0 to 4294967295.',
    ],
    ['2 as bool', [2], { dtype: 'bool' }, 'tensor: 2 is no bool: give true, false, 1 or 0, or another dtype.'],
    [
      'bytes as bool',
      Uint8Array.of(1, 37),
      {},
      'tensor: 37 is no bool. A Uint8Array holds bools unless another dtype is given, such as float32 or int32.',
    ],
    [
      'float64 as float32',
      new Float64Array(1),
      { dtype: 'float32' },
      'tensor: a Float64Array is not narrowed to float32 unasked. Give it dtype float64, then cast.',
    ],
    [
      'float32 as int32',
      tensor([1]),
      { dtype: 'int32', label: "input 'x'" },
      "input 'x': a Float32Array is not narrowed to int32 unasked. Give it dtype float32, then cast.",
    ],
    [
      'an Int16Array',
      new Int16Array(1) as unknown as TypedArray,
      {},
      'tensor: no tensor holds the elements of Int16Array. Convert it, as in Float32Array.from(…).',
    ],
  ])('%s', (_, value, options, message) => {
    expect(() => tensor(value, options)).toThrow(DtypeError);
    expect(() => tensor(value, options)).toThrow(new DtypeError(message));
  });

  test.each<[string, unknown, TensorOptions, string]>([
    [
      'ragged rows',
      [
        [1, 2, 3],
        [4, 5],
      ],
      {},
      'tensor: the nested array is ragged: element [1] has 2 elements where an array of 3 elements is expected, as in element [0].',
    ],
    [
      'a number among rows',
      [[1], 2],
      {},
      'tensor: the nested array is ragged: element [1] is a number where an array of 1 element is expected, as in element [0].',
    ],
    [
      'a row among numbers',
      [1, [2]],
      {},
      'tensor: the nested array is ragged: element [1] has 1 element where a number is expected, as in element [0].',
    ],
    ['a string', ['1'], {}, 'tensor: element [0] is a string; give numbers, booleans or nested arrays of them.'],
    [
      'undefined',
      undefined,
      { label: "input 'x'" },
      "input 'x': the value is undefined; give numbers, booleans or nested arrays of them.",
    ],
    ['null', [1, null], {}, 'tensor: element [1] is null; give numbers, booleans or nested arrays of them.'],
    [
      'typed rows',
      [new Float64Array(2)],
      {},
      'tensor: element [0] is a typed array; give numbers, booleans or nested arrays of them.',
    ],
    ['too few', [1, 2, 3], { shape: [2, 2] }, 'tensor: 3 elements do not fill shape [2, 2], which has 4.'],
    ['another nesting', [[1, 2]], { shape: [2, 1] }, 'tensor: the value has shape [1, 2], not [2, 1].'],
    ['no size', [1], { shape: [-1] }, 'tensor: -1 in [-1] is no size: sizes are whole numbers of at least 0.'],
  ])('%s', (_, value, options, message) => {
    expect(() => tensor(value as NestedArray, options)).toThrow(ShapeError);
    expect(() => tensor(value as NestedArray, options)).toThrow(new ShapeError(message));
  });
});

describe('elements', () => {
  const cube = tensor(Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), { shape: [2, 3, 2] });

  test('item', () => {
    expect(tensor([[2.5]]).item()).toBe(2.5);
    expect(tensor(false).item()).toBe(false);
    expect(() => cube.item()).toThrow(new ShapeError('item: [2, 3, 2] has 12 elements. Use at(…), toArray() or data.'));
    expect(() => tensor([]).item()).toThrow(new ShapeError('item: [0] has 0 elements. Use at(…), toArray() or data.'));
  });

  test('at', () => {
    expect(cube.at(1, 2, 0)).toBe(10);
    expect(tensor([true, false]).at(1)).toBe(false);
    expect(tensor(3).at()).toBe(3);
    expect(() => cube.at(1, 3, 0)).toThrow(new ShapeError('at: [1, 3, 0] is outside [2, 3, 2].'));
    expect(() => cube.at(-1, 0, 0)).toThrow(new ShapeError('at: [-1, 0, 0] is outside [2, 3, 2].'));
    expect(() => cube.at(1)).toThrow(new ShapeError('at: [1] does not index [2, 3, 2]: give a number for each axis, 3 in all.'));
  });

  test('toArray', () => {
    expect(cube.toArray()).toEqual([
      [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
      [
        [6, 7],
        [8, 9],
        [10, 11],
      ],
    ]);
    expect(tensor([[true], [false]]).toArray()).toEqual([[true], [false]]);
    expect(tensor([[], []]).toArray()).toEqual([[], []]);
  });

  test('a scalar has an array once it is asked for', () => {
    const loss = Tensor.scalar('float32', 0.5);
    expect([loss.dtype, loss.shape, loss.size, loss.item(), loss.toArray()]).toEqual(['float32', [], 1, 0.5, 0.5]);
    expect(loss.data).toEqual(Float32Array.of(0.5));
    expect(loss.data).toBe(loss.data);
    loss.data[0] = 2;
    expect(loss.item()).toBe(2);
    expect(Tensor.scalar('bool', 1).item()).toBe(true);
    expect(Tensor.scalar('float64', -0).item()).toBe(-0);
    expect(Tensor.scalar('float64', -0).data[0]).toBe(-0);
  });

  test('wrap shares its array', () => {
    const data = Float64Array.of(1, 2);
    expect(Tensor.wrap('float64', [2, 1], data).data).toBe(data);
  });
});

describe('equality', () => {
  const base = tensor([1, Number.NaN, 0]);
  test('exact', () => {
    expect(base.equals(tensor([1, Number.NaN, 0]))).toBe(true);
    expect(Tensor.scalar('float32', 2).equals(tensor(2))).toBe(true);
  });
  test.each<[string, Tensor]>([
    ['an element', tensor([1, Number.NaN, 1])],
    ['the sign of zero', tensor([1, Number.NaN, -0])],
    ['the dtype', tensor([1, Number.NaN, 0], { dtype: 'float64' })],
    ['the shape', tensor([[1, Number.NaN, 0]])],
    ['the length', tensor([1, Number.NaN])],
  ])('%s differs', (_, other) => {
    expect(base.equals(other)).toBe(false);
  });
});

test('cast', () => {
  const floats = tensor([
    [1.9, -1.9],
    [Number.NaN, 1e20],
  ]);
  expect(floats.cast('float32')).toBe(floats);
  expect(
    floats.cast('int32').equals(
      tensor(
        [
          [1, -1],
          [0, 2 ** 31 - 1],
        ],
        { dtype: 'int32' },
      ),
    ),
  ).toBe(true);
  expect(floats.cast('bool').toArray()).toEqual([
    [true, true],
    [true, true],
  ]);
  expect(tensor(Int32Array.of(-1)).cast('uint32').toArray()).toEqual([2 ** 32 - 1]);
  expect(
    tensor(Uint32Array.of(2 ** 32 - 1))
      .cast('int32')
      .toArray(),
  ).toEqual([-1]);
  expect(tensor(Int32Array.of(16777217)).cast('float32').toArray()).toEqual([16777216]);
  expect(tensor(Float64Array.of(0.1)).cast('float32').toArray()).toEqual([Math.fround(0.1)]);
});

describe('printed', () => {
  test.each<[string, Tensor, string]>([
    ['a scalar', tensor(4.5), 'Tensor float32 [] 4.5'],
    ['a bool', tensor(true), 'Tensor bool [] true'],
    ['digits', tensor([0.1, 1 / 3, -0, 1e-20]), 'Tensor float32 [4]\n[     0.1, 0.333333,       -0,    1e-20]'],
    ['what is not finite', tensor([Number.NaN, Number.POSITIVE_INFINITY]), 'Tensor float32 [2]\n[     NaN, Infinity]'],
    ['integers in full', tensor(Int32Array.of(123456789)), 'Tensor int32 [1]\n[123456789]'],
    [
      'rows',
      tensor([
        [1, 2.5],
        [-10, 3],
      ]),
      'Tensor float32 [2, 2]\n[[  1, 2.5],\n [-10,   3]]',
    ],
    [
      'blocks',
      tensor([
        [[1], [2]],
        [[3], [4]],
      ]),
      'Tensor float32 [2, 2, 1]\n[[[1],\n  [2]],\n\n [[3],\n  [4]]]',
    ],
    ['nothing', tensor([[], []]), 'Tensor float32 [2, 0]\n[[],\n []]'],
    [
      'ends of a long axis',
      Tensor.wrap(
        'int32',
        [1001],
        Int32Array.from({ length: 1001 }, (_, i) => i),
      ),
      'Tensor int32 [1001]\n[   0,    1,    2, …,  998,  999, 1000]',
    ],
    [
      'ends of rows',
      Tensor.wrap(
        'int32',
        [1000, 2],
        Int32Array.from({ length: 2000 }, (_, i) => i),
      ),
      'Tensor int32 [1000, 2]\n[[   0,    1],\n [   2,    3],\n [   4,    5],\n …,\n [1994, 1995],\n [1996, 1997],\n [1998, 1999]]',
    ],
  ])('%s', (_, value, text) => {
    expect(String(value)).toBe(text);
    expect(value[inspect]()).toBe(text);
  });

  test('long rows wrap', () => {
    const lines = String(tensor(new Float32Array(100))).split('\n');
    expect(lines.length).toBe(5);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(102);
    expect(lines[2]).toMatch(/^ 0, 0,/);
  });
});
