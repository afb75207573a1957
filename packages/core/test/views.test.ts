import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flatten, Index, unflatten } from '../src/loops/indices.js';
import { axesOf, expectEqualEverywhere, expectNaturalNumerators, type Point, size } from './twins.js';

describe('views', () => {
  interface View {
    readonly name: string;
    readonly shape: readonly number[];
    /** From the index in this view to the index in the one before. */
    readonly pull: (at: readonly Index[]) => readonly Index[];
    readonly plain: (at: readonly number[]) => readonly number[];
  }
  const plainFlatten = (at: readonly number[], shape: readonly number[]): number =>
    at.reduce((out, a, d) => out * shape[d]! + a, 0);
  const plainUnflatten = (flat: number, shape: readonly number[]): number[] => {
    const out: number[] = [];
    for (let d = shape.length - 1; d >= 0; d--) {
      out.unshift(flat % shape[d]!);
      flat = Math.floor(flat / shape[d]!);
    }
    return out;
  };
  const reshape = (from: readonly number[], to: readonly number[]): View => ({
    name: `reshape [${from}] to [${to}]`,
    shape: to,
    pull: (at) => unflatten(flatten(at, to), from),
    plain: (at) => plainUnflatten(plainFlatten(at, to), from),
  });
  const transpose = (from: readonly number[], order: readonly number[]): View => ({
    name: `transpose ${order}`,
    shape: order.map((d) => from[d]!),
    pull: (at) => from.map((_, d) => at[order.indexOf(d)]!),
    plain: (at) => from.map((_, d) => at[order.indexOf(d)]!),
  });
  const flip = (from: readonly number[], axis: number): View => ({
    name: `flip ${axis}`,
    shape: from,
    pull: (at) => at.map((a, d) => (d === axis ? Index.of(from[d]! - 1).minus(a) : a)),
    plain: (at) => at.map((a, d) => (d === axis ? from[d]! - 1 - a : a)),
  });
  const slice = (from: readonly number[], axis: number, start: number, step: number): View => ({
    name: `slice ${axis} from ${start} by ${step}`,
    shape: from.map((n, d) => (d === axis ? Math.ceil((n - start) / step) : n)),
    pull: (at) => at.map((a, d) => (d === axis ? a.times(step).plus(start) : a)),
    plain: (at) => at.map((a, d) => (d === axis ? a * step + start : a)),
  });

  const primes = (n: number): number[] => {
    for (let p = 2; p * p <= n; p++) if (n % p === 0) return [p, ...primes(n / p)];
    return n > 1 ? [n] : [];
  };
  /** Shapes of a given size: its prime factors, in a random order and random groups, with ones among them. */
  const shapesOf = (count: number): fc.Arbitrary<number[]> => {
    const factors = [...primes(count), 1];
    return fc
      .tuple(
        fc.shuffledSubarray(factors, { minLength: factors.length }),
        fc.array(fc.boolean(), { minLength: factors.length, maxLength: factors.length }),
      )
      .map(([list, breaks]) => {
        const out = [1];
        for (const [d, p] of list.entries()) out.push(breaks[d] ? p : out.pop()! * p);
        return out;
      });
  };
  const regroupings = (from: readonly number[]): fc.Arbitrary<View> =>
    fc.oneof(
      { arbitrary: shapesOf(size(from)).map((to) => reshape(from, to)), weight: 2 },
      fc.shuffledSubarray([...from.keys()], { minLength: from.length }).map((order) => transpose(from, order)),
      fc.nat(from.length - 1).map((axis) => flip(from, axis)),
    );
  const slices = (from: readonly number[]): fc.Arbitrary<View> =>
    fc
      .nat(from.length - 1)
      .chain((axis) =>
        fc.tuple(fc.nat(from[axis]! - 1), fc.integer({ min: 1, max: 3 })).map(([start, step]) => slice(from, axis, start, step)),
      );

  interface Chain {
    readonly from: readonly number[];
    readonly views: readonly View[];
  }
  const chains = (next: (shape: readonly number[]) => fc.Arbitrary<View>, length: number): fc.Arbitrary<Chain> => {
    let out: fc.Arbitrary<Chain> = fc
      .constantFrom(24, 36, 60, 64, 210)
      .chain(shapesOf)
      .map((from) => ({ from, views: [] }));
    for (let n = 0; n < length; n++) {
      out = out.chain((chain) =>
        next(chain.views.at(-1)?.shape ?? chain.from).map((view) => ({ ...chain, views: [...chain.views, view] })),
      );
    }
    return out;
  };
  const lastShape = ({ from, views }: Chain): readonly number[] => views.at(-1)?.shape ?? from;
  const pull = ({ views }: Chain, at: readonly Index[]): readonly Index[] => views.reduceRight((at, view) => view.pull(at), at);

  it('agree with what the views do to an array, element by element', () => {
    const any = fc
      .integer({ min: 1, max: 5 })
      .chain((length) => chains((shape) => fc.oneof(regroupings(shape), slices(shape)), length));
    fc.assert(
      fc.property(any, (chain) => {
        const axes = axesOf(lastShape(chain));
        const index = flatten(
          pull(
            chain,
            axes.map((axis) => Index.axis(axis)),
          ),
          chain.from,
        );
        const plain = (point: Point): number => {
          const at = axes.map(({ key }) => point.get(key)!);
          return plainFlatten(
            chain.views.reduceRight<readonly number[]>((at, view) => view.plain(at), at),
            chain.from,
          );
        };
        expectEqualEverywhere({ index, plain }, axes);
        expectNaturalNumerators(index);
      }),
      { numRuns: 1500 },
    );
  });

  it('vanish where reshapes cover the whole array', () => {
    const reshapes = fc
      .integer({ min: 1, max: 5 })
      .chain((length) => chains((shape) => shapesOf(size(shape)).map((to) => reshape(shape, to)), length));
    fc.assert(
      fc.property(reshapes, (chain) => {
        const axis = { key: 'i', extent: size(chain.from) };
        const whole = { ...chain, views: [...chain.views, reshape(lastShape(chain), [axis.extent])] };
        expect(flatten(pull(whole, [Index.axis(axis)]), chain.from).key).toBe('i');
        const at = axesOf(lastShape(chain)).map((axis) => Index.axis(axis));
        expect(flatten(pull(chain, at), chain.from).key).toBe(flatten(at, lastShape(chain)).key);
      }),
      { numRuns: 500 },
    );
  });

  it('vanish where flatten follows unflatten, for any affine index, inside the shape or out of it', () => {
    const term = fc.tuple(fc.integer({ min: 2, max: 8 }), fc.integer({ min: -30, max: 60 }));
    const shapes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }).filter((shape) => size(shape) > 1);
    fc.assert(
      fc.property(fc.array(term, { maxLength: 4 }), fc.integer({ min: -9, max: 99 }), shapes, (terms, offset, shape) => {
        const axes = axesOf(terms.map(([extent]) => extent));
        const index = terms.reduce((out, [, c], d) => out.plus(Index.axis(axes[d]!).times(c)), Index.of(offset));
        expect(flatten(unflatten(index, shape), shape).key).toBe(index.key);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['splitting and merging heads', [4, 10, 24], [4, 10, 3, 8], [0, 2, 1, 3], [12, 10, 8]],
    ['space to depth', [2, 3, 8, 12], [2, 3, 4, 2, 6, 2], [0, 1, 3, 5, 2, 4], [2, 12, 4, 6]],
    ['shuffling channels', [2, 12, 5], [2, 3, 4, 5], [0, 2, 1, 3], [2, 12, 5]],
    ['a matrix of blocks', [12, 20], [3, 4, 5, 4], [0, 2, 1, 3], [15, 16]],
  ])('vanish after %s and back, flipped or not', (_name, from, split, order, to) => {
    for (const flipped of [false, true]) {
      const turned = transpose(split, order);
      const inverse = order.map((_, d) => order.indexOf(d));
      const there = [reshape(from, split), turned, ...(flipped ? [flip(turned.shape, 1)] : []), reshape(turned.shape, to)];
      const back = [
        reshape(to, turned.shape),
        ...(flipped ? [flip(turned.shape, 1)] : []),
        transpose(turned.shape, inverse),
        reshape(split, from),
      ];
      const at = axesOf(from).map((axis) => Index.axis(axis));
      const got = pull({ from, views: [...there, ...back] }, at);
      expect(got.map(String)).toEqual(at.map(String));
    }
  });
});
