import { describe, expect, it } from 'vitest';
import { signed, unsigned } from '../src/wasm/bytes.js';
import { Code } from '../src/wasm/code.js';
import { WebAssembly } from '../src/wasm/host.js';
import { HOST, moduleBytes, type WasmFunction } from '../src/wasm/module.js';
import * as op from '../src/wasm/op.js';

describe('numbers', () => {
  it.each([
    [0, [0]],
    [127, [127]],
    [128, [128, 1]],
    [624485, [0xe5, 0x8e, 0x26]],
    [2 ** 32 - 1, [255, 255, 255, 255, 15]],
  ])('writes %i unsigned', (value, bytes) => {
    expect(unsigned(value)).toEqual(bytes);
  });

  it.each([
    [0, [0]],
    [63, [63]],
    [64, [192, 0]],
    [-1, [127]],
    [-64, [64]],
    [-123456, [0xc0, 0xbb, 0x78]],
    [-(2 ** 31), [128, 128, 128, 128, 120]],
  ])('writes %i signed', (value, bytes) => {
    expect(signed(value)).toEqual(bytes);
  });
});

/** x ↦ host.twice(x) + 1. */
function plusOne(): WasmFunction {
  const code = new Code();
  code.get(0);
  code.call('twice');
  code.i32(1);
  code.write(op.i32Add);
  const type = { parameters: ['i32'], results: ['i32'] } as const;
  return { name: 'plusOne', type, locals: ['f32', 'f32', 'v128'], code: code.bytes, calls: code.calls, exported: true };
}

describe('a module', () => {
  const twice = { name: 'twice', type: { parameters: ['i32'], results: ['i32'] } } as const;

  it('has these bytes', () => {
    const host = [4, 0x68, 0x6f, 0x73, 0x74];
    expect([...moduleBytes([twice], [plusOne()])]).toEqual([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...[1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f],
      ...[2, 29, 2, ...host, 5, 0x74, 0x77, 0x69, 0x63, 0x65, 0, 0, ...host, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2, 0, 0],
      ...[3, 2, 1, 0],
      ...[7, 11, 1, 7, 0x70, 0x6c, 0x75, 0x73, 0x4f, 0x6e, 0x65, 0, 1],
      ...[10, 19, 1, 17, 2, 2, 0x7d, 1, 0x7b, 0x20, 0, 0x10, 0x80, 0x80, 0x80, 0x80, 0, 0x41, 1, 0x6a, 0x0b],
    ]);
  });

  it('runs', () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const module = new WebAssembly.Module(moduleBytes([twice], [plusOne()]));
    const { exports } = new WebAssembly.Instance(module, { [HOST]: { memory, twice: (x: number) => 2 * x } });
    expect(exports.plusOne!(20)).toBe(41);
  });

  it('refuses calls to nobody', () => {
    expect(() => moduleBytes([], [plusOne()])).toThrow("No function 'twice' in the module.");
  });
});
