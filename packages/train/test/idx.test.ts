import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseIdx } from '../src/data/idx.js';
import { readIdx, readMnist } from '../src/node/index.js';

/** An IDX file of elements of this type. */
function idx(type: number, shape: readonly number[], body: readonly number[]): Uint8Array {
  const sizes = shape.flatMap((size) => [size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255]);
  return Uint8Array.from([0, 0, type, shape.length, ...sizes, ...body]);
}

describe('parseIdx', () => {
  it('reads bytes', () => {
    const { shape, data } = parseIdx(idx(0x08, [2, 3], [1, 2, 3, 253, 254, 255]));
    expect(shape).toEqual([2, 3]);
    expect(data).toEqual(Uint8Array.of(1, 2, 3, 253, 254, 255));
  });

  it.each([
    [0x09, [0xff], Int8Array.of(-1)],
    [0x0b, [0x01, 0x02], Int16Array.of(258)],
    [0x0c, [0xff, 0xff, 0xff, 0xfe], Int32Array.of(-2)],
    [0x0d, [0x3f, 0xc0, 0, 0], Float32Array.of(1.5)],
    [0x0e, [0xc0, 0x04, 0, 0, 0, 0, 0, 0], Float64Array.of(-2.5)],
  ])('reads type 0x0%s, big-endian', (type, body, data) => {
    expect(parseIdx(idx(type, [1], body)).data).toEqual(data);
  });

  it('says what is wrong with other bytes', () => {
    expect(() => parseIdx(Uint8Array.of(0x50, 0x4b, 3, 4))).toThrow('parseIdx: this is no IDX file; it starts with 50 4b 03 04.');
    expect(() => parseIdx(Uint8Array.of())).toThrow('parseIdx: this is no IDX file; it starts with nothing.');
    expect(() => parseIdx(idx(0x0b, [2], [0, 1, 2]))).toThrow(
      'parseIdx: the file has 11 bytes; [2] elements of 2 and a header of 8 have 12.',
    );
  });
});

describe('readMnist', () => {
  let folder = '';
  const images = idx(0x08, [2, 2, 2], [0, 51, 255, 0, 1, 2, 3, 4]);
  const labels = idx(0x08, [2], [7, 3]);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tapegrad-'));
    await writeFile(join(folder, 'train-images-idx3-ubyte'), images);
    await writeFile(join(folder, 'train-labels-idx1-ubyte'), labels);
    await writeFile(join(folder, 't10k-images-idx3-ubyte.gz'), gzipSync(images));
    await writeFile(join(folder, 't10k-labels-idx1-ubyte.gz'), gzipSync(labels));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('scales images and reads labels, compressed or not', async () => {
    const { training, test } = await readMnist(folder);
    expect(training.images.shape).toEqual([2, 4]);
    expect(training.images.data.subarray(0, 3)).toEqual(Float32Array.of(0, 51 / 255, 1));
    expect(training.labels.toArray()).toEqual([7, 3]);
    expect(test.images.equals(training.images)).toBe(true);
    expect(test.labels.equals(training.labels)).toBe(true);
  });

  it('refuses files that do not fit each other', async () => {
    await writeFile(join(folder, 'train-labels-idx1-ubyte'), idx(0x08, [3], [1, 2, 3]));
    await expect(readMnist(folder)).rejects.toThrow(
      "readMnist: 'train' has images [2, 2, 2] and labels [3]; wanted are [examples, height, width] and [examples].",
    );
    expect((await readIdx(join(folder, 'train-labels-idx1-ubyte'))).shape).toEqual([3]);
  });
});
