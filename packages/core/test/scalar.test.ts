import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { erf, erfc } from '../src/loops/erf.js';
import { hasScalar, type LetOp, scalarFunction } from '../src/loops/scalar.js';
import type { DType } from '../src/tensor/dtype.js';

const run = (op: LetOp, dtype: DType, args: number[], from: DType = dtype): number =>
  scalarFunction(
    op,
    dtype,
    args.map(() => from),
  )(...args);

const MIN = -(2 ** 31);
const MAX = 2 ** 31 - 1;
const TOP = 2 ** 32 - 1;

describe('scalar ops', () => {
  const cases: [op: LetOp, dtype: DType, args: number[], result: number][] = [
    ['add', 'float32', [0.1, 0.2], Math.fround(0.1 + 0.2)],
    ['add', 'int32', [MAX, 1], MIN],
    ['add', 'uint32', [TOP, 1], 0],
    ['add', 'bool', [1, 1], 1],
    ['mul', 'bool', [1, 0], 0],
    ['sub', 'uint32', [0, 1], TOP],
    ['mul', 'int32', [65537, 65537], 131073],
    ['mul', 'uint32', [65537, 65535], TOP],
    ['div', 'int32', [-7, 2], -3],
    ['div', 'int32', [7, 0], 0],
    ['div', 'int32', [MIN, -1], MIN],
    ['div', 'uint32', [TOP, 2], MAX],
    ['div', 'float64', [-1, 0], -Infinity],
    ['rem', 'int32', [-7, 3], -1],
    ['rem', 'int32', [-6, 3], 0],
    ['rem', 'int32', [MIN, -1], 0],
    ['rem', 'uint32', [7, 0], 0],
    ['rem', 'float64', [-5.5, 2], -1.5],
    ['neg', 'int32', [MIN], MIN],
    ['neg', 'uint32', [1], TOP],
    ['neg', 'float64', [0], -0],
    ['abs', 'int32', [MIN], MIN],
    ['sign', 'float64', [NaN], NaN],
    ['sign', 'float64', [-0], -0],
    ['pow', 'float64', [0, 0], 1],
    ['pow', 'float64', [1, NaN], 1],
    ['pow', 'float64', [-1, Infinity], 1],
    ['pow', 'float64', [NaN, 0], 1],
    ['pow', 'int32', [3, 4], 81],
    ['pow', 'int32', [2, 32], 0],
    ['pow', 'int32', [2, -1], 0],
    ['pow', 'int32', [-1, -3], -1],
    ['pow', 'uint32', [3, 21], 10460353203 % 2 ** 32],
    ['max', 'float64', [NaN, 1], NaN],
    ['max', 'float64', [-0, 0], 0],
    ['min', 'float32', [1, NaN], NaN],
    ['min', 'float64', [0, -0], -0],
    ['round', 'float64', [0.5], 0],
    ['round', 'float64', [1.5], 2],
    ['round', 'float64', [-0.5], -0],
    ['round', 'float64', [-2.5], -2],
    ['round', 'float64', [2 ** 52 + 1], 2 ** 52 + 1],
    ['round', 'float64', [0.49999999999999994], 0],
    ['round', 'float64', [NaN], NaN],
    ['exp', 'float32', [89], Infinity],
    ['exp2', 'float64', [10], 1024],
    ['log2', 'float64', [8], 3],
    ['hypot', 'float64', [3, 4], 5],
    ['lt', 'bool', [NaN, 1], 0],
    ['ne', 'bool', [NaN, NaN], 1],
    ['not', 'bool', [1], 0],
    ['select', 'float32', [1, 2, 3], 2],
    ['bitNot', 'uint32', [0], TOP],
    ['bitXor', 'bool', [1, 1], 0],
    ['shiftLeft', 'int32', [1, 33], 2],
    ['shiftRight', 'int32', [-8, 1], -4],
    ['shiftRight', 'uint32', [TOP, 31], 1],
    ['multiplyHigh', 'uint32', [TOP, TOP], TOP - 1],
    ['floorDiv', 'int32', [-7, 3], -3],
    ['floorMod', 'int32', [-7, 3], 2],
  ];
  it.each(cases)('%s of %s %j is %d', (op, dtype, args, result) => {
    expect(run(op, dtype, args)).toBe(result);
  });

  const casts: [from: DType, to: DType, x: number, result: number][] = [
    ['float64', 'int32', 3e9, MAX],
    ['float32', 'uint32', -1, 0],
    ['float64', 'int32', NaN, 0],
    ['float64', 'int32', -1.9, -1],
    ['uint32', 'int32', TOP, -1],
    ['int32', 'uint32', -1, TOP],
    ['int32', 'float32', 2 ** 24 + 1, 2 ** 24],
    ['float64', 'bool', NaN, 1],
    ['float64', 'bool', -0, 0],
    ['bool', 'float32', 1, 1],
  ];
  it.each(casts)('cast of %s to %s takes %d to %d', (from, to, x, result) => {
    expect(run('cast', to, [x], from)).toBe(result);
  });

  it('multiplyHigh is the upper half of the exact product', () => {
    const word = fc.nat(TOP);
    fc.assert(
      fc.property(word, word, (x, y) => run('multiplyHigh', 'uint32', [x, y]) === Number((BigInt(x) * BigInt(y)) >> 32n)),
    );
  });

  it('integer powers wrap', () => {
    const int = fc.integer();
    fc.assert(
      fc.property(int, fc.nat(40), (x, y) => run('pow', 'int32', [x, y]) === Number(BigInt.asIntN(32, BigInt(x) ** BigInt(y)))),
    );
  });

  it('has no meaning for exp of an int32', () => {
    expect(hasScalar('exp', 'int32')).toBe(false);
    expect(() => scalarFunction('exp', 'int32', ['int32'])).toThrow('exp of int32 has no meaning. Cast to a float first.');
    expect(() => scalarFunction('bitAnd', 'float32', ['float32', 'float32'])).toThrow(
      'bitAnd of float32 has no meaning. Cast to an integer dtype first.',
    );
  });
});

