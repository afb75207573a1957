import { Decimal } from 'decimal.js';
import { interpreter, js } from 'tapegrad';
import { describe, expect, it } from 'vitest';
import { decimalOf } from './decimal.js';
import { compiled, errorOf } from './measure.js';
import { DTYPES, measureAll, QUICK, SUBJECTS, violations } from './report.js';
import { Sampler } from './sample.js';
import { binaryLines, unaryLines } from './table.js';

const lines = [...unaryLines, ...binaryLines];

describe('the measure', () => {
  it('takes floats as they are, not as they print', () => {
    expect(decimalOf(0.1).toString()).toBe('0.1000000000000000055511151231257827021181583404541015625');
    expect(decimalOf(2 ** 60 + 4096).toString()).toBe(String(2n ** 60n + 4096n));
    expect(
      decimalOf(-(2 ** -1022))
        .div(new Decimal(2).pow(-1022))
        .toNumber(),
    ).toBe(-1);
  });

  it('counts units in the last place of the exact value', () => {
    const third = new Decimal(1).div(3);
    expect(errorOf(1 / 3, third, 'float64')).toBeLessThan(0.5);
    expect(errorOf(1 / 3 + 2 ** -54, third, 'float64')).toBeGreaterThan(0.6);
    expect(errorOf(Math.fround(1 / 3) + 2 ** -25, third, 'float32')).toBeCloseTo(1.33, 1);
    expect(errorOf(Infinity, new Decimal(2).pow(1024), 'float64')).toBe(0);
    expect(errorOf(Infinity, decimalOf(Number.MAX_VALUE), 'float64')).toBe(1);
    expect(errorOf(0, new Decimal(1), 'float64')).toBe(2 ** 52);
    expect(errorOf(NaN, new Decimal(1), 'float64')).toBe(Infinity);
    expect(errorOf(0, new Decimal('1e-310'), 'float64')).toBe(0);
    expect(errorOf(1e-300, new Decimal('1e-310'), 'float64')).toBe(Infinity);
  });
});

describe('pointwise functions', () => {
  it('are within their bounds on a small sample', async () => {
    expect(violations(await measureAll(QUICK))).toEqual([]);
  });

  const cases = lines.flatMap((line) => DTYPES.map((dtype) => ({ name: line.op, line, dtype })));
  const subjects = SUBJECTS.flatMap(({ name, open }) => cases.map((one) => ({ ...one, backend: name, open })));
  it.each(subjects)('$name of zeros, infinities and NaN is exact in $dtype on $backend', async ({ line, dtype, open }) => {
    const f = await compiled(line, dtype, open());
    const points =
      'exact' in line
        ? [-Infinity, -0, 0, Infinity, NaN].map((x, i) => [x, line.special[i] ?? NaN])
        : [...line.special, [NaN, 2, NaN], [2, NaN, NaN]];
    const results = await f(...points[0]!.slice(0, -1).map((_, i) => points.map((point) => point[i]!)));
    const rounded = (x: number): number => (dtype === 'float32' ? Math.fround(x) : x);
    expect(Array.from(results.data)).toEqual(points.map((point) => rounded(point.at(-1)!)));
  });

  it.each(cases)('$name has the same bits on the interpreter in $dtype', async ({ line, dtype }) => {
    const sampler = new Sampler(dtype, QUICK[dtype], 2);
    const columns =
      'exact' in line
        ? [sampler.unary(line.hard)]
        : [0, 1].map((i) => new Sampler(dtype, QUICK[dtype]).binary().map((pair) => pair[i]!));
    const [one, other] = [await compiled(line, dtype, js()), await compiled(line, dtype, interpreter())];
    expect(Array.from((await other(...columns)).data)).toEqual(Array.from((await one(...columns)).data));
  });
});
