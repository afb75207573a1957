import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ShapeError } from '../src/errors.js';
import {
  addDims,
  bindDim,
  type Dim,
  DimExpression,
  dim,
  divideExactly,
  floorDivide,
  multiplyDims,
  namesOf,
  numberOf,
  sameDim,
  subtractDims,
} from '../src/tensor/dim.js';

const NAMES = ['a', 'b', 'c'] as const;
const leaf = fc.oneof(
  fc.integer({ min: -6, max: 6 }),
  fc.constantFrom(...NAMES).map((name) => dim(name)),
);
const { anyDim } = fc.letrec<{ anyDim: Dim }>((tie) => ({
  anyDim: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.tuple(tie('anyDim'), tie('anyDim')).map(([x, y]) => addDims(x, y)),
    fc.tuple(tie('anyDim'), tie('anyDim')).map(([x, y]) => multiplyDims(x, y)),
    fc.tuple(tie('anyDim'), fc.integer({ min: 1, max: 6 })).map(([x, k]) => floorDivide(x, k)),
  ),
}));
const size = fc.integer({ min: 0, max: 12 });
const bindings = fc.record({ a: size, b: size, c: size });

describe('canonical text', () => {
  test.each([
    ['batch', 'batch'],
    ['3 + batch*2', '2*batch + 3'],
    ['seq-1', 'seq - 1'],
    ['1 - seq', '-seq + 1'],
    ['seq*batch', 'batch*seq'],
    ['(a + b)*(a - b)', 'a*a - b*b'],
    ['-2*a - 3', '-2*a - 3'],
    ['floor((h + 1)/2)', 'floor((h + 1)/2)'],
    ['floor((2*h + 5)/2)', 'h + 2'],
    ['floor((h - 1)/2)', 'floor((h + 1)/2) - 1'],
    ['floor((2*h + 3)/4)', 'floor((h + 1)/2)'],
    ['floor(floor(h/2)/3)', 'floor(h/6)'],
    ['floor((floor((h + 1)/2) + 1)/2)', 'floor((h + 3)/4)'],
    ['floor(3*h/2)*w', 'floor(h/2)*w + h*w'],
    ['floor + 1', 'floor + 1'],
    ['a - a', '0'],
    ['12', '12'],
  ])('%s is %s', (written, text) => {
    expect(String(dim(written))).toBe(text);
  });

  test('equal text is one object', () => {
    expect(dim('batch')).toBe(dim('batch'));
    expect(addDims(subtractDims(dim('seq'), 1), 1)).toBe(dim('seq'));
    expect(sameDim(dim('b*a'), multiplyDims(dim('a'), dim('b')))).toBe(true);
    expect(sameDim(dim('a'), dim('b'))).toBe(false);
    expect(JSON.stringify([dim('b*a'), 3])).toBe('["a*b",3]');
  });

  test('reads back to the same dim', () => {
    fc.assert(
      fc.property(anyDim, (d) => {
        expect(dim(String(d))).toBe(d);
      }),
    );
  });

  test.each([
    '',
    ' ',
    '2x',
    'a b',
    'a +',
    '(a',
    'a)',
    'a/2',
    'floor(a/0)',
    'floor(a + 1/2)',
    'floor(a/b)',
    'a-1!',
    '*',
    'größe',
    'a ',
  ])("'%s' is refused", (text) => {
    expect(() => dim(text)).toThrow(ShapeError);
    expect(() => dim(text)).toThrow(
      `'${text}' is no dim: write a name such as 'batch', or arithmetic on names such as 'batch*seq', 'seq - 1' or 'floor((h + 1)/2)'.`,
    );
  });

  test('numbers must be whole', () => {
    expect(dim(7)).toBe(7);
    expect(() => dim(2.5)).toThrow('2.5 is no dim: a size is a whole number.');
    expect(() => dim(Number.NaN)).toThrow('NaN is no dim: a size is a whole number.');
    expect(() => dim(2 ** 53)).toThrow('9007199254740992 is no dim: a size is at most 2^53 - 1.');
  });
});

