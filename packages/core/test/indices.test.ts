import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Axis, flatten, Index, type IndexValue, unflatten } from '../src/loops/indices.js';
import {
  axesOf,
  evaluate,
  expectEqualEverywhere,
  expectNaturalNumerators,
  floorMod,
  gatherExtent,
  gathered,
  type Point,
  points,
  size,
  type Twin,
  valueAt,
} from './twins.js';

const atom = (axis: Axis): Twin => ({ index: Index.axis(axis), plain: (point) => point.get(axis.key)! });
const plus = (a: Twin, b: Twin): Twin => ({ index: a.index.plus(b.index), plain: (p) => a.plain(p) + b.plain(p) });
const minus = (a: Twin, b: Twin): Twin => ({ index: a.index.minus(b.index), plain: (p) => a.plain(p) - b.plain(p) });
const shift = (a: Twin, n: number): Twin => ({ index: a.index.plus(n), plain: (p) => a.plain(p) + n });
const times = (a: Twin, n: number): Twin => ({ index: a.index.times(n), plain: (p) => a.plain(p) * n });
const div = (a: Twin, n: number): Twin => ({ index: a.index.div(n), plain: (p) => Math.floor(a.plain(p) / n) });
const mod = (a: Twin, n: number): Twin => ({ index: a.index.mod(n), plain: (p) => floorMod(a.plain(p), n) });
/** Through the positions in one shape to a weighted sum of the positions in another. */
function regroup(a: Twin, shape: readonly number[], weights: readonly number[]): Twin {
  const inside = mod(a, size(shape));
  const parts = unflatten(inside.index, shape);
  const plain = (p: Point): number => {
    let rest = inside.plain(p);
    let out = 0;
    for (let d = shape.length - 1; d >= 0; d--) {
      out += (rest % shape[d]!) * weights[d]!;
      rest = Math.floor(rest / shape[d]!);
    }
    return out;
  };
  return { index: parts.reduce((out, part, d) => out.plus(part.times(weights[d]!)), Index.of(0)), plain };
}

function twins(axes: readonly Axis[]): fc.Arbitrary<Twin> {
  const value: Twin = { index: Index.value(gathered, gatherExtent), plain: valueAt };
  const leaves = [...axes.map(atom), ...(axes.length ? [value] : [])];
  const constant = fc.integer({ min: -9, max: 9 }).map((n): Twin => ({ index: Index.of(n), plain: () => n }));
  const by = fc.integer({ min: 1, max: 12 });
  const factor = fc.integer({ min: -8, max: 8 });
  return fc.letrec<{ tree: Twin }>((tie) => {
    const one = tie('tree');
    return {
      tree: fc.oneof(
        { depthSize: 'medium', withCrossShrink: true },
        leaves.length ? fc.oneof({ arbitrary: fc.constantFrom(...leaves), weight: 5 }, constant) : constant,
        fc.tuple(one, one).map(([a, b]) => plus(a, b)),
        fc.tuple(one, one).map(([a, b]) => minus(a, b)),
        fc.tuple(one, factor, factor).map(([a, n, m]) => shift(times(a, n), m)),
        fc.tuple(one, factor, one).map(([a, n, b]) => plus(times(a, n), b)),
        fc.tuple(one, by).map(([a, n]) => div(a, n)),
        fc.tuple(one, by).map(([a, n]) => mod(a, n)),
        fc.tuple(one, by).map(([a, n]) => plus(times(div(a, n), n), mod(a, n))),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), factor), { minLength: 1, maxLength: 3 }).chain((pairs) =>
          one.map((a) =>
            regroup(
              a,
              pairs.map(([n]) => n),
              pairs.map(([, w]) => w),
            ),
          ),
        ),
      ),
    };
  }).tree;
}

const extents = (min: number, max: number, length = 3) => fc.array(fc.integer({ min, max }), { maxLength: length });

