import { describe, expect, it } from 'vitest';
import { Builder, type Expr } from '../src/loops/expression.js';
import { type Axis, flatten, Index } from '../src/loops/indices.js';
import { prepare } from '../src/loops/interpret.js';
import { type Loop, type Nest, nestOf, type Store } from '../src/loops/loop.js';
import { Procedure } from '../src/loops/procedure.js';
import { type Kernel, type KernelBuffer, LANES } from '../src/loops/statement.js';
import { kernelOfProcedure, place } from '../src/placement/place.js';
import type { DType, TypedArray } from '../src/tensor/dtype.js';

const axis = (key: string, extent: number): Axis => ({ key, extent });
const at = (...axes: Axis[]): Index[] => axes.map(Index.axis);
const read = (dtype: DType, length: number): KernelBuffer => ({ dtype, length, access: 'read' });
const write = (dtype: DType, length: number): KernelBuffer => ({ dtype, length, access: 'write' });
const store = (buffer: number, address: Index, value: Expr, accumulate = false): Store => ({
  buffer,
  address,
  value,
  accumulate,
});

function loopOf(
  axes: Axis[],
  stores: (at: readonly Index[]) => Store[],
  more: Partial<Loop> = {},
  fill: Nest['fill'] = [],
): Nest {
  return nestOf({ axes, order: axes.map((_, i) => i), ordered: new Set(), tile: new Map(), stores, ...more }, fill);
}

const lines = (kernel: Kernel): string[] => kernel.key.split('\n');
function run(kernel: Kernel, ...arrays: TypedArray[]): void {
  prepare(kernel)(arrays);
}

