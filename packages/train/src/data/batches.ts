import { arrayOf, ShapeError, showShape, Tensor, type TypedArray } from '@tapegrad/core';
import { permutation } from './permutation.js';

/** A data set: by name, tensors whose first axis counts the examples. A flat typed array holds one value for each. */
export type Columns = Readonly<Record<string, Tensor | TypedArray>>;

/** Some examples: the columns of the data set, cut to them. */
export type Batch<C extends Columns = Columns> = { readonly [K in keyof C]: Tensor };

/** How {@link batches} cuts a data set up. */
export interface BatchOptions {
  /** Examples in a batch; the last one of an epoch may have fewer. */
  readonly batchSize: number;
  /** A new order for each epoch (false: the order of the data). */
  readonly shuffle?: boolean;
  /** What the orders follow from, the same on every machine (0). */
  readonly seed?: number;
  /** Leaves out a last batch that is not full (false). */
  readonly dropLast?: boolean;
}

/**
 * A data set in batches. Each `for … of` is one epoch, in an order of its own where they are shuffled. Only the batch at hand is copied.
 *
 * Throws `ShapeError` where columns have different numbers of examples, or the batch size is no whole number of at least 1.
 *
 * @example
 * const data = batches({ x: tensor(images, { shape: [60000, 784] }), y: labels }, { batchSize: 128, shuffle: true });
 * for (const batch of data) await step.run(batch); // { x: [128, 784], y: [128] }
 */
export function batches<C extends Columns>(columns: C, options: BatchOptions): Batches<C> {
  return new Batches(columns, options);
}

/** The examples of a data set in batches, epoch by epoch: each iteration is an epoch, in a new order if they are shuffled. */
export class Batches<C extends Columns = Columns> implements Iterable<Batch<C>> {
  /** Examples in an epoch, those of a batch that is dropped included. */
  readonly examples: number;
  /** Batches in an epoch. */
  readonly length: number;
  readonly #columns: ReadonlyMap<string, Tensor>;
  readonly #batchSize: number;
  readonly #seed: number | null;
  #next = 0;

  constructor(columns: C, { batchSize, shuffle = false, seed = 0, dropLast = false }: BatchOptions) {
    if (!(Number.isSafeInteger(batchSize) && batchSize >= 1)) {
      throw new ShapeError(`batches: ${batchSize} is no batch size; give a whole number of at least 1.`, { op: 'batches' });
    }
    this.#columns = new Map(Object.entries(columns).map(([name, column]) => [name, asTensor(column)]));
    this.examples = countExamples(this.#columns);
    this.length = dropLast ? Math.floor(this.examples / batchSize) : Math.ceil(this.examples / batchSize);
    this.#batchSize = batchSize;
    this.#seed = shuffle ? seed : null;
  }

  /** The next epoch: 0, then 1, …. */
  [Symbol.iterator](): Iterator<Batch<C>> {
    return this.epoch(this.#next++);
  }

  /** The batches of epoch `k`, without counting it. */
  *epoch(k: number): Generator<Batch<C>, void, void> {
    const order = this.#seed === null ? null : permutation(this.examples, this.#seed, k);
    for (let i = 0; i < this.length; i++) {
      const [start, end] = [i * this.#batchSize, Math.min((i + 1) * this.#batchSize, this.examples)];
      const rows = order ? order.subarray(start, end) : Uint32Array.from({ length: end - start }, (_, j) => start + j);
      yield Object.fromEntries(Array.from(this.#columns, ([name, column]) => [name, takeRows(column, rows)])) as Batch<C>;
    }
  }
}

function asTensor(column: Tensor | TypedArray): Tensor {
  return column instanceof Tensor ? column : Tensor.from(column);
}

/** A tensor of these rows of `source`. */
function takeRows(source: Tensor, rows: Uint32Array): Tensor {
  const [, ...inner] = source.shape;
  const width = inner.reduce((a, b) => a * b, 1);
  const taken = arrayOf(source.dtype, rows.length * width);
  rows.forEach((row, i) => {
    taken.set(source.data.subarray(row * width, (row + 1) * width), i * width);
  });
  return Tensor.wrap(source.dtype, [rows.length, ...inner], taken);
}

function countExamples(columns: ReadonlyMap<string, Tensor>): number {
  let first: { name: string; examples: number } | null = null;
  for (const [name, { shape }] of columns) {
    const [examples] = shape;
    if (examples === undefined) {
      throw new ShapeError(`batches: '${name}' has shape ${showShape(shape)}; its first axis must count the examples.`, {
        op: 'batches',
      });
    }
    first ??= { name, examples };
    if (examples !== first.examples) {
      throw new ShapeError(
        `batches: '${first.name}' has ${first.examples} examples and '${name}' has ${examples}; every column must have a row for each.`,
        { op: 'batches' },
      );
    }
  }
  if (!first) throw new ShapeError('batches: there are no columns; give at least one, as in { x, y }.', { op: 'batches' });
  return first.examples;
}