describe('Index', () => {
  it('equals plain integers at all points, within its range', () => {
    const cases = extents(0, 7).chain((list) => fc.tuple(fc.constant(axesOf(list)), twins(axesOf(list))));
    fc.assert(
      fc.property(cases, ([axes, twin]) => {
        expectEqualEverywhere(twin, axes);
        expectNaturalNumerators(twin.index);
      }),
      { numRuns: 3000 },
    );
  });

  it('equals plain integers after substitution', () => {
    const outer = axesOf([3, 4], 'b');
    const cases = extents(1, 7).chain((list) => {
      const affine = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: -3, max: 3 }), fc.integer({ min: -4, max: 4 }));
      return fc.tuple(
        fc.constant(list),
        twins(axesOf(list)),
        fc.array(affine, { minLength: list.length, maxLength: list.length }),
      );
    });
    fc.assert(
      fc.property(cases, ([list, twin, forms]) => {
        const [x, y] = outer.map((axis) => Index.axis(axis)) as [Index, Index];
        const map = new Map(
          axesOf(list).map(({ key }, i) => [key, x.times(forms[i]![0]).plus(y.times(forms[i]![1])).plus(forms[i]![2])]),
        );
        const inner = (point: Point): Point => new Map([...map].map(([key, form]) => [key, evaluate(form, point)]));
        const plainValue = (point: Point): number => floorMod(valueAt(inner(point)), gatherExtent);
        const moved: IndexValue = { id: 8, axes: new Set(outer.map(({ key }) => key)) };
        const index = twin.index.substitute(map, () => moved);
        for (const point of points(outer)) {
          const got = index.evaluate(point, () => plainValue(point));
          expect(got).toBe(twin.index.evaluate(inner(point), () => plainValue(point)));
          expect(got).toBeGreaterThanOrEqual(index.range[0]);
          expect(got).toBeLessThanOrEqual(index.range[1]);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('has one form for an affine function, and tight ranges for it and for its div and mod', () => {
    const term = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: -9, max: 9 }));
    const axes = axesOf([2, 3, 5, 7]);
    fc.assert(
      fc.property(
        fc.array(term, { maxLength: 6 }),
        fc.integer({ min: -20, max: 20 }),
        fc.integer({ min: 1, max: 12 }),
        (list, offset, n) => {
          const add = (out: Index, [i, c]: readonly [number, number]): Index => out.plus(Index.axis(axes[i]!).times(c));
          const forward = list.reduce(add, Index.of(offset));
          const backward = list.toReversed().reduce(add, Index.of(0)).minus(-offset);
          expect(backward.key).toBe(forward.key);
          const values = points(axes).map((point) => evaluate(forward, point));
          const [low, high] = [Math.min(...values), Math.max(...values)];
          expect(forward.range).toEqual([low, high]);
          expect(forward.div(n).range).toEqual([Math.floor(low / n), Math.floor(high / n)]);
          if (Math.floor(low / n) === Math.floor(high / n))
            expect(forward.mod(n).range).toEqual([floorMod(low, n), floorMod(high, n)]);
        },
      ),
    );
  });

  const [i, j, k] = [40, 25, 7].map((extent, d) => Index.axis({ key: 'ijk'[d]!, extent })) as [Index, Index, Index];

  it.each([
    [i.times(4).plus(2).div(6), '((2*i + 1) div 3)'],
    [i.times(4).plus(3).mod(6), '2*((2*i + 1) mod 3) + 1'],
    [i.times(12).plus(k).div(12), 'i'],
    [i.times(12).plus(k).mod(12), 'k'],
    [i.times(12).plus(k).div(24), '(i div 2)'],
    [i.times(12).plus(k).mod(24), '12*(i mod 2) + k'],
    [i.div(3).div(5), '(i div 15)'],
    [i.mod(12).mod(4), '(i mod 4)'],
    [i.mod(12).div(4), '((i div 4) mod 3)'],
    [Index.of(24).minus(j).mod(25), '-j + 24'],
    [Index.of(24).minus(j).plus(i.times(25)).div(25), 'i'],
    [Index.of(24).minus(j).div(5), '-(j div 5) + 4'],
    [Index.of(24).minus(j).mod(5), '-(j mod 5) + 4'],
    [j.times(-1).div(25).range.join(), '-1,0'],
    [i.div(8).times(-16).minus(i.mod(8).times(2)), '-2*i'],
    [i.div(40), '0'],
    [Index.of(-7).div(3), '-3'],
    [Index.of(-7).mod(3), '2'],
    [i.minus(i), '0'],
  ])('simplifies to %s', (index, key) => {
    expect(`${index}`).toBe(key);
  });

  it('treats size 1 and size 0 without a division by zero', () => {
    const empty = Index.axis({ key: 'e', extent: 0 });
    expect(Index.axis({ key: 'u', extent: 1 })).toBe(Index.of(0));
    expect(Index.value(gathered, 1).constant).toBe(0);
    expect(empty.axes.has('e')).toBe(true);
    expect(empty.range).toEqual([0, 0]);
    expect(unflatten(empty, [2, 0, 3]).map(String)).toEqual(['0', '0', '0']);
    expect(flatten([i, empty, k], [40, 0, 7]).constant).toBe(0);
    expect(unflatten(i, [1, 40, 1]).map(String)).toEqual(['0', 'i', '0']);
    expect(unflatten(Index.of(0), [])).toEqual([]);
    expect(flatten([], []).constant).toBe(0);
  });

  it('stays exact where coefficients are large', () => {
    const row = Index.axis({ key: 'r', extent: 2 ** 15 });
    const flat = flatten([row, row], [2 ** 15, 2 ** 15]).plus(5);
    expect(unflatten(flat, [2 ** 10, 2 ** 11, 2 ** 10]).length).toBe(3);
    expectEqualEverywhere(
      {
        index: row
          .times(2 ** 31)
          .plus(7)
          .div(2 ** 16),
        plain: (p) => p.get('r')! * 2 ** 15,
      },
      [{ key: 'r', extent: 9 }],
    );
  });

  it('knows the free axes inside div, mod and values', () => {
    const index = i.div(3).plus(Index.value(gathered, 5).plus(k).mod(4));
    expect([...index.axes].sort()).toEqual(['a0', 'i', 'k']);
    expect(Index.of(3).axes.size).toBe(0);
  });

  it('refuses what it cannot know', () => {
    expect(() => Index.value(gathered, 5).substitute(new Map([['a0', i]]))).toThrow(
      'Index.substitute: value 7 depends on a replaced axis. Pass a function that rebuilds it.',
    );
    expect(() => i.div(0)).toThrow('Index: cannot divide by 0; a divisor is a positive integer.');
    expect(() => i.mod(-2)).toThrow('Index: cannot divide by -2; a divisor is a positive integer.');
    expect(() => i.evaluate(new Map(), () => 0)).toThrow("Index.evaluate: axis 'i' has no value.");
  });
});

