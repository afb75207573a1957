import { fill } from './numbers.js';

/** A product of two square matrices, row-major. */
export interface Product {
  readonly size: number;
  readonly a: Float32Array;
  readonly b: Float32Array;
}

export function product(size: number): Product {
  return { size, a: fill(size * size, 1, 2), b: fill(size * size, 2, 2) };
}
