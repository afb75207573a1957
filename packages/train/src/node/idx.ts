import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type IdxArray, parseIdx } from '../data/idx.js';

/**
 * Reads an IDX file, compressed by gzip or not: see `parseIdx`.
 *
 * @example
 * const { shape, data } = await readIdx('train-images-idx3-ubyte.gz'); // [60000, 28, 28]
 */
export async function readIdx(path: string): Promise<IdxArray> {
  const bytes = await readFile(path);
  return parseIdx(isGzip(bytes) ? await promisify(gunzip)(bytes) : bytes);
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