describe('tiling', () => {
  const outer = Index.axis({ key: 'o', extent: 6 });
  const lane = Index.axis({ key: 'lane', extent: 4 });
  const axis = { key: 'i', extent: 24 };
  const tile = new Map([['i', outer.times(4).plus(lane)]]);
  const tiled = (index: Index): Index => index.substitute(tile);

  it('keeps ranges and takes lanes out of div and mod by multiples of 4', () => {
    const i = Index.axis(axis);
    expect(tiled(i).range).toEqual(i.range);
    for (const n of [4, 8, 12, 16, 20]) {
      expect(tiled(i.div(n)).axes.has('lane'), `div ${n}`).toBe(false);
      const lanes = tiled(i.mod(n)).terms.filter(({ atom }) => atom.key === 'lane');
      expect(
        lanes.map(({ coefficient }) => coefficient),
        `mod ${n}`,
      ).toEqual([1]);
      const flipped = tiled(Index.of(23).minus(i).mod(n)).terms.filter(({ atom }) => atom.key.includes('lane'));
      expect(
        flipped.map(({ coefficient }) => coefficient),
        `flipped mod ${n}`,
      ).toEqual([-1]);
    }
    expect(tiled(i.div(4)).key).toBe('o');
    expect(tiled(i.mod(4)).key).toBe('lane');
    expect(tiled(Index.of(23).minus(i)).key).toBe('-lane - 4*o + 23');
  });

  it('gives the same values and no looser range for an affine form', () => {
    fc.assert(
      fc.property(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 }), (c, offset) => {
        const index = Index.axis(axis).times(c).plus(offset);
        expect(tiled(index).range).toEqual(index.range);
      }),
    );
  });
});