describe('ring laws, by identity', () => {
  test('of one and two', () => {
    fc.assert(
      fc.property(anyDim, anyDim, (x, y) => {
        expect(addDims(x, y)).toBe(addDims(y, x));
        expect(multiplyDims(x, y)).toBe(multiplyDims(y, x));
        expect(addDims(subtractDims(x, y), y)).toBe(x);
        expect(subtractDims(x, x)).toBe(0);
        expect(addDims(x, 0)).toBe(x);
        expect(multiplyDims(x, 1)).toBe(x);
        expect(multiplyDims(x, 0)).toBe(0);
      }),
    );
  });

  test('of three', () => {
    fc.assert(
      fc.property(anyDim, anyDim, anyDim, (x, y, z) => {
        expect(addDims(addDims(x, y), z)).toBe(addDims(x, addDims(y, z)));
        expect(multiplyDims(multiplyDims(x, y), z)).toBe(multiplyDims(x, multiplyDims(y, z)));
        expect(multiplyDims(x, addDims(y, z))).toBe(addDims(multiplyDims(x, y), multiplyDims(x, z)));
      }),
    );
  });
});

describe('division', () => {
  test('undoes multiplication', () => {
    fc.assert(
      fc.property(anyDim, anyDim, (x, y) => {
        fc.pre(y !== 0);
        expect(divideExactly(multiplyDims(x, y), y)).toBe(x);
      }),
    );
  });

  test('finds a quotient only where it is one', () => {
    fc.assert(
      fc.property(anyDim, anyDim, (x, y) => {
        const quotient = divideExactly(x, y);
        if (quotient !== null) expect(multiplyDims(quotient, y)).toBe(x);
      }),
    );
  });

  test.each([
    ['batch*784', '784', 'batch'],
    ['batch*seq - batch', 'seq - 1', 'batch'],
    ['a*a - b*b', 'a + b', 'a - b'],
    ['28*batch', '10', null],
    ['batch', 'seq', null],
    ['batch + 1', 'batch', null],
    ['0', 'batch', '0'],
    ['batch', '0', null],
  ])('%s by %s is %s', (a, b, quotient) => {
    expect(divideExactly(dim(a), dim(b))).toBe(quotient === null ? null : dim(quotient));
  });

  test('floors need a whole divisor of at least 1', () => {
    expect(floorDivide(-7, 2)).toBe(-4);
    for (const by of [0, -2, 1.5]) {
      expect(() => floorDivide(dim('a'), by)).toThrow(
        `floorDivide: the divisor must be a whole number of at least 1, not ${by}.`,
      );
    }
  });
});

describe('binding', () => {
  test('carries arithmetic on dims to arithmetic on numbers', () => {
    fc.assert(
      fc.property(anyDim, anyDim, bindings, fc.integer({ min: 1, max: 6 }), (x, y, sizes, k) => {
        const [p, q] = [bindDim(x, sizes), bindDim(y, sizes)];
        expect(bindDim(addDims(x, y), sizes)).toBe(p + q);
        expect(bindDim(subtractDims(x, y), sizes)).toBe(p - q);
        expect(bindDim(multiplyDims(x, y), sizes) === p * q).toBe(true);
        expect(bindDim(floorDivide(x, k), sizes)).toBe(Math.floor(p / k));
      }),
    );
  });

  test('an unbound name is named', () => {
    expect(() => bindDim(dim('floor((seq + 1)/2)'), { batch: 1 })).toThrow(ShapeError);
    expect(() => bindDim(dim('floor((seq + 1)/2)'), { batch: 1 })).toThrow(
      "'seq' has no size: feed an input that has it, or give dims: { seq: … }.",
    );
    expect(() => bindDim(dim('toString'), {})).toThrow("'toString' has no size");
  });
});

test('names', () => {
  expect([...namesOf(dim('batch*floor((h + 1)/2) + w'))].sort()).toEqual(['batch', 'h', 'w']);
  expect([...namesOf(3)]).toEqual([]);
  expect(dim('h')).toBeInstanceOf(DimExpression);
});

test('where a number is needed', () => {
  expect(numberOf(3, 'conv2d')).toBe(3);
  expect(() => numberOf(dim('h'), 'conv2d')).toThrow(ShapeError);
  expect(() => numberOf(dim('h'), 'conv2d')).toThrow("conv2d: needs a number where 'h' is given. Give this axis a fixed size.");
});
