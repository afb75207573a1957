import {
  type Axis,
  Builder,
  type DType,
  type Expr,
  flatten,
  Index,
  type Kernel,
  type KernelBuffer,
  kernelOfProcedure,
  type Loop,
  type Nest,
  nestOf,
  Procedure,
  place,
  type Store,
} from '@tapegrad/core';
import { describe, expect, it } from 'vitest';
import { importsFor } from '../src/js/library.js';
import { printKernel } from '../src/js/print.js';

const read = (dtype: DType, length: number): KernelBuffer => ({ dtype, length, access: 'read' });
const write = (dtype: DType, length: number): KernelBuffer => ({ dtype, length, access: 'write' });
const store = (buffer: number, address: Index, value: Expr): Store => ({ buffer, address, value, accumulate: false });

function kernelOf(
  axes: Axis[],
  buffers: KernelBuffer[],
  stores: Loop['stores'],
  more: Partial<Loop> = {},
  fill: Nest['fill'] = [],
): Kernel {
  const loop = { axes, order: axes.map((_, i) => i), ordered: new Set<string>(), tile: new Map(), stores, ...more };
  return place(nestOf(loop, fill), buffers, { wideSums: true });
}

describe('printKernel', () => {
  it('prints a chain with roundings only where they matter', () => {
    const b = new Builder();
    const kernel = kernelOf([{ key: 'i', extent: 1000 }], [read('float32', 1000), write('float32', 1000)], ([at]) => {
      const x = b.load(0, 'float32', at!);
      return [store(1, at!, x.neg().max(b.constant(0, 'float32')).mul(x).add(b.constant(0.5, 'float32')))];
    });
    expect(printKernel(kernel)).toBe(`\
function kernel(x0, y1) {
  for (let i = 0; i < 1000; i++) {
    const t0 = x0[i];
    y1[i] = fround(max(-t0, 0) * t0) + 0.5;
  }
}`);
  });

  it('prints a product in 4 by 4 tiles', () => {
    const b = new Builder();
    const axes = [
      { key: 'i', extent: 8 },
      { key: 'j', extent: 8 },
    ];
    const r = { key: 'r', extent: 8 };
    const kernel = kernelOf(
      axes,
      [read('float32', 64), read('float32', 64), write('float32', 64)],
      ([i, j]) => {
        const k = Index.axis(r);
        const product = b.load(0, 'float32', flatten([i!, k], [8, 8])).mul(b.load(1, 'float32', flatten([k, j!], [8, 8])));
        return [store(2, flatten([i!, j!], [8, 8]), b.reduce('sum', [r], product))];
      },
      {
        tile: new Map([
          ['i', 4],
          ['j', 4],
        ]),
      },
    );
    expect(printKernel(kernel)).toMatchSnapshot();
  });

  it('prints a recurrence as a variable outside its loop', () => {
    const b = new Builder();
    const axes = [
      { key: 'i', extent: 3 },
      { key: 'j', extent: 4 },
    ];
    const kernel = kernelOf(
      axes,
      [read('float32', 12), write('float32', 12)],
      ([i, j]) => {
        const at = flatten([i!, j!], [3, 4]);
        return [store(1, at, b.recurrence(axes[1]!, b.constant(0.5, 'float32'), b.load(0, 'float32', at)))];
      },
      { ordered: new Set(['j']) },
    );
    expect(printKernel(kernel)).toBe(`\
function kernel(x0, y1) {
  for (let i = 0; i < 3; i++) {
    let s0 = 0;
    const t0 = i * 4;
    for (let j = 0; j < 4; j++) {
      const t1 = t0 + j;
      const t2 = 0.5 * s0 + x0[t1];
      s0 = t2;
      y1[t1] = t2;
    }
  }
}`);
  });

  it('prints guards, bools, fills and accumulation', () => {
    const b = new Builder();
    const kernel = kernelOf(
      [{ key: 'i', extent: 6 }],
      [read('bool', 6), { dtype: 'uint32', length: 4, access: 'readwrite' }, write('bool', 6)],
      ([i]) => {
        const flag = b.load(0, 'bool', i!);
        const inside = b.guard([[i!.minus(1), 0, 4]], b.load(0, 'bool', i!.minus(1)), 0);
        return [
          { buffer: 1, address: i!.mod(4), value: flag.cast('uint32'), accumulate: true },
          store(2, i!, flag.and(inside.not())),
        ];
      },
      { ordered: new Set(['i']) },
      [{ buffer: 1, value: 0 }],
    );
    expect(printKernel(kernel)).toBe(`\
function kernel(x0, y1, y2) {
  y1.fill(0);
  for (let i = 0; i < 6; i++) {
    const t0 = x0[i] !== 0;
    const t1 = (i - 1) | 0;
    const t2 = t0 && !(t1 >= 0 && t1 < 4 ? x0[t1] !== 0 : false);
    y1[i % 4] += t0 ? 1 : 0;
    y2[i] = t2 ? 1 : 0;
  }
}`);
  });

  it('calls what Math lacks by name, and brings only that into scope', () => {
    const b = new Builder();
    const kernel = kernelOf([], [read('int32', 1), read('float64', 1), write('int32', 1), write('float64', 1)], () => {
      const n = b.load(0, 'int32', Index.of(0));
      const x = b.load(1, 'float64', Index.of(0));
      return [store(2, Index.of(0), n.div(n).mul(n)), store(3, Index.of(0), x.round().apply('erf'))];
    });
    const source = printKernel(kernel);
    expect(source).toBe(`\
function kernel(x0, x1, y2, y3) {
  const t0 = x0[0];
  const t1 = erf(roundHalfEven(x1[0]));
  y2[0] = imul(divideInt32(t0, t0), t0);
  y3[0] = t1;
}`);
    expect(importsFor(source)).toBe('const { imul, erf, roundHalfEven, divideInt32 } = library;\n');
  });

  it('does not move a read past a write that may be of the same memory', () => {
    const p = new Procedure();
    const zero = p.literal(0);
    const one = p.literal(1);
    const x = p.load(0, 'int32', zero);
    const y = p.load(0, 'int32', one);
    p.store(1, zero, y);
    p.store(1, one, x);
    const buffers: KernelBuffer[] = [
      { dtype: 'int32', length: 2, access: 'readwrite' },
      { dtype: 'int32', length: 2, access: 'readwrite' },
    ];
    expect(printKernel(kernelOfProcedure(p, buffers))).toBe(`\
function kernel(y0, y1) {
  const t0 = y0[0];
  y1[0] = y0[1];
  y1[1] = t0;
}`);
  });

  it('prints a variable that is read before or set twice as a variable', () => {
    const p = new Procedure();
    const x = p.load(0, 'int32', p.literal(0));
    const grown = p.variable(p.literal(1));
    const twice = p.variable(p.literal(2));
    const once = p.variable(p.literal(3));
    p.if(x.lt(0), () => grown.set(grown.value.add(x)));
    p.if(x.lt(1), () => twice.set(x));
    p.if(x.lt(2), () => twice.set(5));
    p.if(x.lt(3), () => once.set(x));
    p.store(1, p.literal(0), grown.value.add(twice.value).add(once.value));
    expect(printKernel(kernelOfProcedure(p, [read('int32', 1), write('int32', 1)]))).toBe(`\
function kernel(x0, y1) {
  const t0 = x0[0];
  let s0 = 1;
  let s1 = 2;
  if (t0 < 0) {
    s0 = (s0 + t0) | 0;
  }
  if (t0 < 1) {
    s1 = t0;
  }
  if (t0 < 2) {
    s1 = 5;
  }
  y1[0] = (((s0 + s1) | 0) + (t0 < 3 ? t0 : 3)) | 0;
}`);
  });

  it('prints the branches of a procedure', () => {
    const p = new Procedure();
    const count = p.variable(p.literal(0));
    p.for(p.load(0, 'int32', p.literal(0)), (i) => {
      p.if(
        i.lt(3),
        () => count.set(count.value.add(i)),
        () => count.set(-1),
      );
    });
    p.store(1, p.literal(0), count.value);
    expect(printKernel(kernelOfProcedure(p, [read('int32', 1), write('int32', 1)]))).toBe(`\
function kernel(x0, y1) {
  let s0 = 0;
  for (let i = 0; i < x0[0]; i++) {
    if (i < 3) {
      s0 = (s0 + i) | 0;
    } else {
      s0 = -1;
    }
  }
  y1[0] = s0;
}`);
  });
});
