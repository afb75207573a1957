import { expect } from 'vitest';
import type { Axis, Index, IndexValue } from '../src/loops/indices.js';

export type Point = ReadonlyMap<string, number>;
/** An index together with what it must be equal to, in plain integers. */
export interface Twin {
  readonly index: Index;
  readonly plain: (point: Point) => number;
}

export const gathered: IndexValue = { id: 7, axes: new Set(['a0']) };
export const gatherExtent = 5;
export const valueAt = (point: Point): number => ((point.get('a0') ?? 0) * 3 + 1) % gatherExtent;
export const floorMod = (a: number, n: number): number => ((a % n) + n) % n;
export const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
export const axesOf = (extents: readonly number[], name = 'a'): Axis[] =>
  extents.map((extent, i) => ({ key: `${name}${i}`, extent }));

/** All points of the axes, the last one fastest. */
export function points(axes: readonly Axis[]): Map<string, number>[] {
  let out: Map<string, number>[] = [new Map()];
  for (const { key, extent } of axes) {
    out = out.flatMap((point) => Array.from({ length: extent }, (_, i) => new Map(point).set(key, i)));
  }
  return out;
}

export const evaluate = (index: Index, point: Point): number => index.evaluate(point, () => valueAt(point));

export function expectEqualEverywhere({ index, plain }: Twin, axes: readonly Axis[]): void {
  const [low, high] = index.range;
  for (const point of points(axes)) {
    const got = evaluate(index, point);
    if (got !== plain(point)) expect.fail(`${index} is ${got} instead of ${plain(point)} at ${JSON.stringify([...point])}`);
    if (got < low || got > high) expect.fail(`${index} is ${got}, outside its range ${low}..${high}`);
  }
  for (const key of index.axes) expect(axes.some((axis) => axis.key === key)).toBe(true);
}

/** Under div and mod nothing may be negative: targets divide by truncation. */
export function expectNaturalNumerators(index: Index): void {
  for (const { atom } of index.terms) {
    if (atom.kind !== 'div' && atom.kind !== 'mod') continue;
    expect(atom.of.range[0]).toBeGreaterThanOrEqual(0);
    expectNaturalNumerators(atom.of);
  }
}
