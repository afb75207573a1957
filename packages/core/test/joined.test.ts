import { describe, expect, it } from 'vitest';
import { Builder, type Expr } from '../src/loops/expression.js';
import { type Axis, flatten, Index } from '../src/loops/indices.js';
import { prepare } from '../src/loops/interpret.js';
import { type Nest, nestOf } from '../src/loops/loop.js';
import { type Kernel, LANES } from '../src/loops/statement.js';
import { place } from '../src/placement/place.js';

const ROWS = 12;
const COLUMNS = 7;
const COUNT = ROWS * COLUMNS;
const values = Float32Array.from({ length: COUNT }, (_, i) => ((i * 29) % 53) - 20);

type Body = (b: Builder, x: Expr, at: readonly [row: Index, column: Index]) => Expr;

function placed(nest: Nest, results: number): Kernel {
  const buffers = [COUNT, COLUMNS].map((length) => ({ dtype: 'float32', length, access: 'read' }) as const);
  return place(nest, [...buffers, { dtype: 'float32', length: results, access: 'write' }], { wideSums: false, lanes: LANES });
}

function resultOf(kernel: Kernel, results: number): number[] {
  const result = new Float32Array(results);
  prepare(kernel)([values, Float32Array.from({ length: COLUMNS }, (_, i) => i + 1), result]);
  return [...result];
}

const loops = ({ key }: Kernel): string[] => key.split('\n').flatMap((line) => line.match(/for \S+ < (\d+)/)?.slice(1) ?? []);
const x = (b: Builder, row: Index, column: Index): Expr => b.load(0, 'float32', flatten([row, column], [ROWS, COLUMNS]));
const byColumn: Body = (b, value, [, column]) => value.mul(b.load(1, 'float32', column));
const exceptFirst: Body = (b, value, [, column]) => b.guard([[column, 1, COLUMNS]], value, 0);
const plus: Body = (b, value, [row, column]) => value.add(b.index(row.times(COLUMNS).plus(column), 'float32'));
const product = (i: number): number => values[i]! * ((i % COLUMNS) + 1);
const guarded = (i: number): number => (i % COLUMNS > 0 ? values[i]! : 0);

describe('short axes', () => {
  const axes: Axis[] = [
    { key: 'i', extent: ROWS },
    { key: 'j', extent: COLUMNS },
  ];
  const kernelOf = (body: Body): Kernel => {
    const b = new Builder();
    const stores = ([row, column]: readonly Index[]) => {
      const value = body(b, x(b, row!, column!), [row!, column!]);
      return [{ buffer: 2, address: flatten([row!, column!], [ROWS, COLUMNS]), value, accumulate: false }];
    };
    return placed(nestOf({ axes, order: [0, 1], ordered: new Set(), stores, tile: new Map() }), COUNT);
  };

  it('are one with those before, where all that is read and written lies in one row', () => {
    expect(loops(kernelOf((_b, value) => value.neg()))).toEqual(['21']);
    expect(loops(kernelOf(plus))).toEqual(['21']);
    expect(resultOf(kernelOf(plus), COUNT)).toEqual(Array.from(values, (value, i) => value + i));
  });

  it('stay as they are where something is read along one of them, or guarded', () => {
    for (const [body, wanted] of [
      [byColumn, product],
      [exceptFirst, guarded],
    ] as const) {
      expect(loops(kernelOf(body))[0]).toBe('12');
      expect(resultOf(kernelOf(body), COUNT)).toEqual(Array.from(values, (_, i) => wanted(i)));
    }
  });
});

describe('short axes of a reduction', () => {
  const axes: Axis[] = [
    { key: 'r0', extent: ROWS },
    { key: 'r1', extent: COLUMNS },
  ];
  const kernelOf = (...bodies: Body[]): Kernel => {
    const b = new Builder();
    const at = axes.map(Index.axis) as [Index, Index];
    const stores = () =>
      bodies.map((body, i) => {
        const value = b.reduce('sum', axes, body(b, x(b, ...at), at));
        return { buffer: 2, address: Index.of(i), value, accumulate: false };
      });
    return placed(nestOf({ axes: [], order: [], ordered: new Set(), stores, tile: new Map() }), bodies.length);
  };
  const sumOf = (element: (i: number) => number): number => Array.from(values, (_, i) => element(i)).reduce((a, b) => a + b);

  it('are one likewise', () => {
    const kernel = kernelOf((_b, value) => value, plus);
    expect(loops(kernel)).toEqual(['5']);
    expect(resultOf(kernel, 2)).toEqual([sumOf((i) => values[i]!), sumOf((i) => values[i]! + i)]);
  });

  it('stay as they are where one of several reductions reads along one of them, or is guarded', () => {
    for (const [body, wanted] of [
      [byColumn, product],
      [exceptFirst, guarded],
    ] as const) {
      const kernel = kernelOf((_b, value) => value, body);
      expect(loops(kernel)[0]).toBe('12');
      expect(resultOf(kernel, 2)).toEqual([sumOf((i) => values[i]!), sumOf(wanted)]);
    }
  });
});
