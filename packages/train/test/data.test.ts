import { tensor } from '@tapegrad/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batches } from '../src/data/batches.js';
import { permutation, randomWord } from '../src/data/permutation.js';

describe('randomWord', () => {
  it('is Philox4x32-10 (Random123, kat_vectors)', () => {
    expect(randomWord(0, 0, 0)).toBe(0x6627e8d5);
  });

  it('depends on both words of the seed, on the stream and on the index', () => {
    const words = [randomWord(1, 0, 0), randomWord(2 ** 32, 0, 0), randomWord(0, 1, 0), randomWord(0, 0, 1)];
    expect(new Set([randomWord(0, 0, 0), ...words]).size).toBe(5);
  });
});

describe('permutation', () => {
  it('holds every number once', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(), fc.nat(20), (count, seed, epoch) => {
        expect([...permutation(count, seed, epoch)].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
      }),
    );
  });

  it('is the same on every machine', () => {
    expect([...permutation(8, 0, 0)]).toMatchInlineSnapshot(`
      [
        7,
        1,
        0,
        3,
        6,
        2,
        4,
        5,
      ]
    `);
    expect([...permutation(8, 0, 1)]).toMatchInlineSnapshot(`
      [
        1,
        5,
        0,
        6,
        3,
        4,
        7,
        2,
      ]
    `);
    expect([...permutation(8, 1, 0)]).toMatchInlineSnapshot(`
      [
        2,
        4,
        5,
        6,
        1,
        0,
        7,
        3,
      ]
    `);
  });

  it('puts each number anywhere equally often', () => {
    const counts = new Array<number>(5).fill(0);
    for (let seed = 0; seed < 5000; seed++) counts[permutation(5, seed, 0).indexOf(0)]!++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });
});

describe('batches', () => {
  const x = tensor(
    Float32Array.from({ length: 14 }, (_, i) => i),
    { shape: [7, 2] },
  );
  const y = Int32Array.from({ length: 7 }, (_, i) => 10 * i);

  it('cuts columns alike, the last batch short', () => {
    const data = batches({ x, y }, { batchSize: 3 });
    expect(data.length).toBe(3);
    expect(data.examples).toBe(7);
    const all = [...data];
    expect(all.map((batch) => batch.x.shape)).toEqual([
      [3, 2],
      [3, 2],
      [1, 2],
    ]);
    expect(all.map((batch) => batch.y.toArray())).toEqual([[0, 10, 20], [30, 40, 50], [60]]);
    expect(all[2]?.x.toArray()).toEqual([[12, 13]]);
    expect(all[0]?.y.dtype).toBe('int32');
  });

  it('drops a last batch that is not full', () => {
    const data = batches({ y }, { batchSize: 3, dropLast: true });
    expect(data.length).toBe(2);
    expect([...data].flatMap((batch) => batch.y.toArray())).toEqual([0, 10, 20, 30, 40, 50]);
  });

  it('shuffles rows together, in another order each epoch, the same for one seed', () => {
    const epochs = (seed: number) => {
      const data = batches({ x, y }, { batchSize: 2, shuffle: true, seed });
      return [0, 1].map(() => [...data].flatMap((batch) => Array.from(batch.y.data, (label, i) => [label, batch.x.at(i, 0)])));
    };
    const [first, second] = epochs(5);
    expect(first).not.toEqual(second);
    for (const [label, value] of first!) expect(value).toBe(Number(label) / 5);
    expect(first!.map(([label]) => label).sort((a, b) => Number(a) - Number(b))).toEqual([...y]);
    expect(epochs(5)).toEqual([first, second]);
    expect(epochs(6)).not.toEqual([first, second]);
    const data = batches({ x, y }, { batchSize: 2, shuffle: true, seed: 5 });
    expect([...data.epoch(1)].flatMap((batch) => [...batch.y.data])).toEqual(second!.map(([label]) => label));
  });

  it('copies: a batch is not the data', () => {
    const [batch] = batches({ x }, { batchSize: 7 });
    batch!.x.data[0] = 99;
    expect(x.at(0, 0)).toBe(0);
  });

  it('takes no examples, and rows of no elements', () => {
    expect([...batches({ x: tensor([], { shape: [0, 3] }) }, { batchSize: 2 })]).toEqual([]);
    const [batch] = batches({ x: tensor([], { shape: [2, 0] }) }, { batchSize: 2 });
    expect(batch!.x.shape).toEqual([2, 0]);
  });

  it('says what does not fit', () => {
    expect(() => batches({ x, y: y.subarray(1) }, { batchSize: 2 })).toThrow(
      "batches: 'x' has 7 examples and 'y' has 6; every column must have a row for each.",
    );
    expect(() => batches({ x: tensor(1) }, { batchSize: 2 })).toThrow(
      "batches: 'x' has shape []; its first axis must count the examples.",
    );
    expect(() => batches({}, { batchSize: 2 })).toThrow('batches: there are no columns; give at least one, as in { x, y }.');
    expect(() => batches({ x }, { batchSize: 0 })).toThrow('batches: 0 is no batch size; give a whole number of at least 1.');
  });
});
