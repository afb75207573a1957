import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { ShapeError, showShape, Tensor } from '@tapegrad/core';
import { type IdxArray, scaleBytes } from '../data/idx.js';
import { readIdx } from './idx.js';

/** Images and what they show. */
export interface LabelledImages {
  /** float32 `[examples, height·width]`, 0 … 1. */
  readonly images: Tensor;
  /** int32 `[examples]`. */
  readonly labels: Tensor;
}

/** A set of labelled images, the ones to train with and the ones to test with. */
export interface Mnist {
  readonly training: LabelledImages;
  readonly test: LabelledImages;
}

/**
 * Reads MNIST, or a set made after its pattern, from the four original files in a folder, compressed or not: LeCun, Cortes and Burges,
 * "The MNIST database of handwritten digits".
 *
 * Throws `ShapeError` where the files do not fit each other.
 *
 * @example
 * const { training, test } = await readMnist('data'); // training.images [60000, 784], training.labels [60000]
 */
export async function readMnist(folder: string): Promise<Mnist> {
  const [training, test] = await Promise.all([readSet(folder, 'train'), readSet(folder, 't10k')]);
  return { training, test };
}

async function readSet(folder: string, prefix: string): Promise<LabelledImages> {
  const [images, labels] = await Promise.all([
    readIdx(await found(folder, `${prefix}-images-idx3-ubyte`)),
    readIdx(await found(folder, `${prefix}-labels-idx1-ubyte`)),
  ]);
  const [examples, height, width] = images.shape;
  const fit = images.shape.length === 3 && labels.shape.length === 1 && labels.shape[0] === examples;
  if (!fit || examples === undefined || height === undefined || width === undefined) {
    throw new ShapeError(
      `readMnist: '${prefix}' has images ${showShape(images.shape)} and labels ${showShape(labels.shape)}; wanted are [examples, height, width] and [examples].`,
      { op: 'readMnist' },
    );
  }
  return {
    images: Tensor.wrap('float32', [examples, height * width], scaleBytes(bytesOf(images, prefix))),
    labels: Tensor.wrap('int32', [examples], Int32Array.from(bytesOf(labels, prefix))),
  };
}

function bytesOf({ data }: IdxArray, prefix: string): Uint8Array {
  if (data instanceof Uint8Array) return data;
  throw new ShapeError(`readMnist: '${prefix}' holds a ${data.constructor.name}; wanted are bytes.`, { op: 'readMnist' });
}

/** The file, or its compressed form where only that is there. */
async function found(folder: string, name: string): Promise<string> {
  const plain = join(folder, name);
  const there = await access(plain).then(
    () => true,
    () => false,
  );
  return there ? plain : `${plain}.gz`;
}
