import { fill } from './numbers.js';

/** What is computed: the pooled images, or these and, given the gradient of them, that by the images. */
export const PARTS = ['forward', 'gradient'] as const;

/** A pool of square images by square windows. */
export interface PoolShape {
  readonly kind: 'max' | 'average';
  readonly batch: number;
  readonly channels: number;
  /** Height and width of an image. */
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

export interface Pool extends PoolShape {
  readonly part: (typeof PARTS)[number];
  /** Height and width of the result. */
  readonly places: number;
  /** Row-major `[batch, channels, size, size]`. */
  readonly images: Float32Array;
  /** The gradient of the result, row-major `[batch, channels, places, places]`. */
  readonly gradient: Float32Array;
}

export function pool(shape: PoolShape, part: Pool['part']): Pool {
  const { batch, channels, size, kernel, stride, padding } = shape;
  const places = Math.floor((size + 2 * padding - kernel) / stride) + 1;
  return {
    ...shape,
    part,
    places,
    images: fill(batch * channels * size ** 2, 1, 2),
    gradient: fill(batch * channels * places ** 2, 2, 2),
  };
}

/** Comparisons or additions of the way forward, those with padding not spared: the same for each part. */
export function poolFlops({ gradient, kernel }: Pool): number {
  return gradient.length * kernel ** 2;
}

/** The result by plain loops. */
export function pooled(work: Pool): Float64Array {
  const { kind, part, images, gradient, batch, channels, size, kernel, places } = work;
  const forward = part === 'forward';
  const result = new Float64Array(forward ? gradient.length : images.length);
  for (let image = 0; image < batch * channels; image++) {
    for (let place = 0; place < places ** 2; place++) {
      const held = heldAt(work, Math.floor(place / places), place % places).map((at) => image * size ** 2 + at);
      const to = image * places ** 2 + place;
      const greatest = held.reduce((best, at) => (images[at]! > images[best]! ? at : best));
      if (forward && kind === 'max') result[to] = images[greatest]!;
      else if (forward) result[to] = held.reduce((sum, at) => sum + images[at]!, 0) / kernel ** 2;
      else if (kind === 'max') result[greatest]! += gradient[to]!;
      else for (const at of held) result[at]! += gradient[to]! / kernel ** 2;
    }
  }
  return result;
}

/** Where in its image the elements of a window lie. */
function heldAt({ size, kernel, stride, padding }: Pool, i: number, j: number): number[] {
  const held: number[] = [];
  for (let row = i * stride - padding; row < i * stride - padding + kernel; row++) {
    for (let column = j * stride - padding; column < j * stride - padding + kernel; column++)
      if (row >= 0 && row < size && column >= 0 && column < size) held.push(row * size + column);
  }
  return held;
}