describe('place', () => {
  const i = axis('i', 3);
  const j = axis('j', 4);
  const r = axis('r0x5', 5);

  it('puts every value into the outermost loop that binds its axes', () => {
    const b = new Builder();
    const loop = loopOf([i, j], ([y, x]) => [
      store(
        2,
        flatten([y!, x!], [3, 4]),
        b
          .load(0, 'float32', y!)
          .exp()
          .mul(b.load(1, 'float32', x!)),
      ),
    ]);
    const kernel = place(loop, [read('float32', 3), read('float32', 4), write('float32', 12)], { wideSums: true });
    expect(kernel.key).toBe(`float32 float32 float32
for %0 < 3 parallel
 %1 = #0[%0]
 %2 = exp %1 float32
 %3 = mul %0 4 int32
 for %4 < 4 parallel
  %5 = #1[%4]
  %6 = mul %2 %5 float32
  %7 = add %3 %4 int32
  #2[%7] = %6`);
  });

  it('computes the cells of a tile together, and those that are left in a smaller tile', () => {
    const b = new Builder();
    const loop = loopOf([axis('i', 5)], ([x]) => [store(1, x!, b.load(0, 'int32', x!).neg())], { tile: new Map([['i', 2]]) });
    const kernel = place(loop, [read('int32', 5), write('int32', 5)], { wideSums: true });
    expect(kernel.key).toBe(`int32 int32
for %0 < 2 parallel
 %1 = mul %0 2 int32
 %2 = #0[%1]
 %3 = neg %2 int32
 %4 = #0[%1 + 1]
 %5 = neg %4 int32
 #1[%1] = %3
 #1[%1 + 1] = %5
%6 = #0[0 + 4]
%7 = neg %6 int32
#1[0 + 4] = %7`);
  });

  it('runs a loop in pieces where guards on its last axis divide it, unless these are short', () => {
    const b = new Builder();
    const padded = (length: number, before: number): Nest =>
      loopOf([axis('i', 2 * length)], ([x]) => {
        const at = x!.minus(before);
        return [store(1, x!, b.guard([[at, 0, length]], b.load(0, 'int32', at), 7))];
      });
    const buffers = (length: number): KernelBuffer[] => [read('int32', length), write('int32', 2 * length)];
    const halves = place(padded(20, 20), buffers(20), { wideSums: true });
    expect(halves.key).toBe(`int32 int32
for %0 < 20 parallel
 #1[%0] = 7
for %1 < 20 parallel
 %2 = #0[%1]
 #1[%1 + 20] = %2`);
    for (const [length, before, loops] of [
      [32, 16, 3],
      [20, 1, 1],
    ] as const) {
      const kernel = place(padded(length, before), buffers(length), { wideSums: true });
      expect(lines(kernel).filter((line) => line.startsWith('for'))).toHaveLength(loops);
      const values = Int32Array.from({ length }, (_, i) => i);
      const result = new Int32Array(2 * length);
      run(kernel, values, result);
      expect([...result]).toEqual([...new Array(before).fill(7), ...values, ...new Array(length - before).fill(7)]);
    }
  });

  it('accumulates float32 in float64 where sums are wide, with exact products', () => {
    const b = new Builder();
    const [k] = at(r) as [Index];
    const loop = loopOf([], () => [
      store(2, Index.of(0), b.reduce('sum', [r], b.load(0, 'float32', k).mul(b.load(1, 'float32', k)))),
    ]);
    const buffers = [read('float32', 5), read('float32', 5), write('float32', 1)];
    const x = Float32Array.of(1 + 2 ** -12, 1, 0, 0, 0);
    const y = Float32Array.of(1 + 2 ** -12, -1 - 2 ** -11, 0, 0, 0);
    const result = new Float32Array(1);
    run(place(loop, buffers, { wideSums: true }), x, y, result);
    expect(result[0]).toBe(2 ** -24);
    run(place(loop, buffers, { wideSums: false }), x, y, result);
    expect(result[0]).toBe(0);
  });

  it('runs reductions over the same axes in one loop, and one that needs another after it', () => {
    const b = new Builder();
    const x = b.load(0, 'float64', flatten([Index.axis(i), Index.axis(r)], [3, 5]));
    const most = b.reduce('max', [r], x);
    const sum = b.reduce('sum', [r], x.sub(most).exp());
    const squares = b.reduce('sum', [r], x.mul(x));
    const loop = loopOf([i], ([y]) => [store(1, y!, sum.add(squares).add(most))]);
    const kernel = place(loop, [read('float64', 15), write('float64', 3)], { wideSums: true });
    expect(lines(kernel).filter((line) => line.includes('for'))).toEqual(['for %0 < 3 parallel', ' for %4 < 5', ' for %11 < 5']);
  });

  it('keeps guarded loads in their branch, and apart reductions that different guards spare', () => {
    // The row sums of [a; b], of 2 and 1 rows: neither may be read at the rows of the other.
    const b = new Builder();
    const [y, k] = at(i, r) as [Index, Index];
    const rowSum = (buffer: number, row: Index): Expr =>
      b.reduce('sum', [r], b.load(buffer, 'float64', flatten([row, k], [2, 5])));
    const loop = loopOf([i], () => [
      store(2, y, b.guard([[y, 0, 2]], rowSum(0, y), 0).add(b.guard([[y.minus(2), 0, 1]], rowSum(1, y.minus(2)), 0))),
    ]);
    const kernel = place(loop, [read('float64', 10), read('float64', 5), write('float64', 3)], { wideSums: true });
    const result = new Float64Array(3);
    run(kernel, new Float64Array(10).fill(1), new Float64Array(5).fill(2), result);
    expect([...result]).toEqual([5, 5, 10]);
  });

  it('keeps what is computed from a guarded load that is an index in the branch', () => {
    // The places that a list of 2 tells, and 7 after them.
    const b = new Builder();
    const [y] = at(i) as [Index];
    const told = Index.value(b.load(0, 'int32', y), 4);
    const loop = loopOf([i], () => [store(1, y, b.guard([[y, 0, 2]], b.index(told).apply('mul', b.constant(3, 'int32')), 7))]);
    const kernel = place(loop, [read('int32', 2), write('int32', 3)], { wideSums: true });
    const result = new Int32Array(3);
    run(kernel, Int32Array.of(3, 1), result);
    expect([...result]).toEqual([9, 3, 7]);
  });

  it('tests a guard of a sum as far out as its axes are bound, and reads what is always in bounds outside it', () => {
    // A row of a convolution: y[i] = Σ x[i + r - 2, c]·w[r].
    const b = new Builder();
    const c = axis('c', 2);
    const [y, k, q] = at(i, r, c) as [Index, Index, Index];
    const row = y.plus(k).minus(2);
    const product = b.load(0, 'float64', flatten([row, q], [3, 2])).mul(b.load(1, 'float64', k));
    const loop = loopOf([i], () => [store(2, y, b.reduce('sum', [r, c], b.guard([[row, 0, 3]], product, 0)))]);
    const kernel = place(loop, [read('float64', 6), read('float64', 5), write('float64', 3)], { wideSums: true });
    expect(kernel.key).toBe(`float64 float64 float64
for %0 < 3 parallel
 var %1 = 0 float64
 %2 = add %0 -2 int32
 %3 = mul %0 2 int32
 %4 = add %3 -4 int32
 for %5 < 5
  %6 = add %2 %5 int32
  %7 = ge %6 0 bool
  %8 = lt %6 3 bool
  %9 = and %7 %8 bool
  %10 = mul %5 2 int32
  %11 = add %4 %10 int32
  %12 = #1[%5]
  if %9
   for %13 < 2
    %14 = add %11 %13 int32
    %15 = #0[%14]
    %16 = mul %15 %12 float64
    %17 = add %1 %16 float64
    %1 := %17
 #2[%0] = %1`);
  });

  it('starts a recurrence anew with every run of its axis', () => {
    const b = new Builder();
    const loop = loopOf(
      [j, i],
      ([x, y]) => {
        const value = b.load(0, 'int32', flatten([y!, x!], [3, 4]));
        return [store(1, flatten([y!, x!], [3, 4]), b.recurrence(j, b.constant(1, 'int32'), value))];
      },
      { order: [1, 0], ordered: new Set(['j']) },
    );
    const kernel = place(loop, [read('int32', 12), write('int32', 12)], { wideSums: true });
    const result = new Int32Array(12);
    run(
      kernel,
      Int32Array.from({ length: 12 }, (_, k) => k),
      result,
    );
    expect([...result]).toEqual([0, 1, 3, 6, 4, 9, 15, 22, 8, 17, 27, 38]);
  });

  it('refuses a recurrence whose axis is not innermost', () => {
    const b = new Builder();
    const loop = loopOf([j, i], ([x, y]) => [
      store(0, flatten([x!, y!], [4, 3]), b.recurrence(j, b.constant(1, 'int32'), b.index(y!))),
    ]);
    expect(() => place(loop, [write('int32', 12)], { wideSums: true })).toThrow(
      "The axis 'j' of a recurrence must be the innermost.",
    );
  });

  it('adds to cells in order, after filling', () => {
    const b = new Builder();
    const loop = loopOf(
      [j],
      ([x]) => [store(1, Index.value(b.load(0, 'int32', x!), 3), b.index(x!).add(b.constant(1, 'int32')), true)],
      { ordered: new Set(['j']) },
      [{ buffer: 1, value: 0 }],
    );
    const kernel = place(loop, [read('int32', 4), { dtype: 'int32', length: 3, access: 'readwrite' }], { wideSums: true });
    expect(lines(kernel)[2]).toBe('for %0 < 4');
    const result = Int32Array.of(9, 9, 9);
    run(kernel, Int32Array.of(2, 0, 2, 0), result);
    expect([...result]).toEqual([6, 0, 4]);
  });

  it('does nothing over an axis of no elements but fill, and reduces none to the identity', () => {
    const b = new Builder();
    const none = axis('n', 0);
    const loop = loopOf([none], ([x]) => [store(0, x!, b.constant(1, 'int32'))], {}, [{ buffer: 0, value: 0 }]);
    expect(lines(place(loop, [write('int32', 0)], { wideSums: true }))).toEqual(['int32', '#0[..] = 0']);
    const empty = (combine: 'sum' | 'product' | 'max' | 'min'): Expr =>
      b.reduce(combine, [none], b.load(0, 'int32', Index.of(0)));
    const reduced = loopOf([], () =>
      (['sum', 'product', 'max', 'min'] as const).map((combine, k) => store(1, Index.of(k), empty(combine))),
    );
    const result = new Int32Array(4);
    run(place(reduced, [read('int32', 0), write('int32', 4)], { wideSums: true }), new Int32Array(0), result);
    expect([...result]).toEqual([0, 1, -(2 ** 31), 2 ** 31 - 1]);
  });

  it('divides by truncation where the numerator cannot be negative', () => {
    const b = new Builder();
    const n = axis('n', 12);
    const loop = loopOf([n], ([x]) => [store(0, x!, b.index(x!.times(2).plus(1).div(3)).add(b.index(x!.mod(5))))]);
    const kernel = place(loop, [write('int32', 12)], { wideSums: true });
    expect(kernel.key).toContain(' = div ');
    expect(kernel.key).not.toContain('floor');
    const result = new Int32Array(12);
    run(kernel, result);
    expect([...result]).toEqual(Array.from({ length: 12 }, (_, k) => Math.floor((2 * k + 1) / 3) + (k % 5)));
  });

  it('gives equal kernels equal keys, whatever their axes are called', () => {
    const kernel = (name: string): Kernel => {
      const b = new Builder();
      return place(
        loopOf([axis(name, 7)], ([x]) => [store(1, x!, b.load(0, 'float32', x!).tanh())]),
        [read('float32', 7), write('float32', 7)],
        { wideSums: true },
      );
    };
    expect(kernel('a').key).toBe(kernel('b').key);
  });
});

