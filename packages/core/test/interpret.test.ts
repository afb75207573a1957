import { describe, expect, it } from 'vitest';
import { interpretChecked, prepare } from '../src/loops/interpret.js';
import { Procedure } from '../src/loops/procedure.js';
import type { Kernel, KernelBuffer } from '../src/loops/statement.js';
import { kernelOfProcedure } from '../src/placement/place.js';

const float = (length: number): KernelBuffer => ({ dtype: 'float32', length, access: 'readwrite' });

function kernel(write: (p: Procedure) => void, buffers: KernelBuffer[]): Kernel {
  const p = new Procedure();
  write(p);
  return kernelOfProcedure(p, buffers);
}

describe('prepare', () => {
  it('runs again on other arrays', () => {
    const run = prepare(kernel((p) => p.for(2, (i) => p.store(1, i, p.load(0, 'float32', i).add(-0))), [float(2), float(2)]));
    const first = new Float32Array(2);
    const second = new Float32Array(2);
    run([Float32Array.of(1, -0), first]);
    run([Float32Array.of(3, 4), second]);
    expect([...first, ...second]).toEqual([1, -0, 3, 4]);
  });

  it.each([-1, 2])('throws where a kernel reads or writes element %d of 2', (index) => {
    const reads = kernel((p) => p.store(0, p.literal(0), p.load(0, 'float32', p.literal(index))), [float(2)]);
    const writes = kernel((p) => p.store(0, p.literal(index), p.literal(1, 'float32')), [float(2)]);
    expect(() => prepare(reads)([new Float32Array(2)])).toThrow(`A kernel reads element ${index} of buffer 0, which has 2.`);
    expect(() => prepare(writes)([new Float32Array(2)])).toThrow(`A kernel writes element ${index} of buffer 0, which has 2.`);
  });

  it('tells 0 and -0 apart among literals', () => {
    const run = prepare(
      kernel(
        (p) => {
          p.store(0, p.literal(0), p.literal(0, 'float32'));
          p.store(0, p.literal(1), p.literal(-0, 'float32'));
        },
        [float(2)],
      ),
    );
    const array = Float32Array.of(7, 7);
    run([array]);
    expect([...array]).toEqual([0, -0]);
  });
});

describe('interpretChecked', () => {
  it('tells of every access in order', () => {
    const seen: string[] = [];
    const adding: Kernel = {
      key: '',
      locals: 1,
      buffers: [float(2), float(1)],
      panels: [],
      body: [
        { kind: 'fill', buffer: 1, value: 0 },
        { kind: 'load', to: 0, type: 'float32', buffer: 0, index: { literal: 0, type: 'int32' }, offset: 1 },
        {
          kind: 'store',
          buffer: 1,
          index: { literal: 0, type: 'int32' },
          offset: 0,
          value: { local: 0, type: 'float32' },
          accumulate: true,
        },
      ],
    };
    const result = Float32Array.of(5);
    interpretChecked(adding, [Float32Array.of(1, 2), result], {
      read: (buffer, index) => seen.push(`read ${buffer} ${index}`),
      write: (buffer, index) => seen.push(`write ${buffer} ${index}`),
    });
    expect(seen).toEqual(['write 1 0', 'read 0 1', 'read 1 0', 'write 1 0']);
    expect(result[0]).toBe(2);
  });
});
