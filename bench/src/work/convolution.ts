import { fill } from './numbers.js';

/** What is computed: the convolution, or a gradient of it, given that of its result. */
export const PARTS = ['forward', 'images', 'kernels'] as const;
export type ConvolutionPart = (typeof PARTS)[number];

/** A convolution of square images by square kernels. */
export interface ConvolutionShape {
  readonly batch: number;
  readonly channels: number;
  readonly outputs: number;
  /** Height and width of an image. */
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  /** Zeros on each side of an image. */
  readonly padding: number;
  readonly groups: number;
}

export interface Convolution extends ConvolutionShape {
  readonly part: ConvolutionPart;
  /** Height and width of the result. */
  readonly places: number;
  /** Row-major `[batch, channels, size, size]`. */
  readonly images: Float32Array;
  /** Row-major `[outputs, channels / groups, kernel, kernel]`. */
  readonly kernels: Float32Array;
  /** The gradient of the result, row-major `[batch, outputs, places, places]`. */
  readonly gradient: Float32Array;
}

export function convolution(shape: ConvolutionShape, part: ConvolutionPart): Convolution {
  const { batch, channels, outputs, size, kernel, stride, padding, groups } = shape;
  const places = Math.floor((size + 2 * padding - kernel) / stride) + 1;
  return {
    ...shape,
    part,
    places,
    images: fill(batch * channels * size ** 2, 1, 2),
    kernels: fill((outputs * channels * kernel ** 2) / groups, 2, 2),
    gradient: fill(batch * outputs * places ** 2, 3, 2),
  };
}

/** Multiplications and additions, those with padding and those that a stride leaves out of a gradient not spared: the same for each part. */
export function convolutionFlops({ batch, outputs, places, kernels }: Convolution): number {
  return (2 * kernels.length * batch * outputs * places ** 2) / outputs;
}

/** An element of the result, by the definition, in float64. */
export function convolved(work: Convolution, at: number): number {
  const { part, images, kernels, gradient, batch, channels, outputs, size, kernel, stride, padding, places, groups } = work;
  const [inputs, ofGroup] = [channels / groups, outputs / groups];
  let sum = 0;
  /** Adds a product of what the part reads, where the image has what the kernel meets there. */
  const add = (n: number, output: number, input: number, [i, j]: Pair, [u, v]: Pair): void => {
    const [row, column] = [i * stride + u - padding, j * stride + v - padding];
    if (row < 0 || column < 0 || row >= size || column >= size) return;
    const channel = Math.floor(output / ofGroup) * inputs + input;
    const x = images[((n * channels + channel) * size + row) * size + column]!;
    const w = kernels[((output * inputs + input) * kernel + u) * kernel + v]!;
    const y = gradient[((n * outputs + output) * places + i) * places + j]!;
    sum += part === 'forward' ? x * w : part === 'images' ? y * w : x * y;
  };
  if (part === 'forward') {
    const [n, output, i, j] = digits(at, [batch, outputs, places, places]);
    for (const input of upTo(inputs)) for (const offset of pairs(kernel)) add(n!, output!, input, [i!, j!], offset);
  } else if (part === 'kernels') {
    const [output, input, u, v] = digits(at, [outputs, inputs, kernel, kernel]);
    for (const n of upTo(batch)) for (const place of pairs(places)) add(n, output!, input!, place, [u!, v!]);
  } else {
    const [n, channel, row, column] = digits(at, [batch, channels, size, size]);
    const first = Math.floor(channel! / inputs) * ofGroup;
    for (const [u, v] of pairs(kernel)) {
      const [i, j] = [(row! + padding - u) / stride, (column! + padding - v) / stride];
      if (!isPlace(i, places) || !isPlace(j, places)) continue;
      for (const output of upTo(ofGroup)) add(n!, first + output, channel! % inputs, [i, j], [u, v]);
    }
  }
  return sum;
}

type Pair = readonly [number, number];

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function pairs(count: number): Pair[] {
  return upTo(count).flatMap((i) => upTo(count).map((j): Pair => [i, j]));
}

function isPlace(i: number, places: number): boolean {
  return Number.isInteger(i) && i >= 0 && i < places;
}

/** Where in a row-major array of these sizes an element is. */
function digits(at: number, sizes: readonly number[]): number[] {
  const lengths = sizes.map((_, axis) => sizes.slice(axis + 1).reduce((a, b) => a * b, 1));
  return sizes.map((size, axis) => Math.floor(at / lengths[axis]!) % size);
}
