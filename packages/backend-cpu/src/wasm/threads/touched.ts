import type { TypedArray } from '@tapegrad/core';

/** A range of addresses. */
export type Range = readonly [begin: number, end: number];

export function rangeOf({ byteOffset, byteLength }: TypedArray): Range {
  return [byteOffset, byteOffset + byteLength];
}

export function overlap([a, b]: Range, [c, d]: Range): boolean {
  return a < d && c < b;
}

/** The memory that some instructions read and write. */
export class Touched {
  readonly #read: Range[] = [];
  readonly #written: Range[] = [];

  /** Must whoever reads and writes this wait for them? */
  conflicts(reads: readonly Range[], writes: readonly Range[]): boolean {
    const meets = (some: readonly Range[], others: readonly Range[]): boolean =>
      some.some((range) => others.some((other) => overlap(range, other)));
    return meets(writes, this.#read) || meets(writes, this.#written) || meets(reads, this.#written);
  }

  add(reads: readonly Range[], writes: readonly Range[]): void {
    this.#read.push(...reads);
    this.#written.push(...writes);
  }
}