describe('erf and erfc', () => {
  // 25 digits by mpmath, rounded.
  const known: [x: number, erf: number, erfc: number][] = [
    [1e-9, 1.1283791670955127e-9, 0.9999999988716208],
    [0.1, 0.1124629160182849, 0.887537083981715],
    [0.25, 0.27632639016823696, 0.7236736098317631],
    [0.49, 0.511668261188523, 0.4883317388114769],
    [0.5, 0.5204998778130465, 0.4795001221869535],
    [0.51, 0.5292436198411704, 0.4707563801588296],
    [0.75, 0.7111556336535151, 0.28884436634648486],
    [1.0, 0.8427007929497149, 0.15729920705028513],
    [1.5, 0.9661051464753108, 0.033894853524689274],
    [2.0, 0.9953222650189527, 0.004677734981047266],
    [3.0, 0.9999779095030014, 2.209049699858544e-5],
    [4.5, 0.9999999998033839, 1.9661604415428876e-10],
    [6.0, 1.0, 2.1519736712498913e-17],
    [10.0, 1.0, 2.088487583762545e-45],
    [15.0, 1.0, 7.212994172451207e-100],
    [20.0, 1.0, 5.395865611607901e-176],
    [26.0, 1.0, 5.663192408856143e-296],
  ];
  const ulps = (got: number, want: number): number => {
    const bits = (x: number): bigint => new BigInt64Array(Float64Array.of(x).buffer)[0]!;
    return Math.abs(Number(bits(got) - bits(want)));
  };
  it.each(known)('at %d are within 4 ulp', (x, plain, complement) => {
    expect(ulps(erf(x), plain)).toBeLessThanOrEqual(2);
    expect(ulps(erfc(x), complement)).toBeLessThanOrEqual(4);
    expect(erf(-x)).toBe(-erf(x));
  });

  it('keep the sign of zero and reach their limits', () => {
    expect(erf(-0)).toBe(-0);
    expect([erf(Infinity), erf(-Infinity), erfc(Infinity), erfc(-Infinity)]).toEqual([1, -1, 0, 2]);
    expect([erf(NaN), erfc(NaN)]).toEqual([NaN, NaN]);
  });
});
