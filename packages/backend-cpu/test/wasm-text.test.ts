import { Builder, type DType, type Index, LANES, nestOf, place } from '@tapegrad/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { float32 } from '../src/functions/float32/functions.js';
import { float64 } from '../src/functions/float64/functions.js';
import { inlineFunctions } from '../src/functions/inline.js';
import { loadFloat64 } from '../src/functions/library.js';
import { printKernel } from '../src/wasm/print.js';
import { textOf } from './wasm-text.js';

type Op = Parameters<Builder['scalar']>[0];

const BINARY: ReadonlySet<Op> = new Set<Op>(['pow', 'atan2', 'hypot', 'max', 'rem']);

/** The text of a kernel that applies an op to float32 or another dtype. */
function textOfOp(op: Op, length: number, lanes: 1 | typeof LANES, dtype: DType = 'float32'): string {
  const builder = new Builder();
  const buffer = (access: 'read' | 'write') => ({ dtype, length, access });
  const stores = ([at]: readonly Index[]) => {
    const x = builder.load(0, dtype, at!);
    const args = BINARY.has(op) ? [x, builder.constant(2, dtype)] : [x];
    return [{ buffer: 1, address: at!, value: builder.scalar(op, args), accumulate: false }];
  };
  const axes = [{ key: 'i', extent: length }];
  const nest = nestOf({ axes, order: [0], ordered: new Set<string>(), stores, tile: new Map() }, []);
  const kernel = inlineFunctions(place(nest, [buffer('read'), buffer('write')], { wideSums: false, lanes }));
  return textOf([{ ...printKernel(kernel, { subnormals: 'flush', relaxed: false }), name: 'k0', exported: true }]);
}

beforeAll(loadFloat64);

describe('the text of functions', () => {
  it('is one instruction a line', () => {
    expect(textOfOp('max', 8, LANES)).toMatchInlineSnapshot(`
      "(func $k0 (param i32 i32) (local i32 i32 v128 v128 v128 v128 v128 v128)
        v128.constant i32x4 0x40000000 0x40000000 0x40000000 0x40000000
        local.set 6
        v128.constant i32x4 0x7fffffff 0x7fffffff 0x7fffffff 0x7fffffff
        local.set 8
        v128.constant i32x4 0x00800000 0x00800000 0x00800000 0x00800000
        local.set 9
        i32.const 0
        local.set 2
        loop
          local.get 2
          i32.const 4
          i32.mul
          local.set 3
          local.get 0
          local.get 3
          i32.const 2
          i32.shl
          i32.add
          v128.load
          local.set 4
          local.get 4
          local.get 6
          f32x4.greater
          local.set 5
          local.get 1
          local.get 3
          i32.const 2
          i32.shl
          i32.add
          local.get 5
          local.tee 7
          local.get 8
          local.get 7
          local.get 8
          v128.and
          local.get 9
          f32x4.lt
          v128.and
          v128.and_not
          v128.store
          local.get 2
          i32.const 1
          i32.add
          local.tee 2
          i32.const 2
          i32.lt_s
          br_if 0
        end)
      "
    `);
  });

  const functions = (['float32', 'float64'] as const).flatMap((dtype) =>
    Object.keys({ float32, float64 }[dtype]).map((op) => ({ op: op as Op, dtype })),
  );
  it.each(functions)('knows all instructions of $op in $dtype', ({ op, dtype }) => {
    for (const lanes of [1, LANES] as const) expect(textOfOp(op, 45, lanes, dtype)).toContain('end');
  });

  it('shows calls, and numbers as they are', () => {
    const text = textOfOp('sin', 2, 1, 'float64');
    expect(text).toContain('call $sin\n');
    expect(textOfOp('tanh', 2, 1)).toContain('f32.const 9.100000381469727\n');
  });
});
