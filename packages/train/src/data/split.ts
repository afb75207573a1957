import { optionsOf, ShapeError } from '@tapegrad/core';
import { type Batch, type Columns, countExamples, takeRows, tensorsOf } from './columns.js';
import { permutation } from './permutation.js';

/** Options of {@link splitExamples}. */
export interface SplitOptions {
  /** Which examples go where is random (true), or by their order. */
  readonly shuffle?: boolean;
  /** What the choice follows from, the same on every machine (0). */
  readonly seed?: number;
}

/**
 * A data set cut into parts, such as for training, validation and testing: by name, how much of it each gets, in proportion. Every example is in one
 * part; the sizes are within one of the exact portions.
 *
 * Throws `ShapeError` where columns have different numbers of examples, or a portion is no positive number.
 *
 * @example
 * const { train, validation, test } = splitExamples({ x, y }, { train: 0.7, validation: 0.15, test: 0.15 });
 */
export function splitExamples<C extends Columns, P extends string>(
  columns: C,
  portions: Readonly<Record<P, number>>,
  options?: SplitOptions,
): { readonly [K in P]: Batch<C> } {
  const { shuffle, seed } = optionsOf('splitExamples', options, { shuffle: true, seed: 0 });
  const tensors = tensorsOf(columns);
  const examples = countExamples('splitExamples', tensors);
  const order = shuffle ? permutation(examples, seed, 0) : Uint32Array.from({ length: examples }, (_, i) => i);
  const names = Object.keys(portions) as P[];
  const whole = names.reduce((total, name) => total + checked(name, portions[name]), 0);
  let [sum, start] = [0, 0];
  const parts = names.map((name) => {
    sum += portions[name];
    const end = Math.round((examples * sum) / whole);
    const rows = order.subarray(start, end);
    start = end;
    return [name, Object.fromEntries(Array.from(tensors, ([column, tensor]) => [column, takeRows(tensor, rows)]))];
  });
  return Object.fromEntries(parts) as { [K in P]: Batch<C> };
}

function checked(name: string, portion: number): number {
  if (portion > 0 && portion < Infinity) return portion;
  throw new ShapeError(`splitExamples: the portion of '${name}' is ${portion}; it must be a positive number.`, {
    op: 'splitExamples',
  });
}