describe('lanes of a function', () => {
  const kernelOf = (length: number): Kernel => {
    const b = new Builder();
    const loop = loopOf([axis('i', length)], ([x]) => [store(1, x!, b.load(0, 'float32', x!).exp())]);
    return place(loop, [read('float32', length), write('float32', length)], { wideSums: false, lanes: LANES });
  };

  it('are computed two vectors at a time; the last one ends where the axis does, and stores only what is left', () => {
    expect(kernelOf(45).key).toBe(`float32 float32
for %0 < 5 parallel
 %1 = mul %0 8 int32
 %2 = #0[%1] lanes
 %3 = exp %2 float32 lanes
 %4 = #0[%1 + 4] lanes
 %5 = exp %4 float32 lanes
 #1[%1] = %3 lanes
 #1[%1 + 4] = %5 lanes
%6 = #0[0 + 40] lanes
%7 = exp %6 float32 lanes
%8 = #0[0 + 41] lanes
%9 = exp %8 float32 lanes
#1[0 + 40] = %7 lanes
%10 = lane %9 3 float32
#1[0 + 44] = %10`);
  });

  it('are one vector where the axis is short', () => {
    expect(kernelOf(28).key).toContain('for %0 < 7 parallel\n %1 = mul %0 4 int32');
  });
});

