import { describe, expect, it } from 'vitest';
import { MachineError } from '../src/errors.js';
import { readSafetensors, writeSafetensors } from '../src/machine/safetensors.js';
import { Tensor, tensor } from '../src/tensor/tensor.js';

const text = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** A file with this header, as text, and this much data. */
function file(header: string, data = 0): Uint8Array {
  const bytes = new Uint8Array(8 + header.length + data);
  bytes[0] = header.length;
  bytes.set(
    [...header].map((char) => char.charCodeAt(0)),
    8,
  );
  return bytes;
}

describe('safetensors', () => {
  it('come back as they were, whatever the dtype, shape and name', () => {
    const tensors = new Map([
      ['mask', Tensor.from([true, false, true])],
      [
        'w',
        Tensor.from([
          [1.5, Number.NaN],
          [-0, Infinity],
        ]),
      ],
      ['layer.1/ü', Tensor.from([0.1], { dtype: 'float64' })],
      ['steps', Tensor.from(7, { dtype: 'uint32' })],
      ['none', Tensor.from([], { dtype: 'int32', shape: [0, 3] })],
      ['__proto__', Tensor.from(-1, { dtype: 'int32' })],
    ]);
    const read = readSafetensors(writeSafetensors(tensors));
    expect([...read.keys()].sort()).toEqual([...tensors.keys()].sort());
    for (const [name, tensor] of tensors) expect(read.get(name)!.equals(tensor)).toBe(true);
  });

  it('are laid out as the format says: header length, padded header, aligned data', () => {
    const bytes = writeSafetensors(
      new Map([
        ['b', Tensor.from([1], { dtype: 'float64' })],
        ['a', Tensor.from([true])],
      ]),
    );
    const length = new DataView(bytes.buffer).getUint32(0, true);
    expect(length % 8).toBe(0);
    expect(text(bytes.subarray(8, 8 + length)).trimEnd()).toBe(
      '{"b":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"a":{"dtype":"BOOL","shape":[1],"data_offsets":[8,9]}}',
    );
    expect(new Float64Array(bytes.buffer, 8 + length, 1)[0]).toBe(1);
    expect(bytes.at(-1)).toBe(1);
  });

  it('of other writers are read: metadata, any order, bytes at any offset', () => {
    const header = '{"__metadata__":{"format":"pt"},"x":{"dtype":"I32","shape":[1],"data_offsets":[1,5]}}';
    const inside = new Uint8Array(200);
    const bytes = file(header, 5);
    bytes[8 + header.length + 1] = 42;
    inside.set(bytes, 3);
    const read = readSafetensors(inside.subarray(3, 3 + bytes.length));
    expect([...read].map(([name, value]) => [name, value.item()])).toEqual([['x', 42]]);
  });

  it('are read from a Node Buffer, whose slices are no copies', () => {
    const bytes = Buffer.from(
      writeSafetensors(
        new Map([
          ['a', tensor([1, 2])],
          ['b', tensor([3])],
        ]),
      ),
    );
    expect([...readSafetensors(bytes)].map(([name, { data }]) => [name, ...data])).toEqual([
      ['a', 1, 2],
      ['b', 3],
    ]);
  });

  const entry = (fields: string): Uint8Array => file(`{"w":{${fields}}}`, 8);
  const bad: readonly [string, Uint8Array, string][] = [
    ['too short', new Uint8Array(3), '3 bytes are too few'],
    ['with a header beyond the end', Uint8Array.of(200, 0, 0, 0, 0, 0, 0, 0, 1), 'a header of 200 bytes does not fit 9 bytes'],
    ['with a huge header', new Uint8Array(9).fill(255), 'a header of 18446744073709551615 bytes does not fit 9 bytes'],
    ['without JSON', file('{"w":'), 'the header is no JSON'],
    ['without an object', file('[1]'), 'the header is no object'],
    ['without fields', entry('"dtype":"F32"'), "'w' has no dtype, shape and data_offsets"],
    [
      'with a negative size',
      entry('"dtype":"F32","shape":[-1],"data_offsets":[0,4]'),
      "'w' has no dtype, shape and data_offsets",
    ],
    ['of half floats', entry('"dtype":"F16","shape":[2],"data_offsets":[0,4]'), "'w' is F16; known are F32, F64, I32, U32, BOOL"],
    ['beyond its data', entry('"dtype":"F32","shape":[3],"data_offsets":[0,12]'), "'w' lies at 0 to 12 of 8 bytes"],
    ['backwards', entry('"dtype":"F32","shape":[0],"data_offsets":[4,0]'), "'w' lies at 4 to 0 of 8 bytes"],
    ['of another size', entry('"dtype":"F32","shape":[1],"data_offsets":[0,8]'), "'w' has 8 bytes, not 1 times 4"],
  ];
  for (const [what, bytes, why] of bad) {
    it(`refuses a file ${what}`, () => {
      expect(() => readSafetensors(bytes)).toThrow(MachineError);
      expect(() => readSafetensors(bytes)).toThrow(`load: these bytes are no safetensors file: ${why}.`);
    });
  }
});
