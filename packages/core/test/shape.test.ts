import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ShapeError } from '../src/errors.js';
import { type DimLike, dim } from '../src/tensor/dim.js';
import {
  broadcastShapes,
  countOf,
  normaliseAxes,
  normaliseAxis,
  resolveReshape,
  sameShape,
  showShape,
  sizeOf,
  strides,
  toShape,
} from '../src/tensor/shape.js';

const shape = (...dims: DimLike[]) => toShape('test', dims);

/** Checks class, whole text and op of what `call` throws. */
function expectShapeError(call: () => unknown, message: string): void {
  const error = (() => {
    try {
      call();
    } catch (thrown) {
      return thrown;
    }
    return undefined;
  })();
  expect(error).toBeInstanceOf(ShapeError);
  expect((error as ShapeError).message).toBe(message);
  expect((error as ShapeError).op).toBe(message.slice(0, message.indexOf(':')));
}

test('shapes: checked, shown, counted', () => {
  expect(showShape(shape('batch', 784))).toBe('[batch, 784]');
  expect(showShape([])).toBe('[]');
  expect(String(sizeOf(shape('batch', 28, 'seq')))).toBe('28*batch*seq');
  expect([countOf([2, 3]), countOf([]), countOf([4, 0])]).toEqual([6, 1, 0]);
  expect(sameShape(shape('a', 'b*2'), shape('a', '2*b'))).toBe(true);
  expect(sameShape([2], [2, 1])).toBe(false);
  expect(strides([2, 3, 4])).toEqual([12, 4, 1]);
  expect(strides([])).toEqual([]);
  expectShapeError(() => toShape('input', ['batch', -1]), 'input: -1 in [batch, -1] is no size: sizes are at least 0.');
  expectShapeError(() => countOf(shape('h', 2)), "countOf: needs a number where 'h' is given. Give this axis a fixed size.");
});

describe('broadcasting', () => {
  test.each<[DimLike[], DimLike[], DimLike[]]>([
    [[2, 3], [3], [2, 3]],
    [
      [2, 1],
      [1, 3],
      [2, 3],
    ],
    [[], [2], [2]],
    [[], [], []],
    [[0], [1], [0]],
    [
      ['batch', 10],
      [1, 10],
      ['batch', 10],
    ],
    [[1], ['a*b'], ['b*a']],
    [
      [5, 'seq'],
      ['batch', 1, 'seq'],
      ['batch', 5, 'seq'],
    ],
  ])('%j with %j gives %j', (a, b, both) => {
    expect(broadcastShapes('add', shape(...a), shape(...b))).toEqual(shape(...both));
    expect(broadcastShapes('add', shape(...b), shape(...a))).toEqual(shape(...both));
  });

  test('errors', () => {
    expectShapeError(
      () => broadcastShapes('add', [2, 3], [2]),
      'add: shapes [2, 3] and [2] do not broadcast: counted from the right, 3 and 2 differ and neither is 1.',
    );
    expectShapeError(
      () => broadcastShapes('add', [0], [2]),
      'add: shapes [0] and [2] do not broadcast: counted from the right, 0 and 2 differ and neither is 1.',
    );
    expectShapeError(
      () => broadcastShapes('add', shape('batch', 3), shape('rows', 3)),
      "add: 'batch' and 'rows' differ; give both inputs the same name.",
    );
    expectShapeError(
      () => broadcastShapes('mul', shape('batch'), [32]),
      "mul: 'batch' and 32 differ: a name never equals a number. Give both inputs 'batch', or both 32.",
    );
  });

  test('is commutative, associative, and 1s are neutral', () => {
    const dims = fc.array(fc.constantFrom(1, 3), { maxLength: 4 });
    fc.assert(
      fc.property(dims, dims, dims, (a, b, c) => {
        const left = broadcastShapes('add', broadcastShapes('add', a, b), c);
        expect(left).toEqual(broadcastShapes('add', a, broadcastShapes('add', c, b)));
        expect(broadcastShapes('add', left, a)).toEqual(left);
      }),
    );
  });
});

describe('axes', () => {
  test('from either end', () => {
    expect([0, 2, -1, -3].map((axis) => normaliseAxis('sum', axis, 3))).toEqual([0, 2, 2, 0]);
    expect(normaliseAxes('sum', undefined, 3)).toEqual([0, 1, 2]);
    expect(normaliseAxes('sum', undefined, 0)).toEqual([]);
    expect(normaliseAxes('sum', -1, 3)).toEqual([2]);
    expect(normaliseAxes('sum', [-1, 0], 11)).toEqual([0, 10]);
    expect(normaliseAxes('sum', [], 3)).toEqual([]);
  });

  test('errors', () => {
    expectShapeError(() => normaliseAxis('sum', 2, 2), 'sum: there is no axis 2 in rank 2: axes go from -2 to 1.');
    expectShapeError(() => normaliseAxes('sum', [-3], 2), 'sum: there is no axis -3 in rank 2: axes go from -2 to 1.');
    expectShapeError(() => normaliseAxis('sum', 0, 0), 'sum: there is no axis 0: a scalar has none.');
    expectShapeError(() => normaliseAxis('sum', 0.5, 2), 'sum: axis 0.5 is not a whole number.');
    expectShapeError(() => normaliseAxes('sum', [0, -2], 2), 'sum: axes [0, -2] name axis 0 twice.');
  });
});

describe('reshape', () => {
  test.each<[DimLike[], DimLike[], DimLike[]]>([
    [
      [2, 3],
      [3, 2],
      [3, 2],
    ],
    [[2, 3], [-1], [6]],
    [
      ['batch', 28, 28],
      [-1, 784],
      ['batch', 784],
    ],
    [
      ['batch', 'seq', 64],
      ['batch', 'seq', 8, -1],
      ['batch', 'seq', 8, 8],
    ],
    [
      ['batch*seq', 64],
      ['batch', -1, 64],
      ['batch', 'seq', 64],
    ],
    [
      ['seq - 1', 'batch'],
      [-1, 'seq - 1'],
      ['batch', 'seq - 1'],
    ],
    [
      [0, 3],
      [-1, 5],
      [0, 5],
    ],
    [[], [1, -1], [1, 1]],
    [[1], [], []],
  ])('%j to %j gives %j', (from, to, result) => {
    expect(resolveReshape('reshape', shape(...from), to)).toEqual(result.map(dim));
  });

  test.each<[DimLike[], DimLike[], string]>([
    [[2, 3], [4, 2], 'reshape: [2, 3] has 6 elements and [4, 2] has 8.'],
    [['batch', 784], [10, 784], 'reshape: [batch, 784] has 784*batch elements and [10, 784] has 7840.'],
    [[2, 3], [4, -1], 'reshape: [2, 3] does not fit [4, -1]: 6 is no multiple of 4.'],
    [['batch', 28], [-1, 10], 'reshape: [batch, 28] does not fit [-1, 10]: 28*batch is no multiple of 10.'],
    [[6], [-1, -1], 'reshape: [-1, -1] has 2 axes of -1: only one can follow from the rest.'],
    [[6], [-2, 3], 'reshape: -2 in [-2, 3] is no size: sizes are at least 0, and one axis may be -1.'],
    [[0], [-1, 0], 'reshape: -1 in [-1, 0] is undetermined, as the other axes hold no elements. Write its size.'],
  ])('%j to %j is refused', (from, to, message) => {
    expectShapeError(() => resolveReshape('reshape', shape(...from), to), message);
  });
});