describe.each([1, LANES] as const)('long sums, %d neighbours side by side,', (lanes) => {
  function sumOver(extents: number[], dtype: DType, also = false): Kernel {
    const b = new Builder();
    const axes = extents.map((extent, k) => axis(`r${k}`, extent));
    const length = extents.reduce((x, y) => x * y, 1);
    const x = b.load(0, dtype, flatten(axes.map(Index.axis), extents));
    const loop = loopOf([], () => [
      store(1, Index.of(0), b.reduce('sum', axes, x)),
      ...(also ? [store(1, Index.of(1), b.reduce('max', axes, x.neg()))] : []),
    ]);
    return place(loop, [read(dtype, length), write(dtype, 2)], { wideSums: true, lanes });
  }

  it('of 4 million tenths are right to 1e-13', () => {
    const result = new Float64Array(2);
    run(sumOver([4e6], 'float64'), new Float64Array(4e6).fill(0.1), result);
    expect(Math.abs(result[0]! / 4e6 - 0.1)).toBeLessThan(1e-14);
  });

  it.each([
    ...[[[4]], [[30]], [[32]], [[47]], [[63]], [[64]], [[67]], [[1023]], [[1024]], [[1025]], [[70001]], [[70006]], [[70020]]],
    ...[[[3, 5, 1000]], [[1000, 1, 7]], [[2000, 300]], [[5, 2049, 3]], [[3, 5, 67]]],
  ])('visit every element of %j once', (extents) => {
    const length = extents.reduce((x, y) => x * y, 1);
    const values = Float64Array.from({ length }, (_, k) => (k * 7919) % 1000);
    const result = new Float64Array(2);
    run(sumOver(extents, 'float64', true), values, result);
    expect(result[0]).toBe(values.reduce((x, y) => x + y, 0));
    expect(result[1]! + 0).toBe(0);
  });

  it('have the same bits alone and beside another reduction', () => {
    const values = Float64Array.from({ length: 5000 }, (_, k) => Math.sin(k));
    const [alone, beside] = [new Float64Array(2), new Float64Array(2)];
    run(sumOver([5000], 'float64'), values, alone);
    run(sumOver([5000], 'float64', true), values, beside);
    expect(beside[0]).toBe(alone[0]);
  });

  it('of integers are in no blocks', () => {
    expect(lines(sumOver([5120], 'int32')).filter((line) => line.includes('for'))).toHaveLength(1);
  });

  it('of 4 million float32 tenths are right to six digits', () => {
    const b = new Builder();
    const r = axis('r', 4e6);
    const total = b.reduce('sum', [r], b.load(0, 'float32', Index.axis(r)));
    const buffers = [read('float32', 4e6), write('float32', 1)];
    const result = new Float32Array(1);
    const kernel = place(
      loopOf([], () => [store(1, Index.of(0), total)]),
      buffers,
      { wideSums: false, lanes },
    );
    run(kernel, new Float32Array(4e6).fill(0.1), result);
    expect(Math.abs(result[0]! / 4e6 - 0.1)).toBeLessThan(lanes > 1 ? 1e-7 : 1e-6);
  });
});

