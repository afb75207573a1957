import { optionsOf, ShapeError, type Tensor } from '@tapegrad/core';
import { type Batch, type Columns, countExamples, takeRows, tensorsOf } from './columns.js';
import { permutation } from './permutation.js';

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

  constructor(columns: C, options: BatchOptions) {
    const defaults = { batchSize: undefined, shuffle: false, seed: 0, dropLast: false };
    const { batchSize, shuffle, seed, dropLast } = optionsOf('batches', options, defaults);
    if (!(Number.isSafeInteger(batchSize) && batchSize >= 1)) {
      throw new ShapeError(`batches: ${batchSize} is no batch size; give a whole number of at least 1.`, { op: 'batches' });
    }
    this.#columns = tensorsOf(columns);
    this.examples = countExamples('batches', this.#columns);
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
