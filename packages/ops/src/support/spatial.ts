import { type Node, numberOf, type Operand, ShapeError, showShape } from '@tapegrad/core';

/** One number for all spatial axes, or one for each. */
export type PerAxis = number | readonly number[];

/** A number for each of `rank` axes. Throws `ShapeError` for another length, and for what is not whole or below `least`. */
export function perAxis(op: string, option: string, value: PerAxis, rank: number, least: number): number[] {
  const values = typeof value === 'number' ? Array<number>(rank).fill(value) : [...value];
  if (values.length !== rank) {
    throw new ShapeError(
      `${op}: ${option} is ${showShape(values)}; it takes one number, or ${rank}, one for each spatial axis.`,
      {
        op,
      },
    );
  }
  const wrong = values.find((n) => !Number.isInteger(n) || n < least);
  if (wrong === undefined) return values;
  throw new ShapeError(`${op}: ${option} is ${wrong}; it must be a whole number of at least ${least}.`, { op });
}

/** The sizes of the last `rank` axes, which must be numbers. */
export function spatialSizes(op: string, x: Node, rank: number): number[] {
  return x.shape.slice(x.shape.length - rank).map((size) => numberOf(size, op));
}

/** How many places a window of `kernel` elements has in `size` elements padded by `before` and `after`. */
export function placesOf(
  op: string,
  {
    size,
    kernel,
    stride,
    dilation,
    padding,
  }: { size: number; kernel: number; stride: number; dilation: number; padding: number },
): number {
  const reach = dilation * (kernel - 1) + 1;
  if (kernel > 0 && reach <= size + padding) return Math.floor((size + padding - reach) / stride) + 1;
  throw new ShapeError(
    `${op}: a kernel that reaches over ${reach} does not fit ${size} elements and ${padding} of padding. Pad more, or use a smaller kernel.`,
    { op },
  );
}

/** Is this the options at the end of a call, and no operand? */
export function isOptions<O extends object>(value: Operand | O | undefined): value is O {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