describe('a reduction in lanes', () => {
  const kernelOf = (length: number, value: (b: Builder, x: Expr) => Expr = (_b, x) => x): Kernel => {
    const b = new Builder();
    const r = axis('r', length);
    const loop = loopOf([], () => [store(1, Index.of(0), b.reduce('max', [r], value(b, b.load(0, 'float32', Index.axis(r)))))]);
    return place(loop, [read('float32', length), write('float32', 1)], { wideSums: false, lanes: LANES });
  };
  const variables = (kernel: Kernel): number => lines(kernel).filter((line) => line.startsWith('var')).length;

  it('is in several partial results, which do not wait for one another', () => {
    expect(kernelOf(36).key).toBe(`float32 float32
var %0 = -Infinity float32 lanes
var %1 = -Infinity float32 lanes
var %2 = -Infinity float32 lanes
var %3 = -Infinity float32 lanes
for %4 < 2
 %5 = mul %4 16 int32
 %6 = #0[%5] lanes
 %7 = max %0 %6 float32 lanes
 %0 := %7
 %8 = #0[%5 + 4] lanes
 %9 = max %1 %8 float32 lanes
 %1 := %9
 %10 = #0[%5 + 8] lanes
 %11 = max %2 %10 float32 lanes
 %2 := %11
 %12 = #0[%5 + 12] lanes
 %13 = max %3 %12 float32 lanes
 %3 := %13
%14 = #0[0 + 32] lanes
%15 = max %0 %14 float32 lanes
%0 := %15
%16 = max %0 %2 float32 lanes
%17 = max %1 %3 float32 lanes
%18 = max %16 %17 float32 lanes
%19 = lane %18 0 float32
%20 = lane %18 1 float32
%21 = lane %18 2 float32
%22 = lane %18 3 float32
%23 = max %19 %21 float32
%24 = max %20 %22 float32
%25 = max %23 %24 float32
#1[0] = %25`);
  });

  it('has fewer of them where it is short, or computes functions', () => {
    expect([15, 16, 31, 32].map((length) => variables(kernelOf(length)))).toEqual([1, 2, 2, 4]);
    expect(variables(kernelOf(1000, (_b, x) => x.exp()))).toBe(2);
  });
});

describe('sums of columns', () => {
  const kernelOf = (columns: number, sums: number): Kernel => {
    const b = new Builder();
    const r = axis('r', 3);
    const loop = loopOf([axis('i', columns)], ([x]) =>
      Array.from({ length: sums }, (_, k) => {
        const element = b.load(0, 'float32', flatten([Index.axis(r), x!], [3, columns]));
        return store(1, x!.plus(k * columns), b.reduce('sum', [r], element.mul(b.constant(k + 1, 'float32'))));
      }),
    );
    const buffers = [read('float32', 3 * columns), write('float32', sums * columns)];
    return place(loop, buffers, { wideSums: false, lanes: LANES });
  };

  it('are computed four vectors at a time, a cache line, and fewer where there are several', () => {
    const steps = (sums: number): string | undefined => lines(kernelOf(64, sums)).find((line) => line.startsWith('for'));
    expect([1, 2, 4, 8, 32].map(steps)).toEqual([4, 4, 4, 8, 16].map((count) => `for %0 < ${count} parallel`));
  });

  it.each([4, 10, 16, 21, 37])('are right for %i columns', (columns) => {
    const values = Float32Array.from({ length: 3 * columns }, (_, k) => (k * k) % 101);
    const result = new Float32Array(2 * columns);
    run(kernelOf(columns, 2), values, result);
    const sums = Array.from({ length: columns }, (_, i) => values[i]! + values[columns + i]! + values[2 * columns + i]!);
    expect([...result]).toEqual([...sums, ...sums.map((sum) => 2 * sum)]);
  });
});

describe('kernelOfProcedure', () => {
  it('takes the statements as they are', () => {
    const p = new Procedure();
    const total = p.variable(p.literal(0));
    p.for(3, (k) => total.set(total.value.add(p.load(0, 'int32', k))));
    p.if(
      total.value.gt(5),
      () => p.store(1, p.literal(0), total.value),
      () => p.store(1, p.literal(0), p.literal(-1)),
    );
    const kernel = kernelOfProcedure(p, [read('int32', 3), write('int32', 1)]);
    expect(kernel.key).toBe(`int32 int32
var %0 = 0 int32
for %1 < 3
 %2 = #0[%1]
 %3 = add %0 %2 int32
 %0 := %3
%4 = gt %0 5 bool
if %4
 #1[0] = %0
else
 #1[0] = -1`);
    const result = new Int32Array(1);
    run(kernel, Int32Array.of(1, 2, 3), result);
    expect(result[0]).toBe(6);
  });
});
