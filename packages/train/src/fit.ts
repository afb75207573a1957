import { optionsOf, type Tensor } from '@tapegrad/core';
import { Pauses } from './pause.js';

/** Scalars by name: what a batch gave, or their means over an epoch. */
export type Scalars = Readonly<Record<string, number>>;

/** What `fit` runs: a program that updates its parameters. */
export interface Step<F> {
  run(feeds: F): Promise<Readonly<Record<string, Tensor>>>;
}

/** What {@link fit} tells after each batch. */
export interface BatchEvent {
  /** From 0. */
  readonly epoch: number;
  /** From 0, within the epoch. */
  readonly batch: number;
  /** The scalar outputs of the step. */
  readonly results: Scalars;
}

/** What {@link fit} tells after each epoch. */
export interface EpochEvent {
  /** From 0. */
  readonly epoch: number;
  /** Batches that were run. */
  readonly batches: number;
  /** The scalar outputs of the step, their means over these batches. */
  readonly means: Scalars;
}

/** How long {@link fit} trains, and whom it tells. */
export interface FitOptions {
  /** How often the data are gone through. */
  readonly epochs: number;
  /** Called, and waited for, after each epoch. */
  readonly onEpoch?: (event: EpochEvent) => void | Promise<void>;
  /** Called, and waited for, after each batch. */
  readonly onBatch?: (event: BatchEvent) => void | Promise<void>;
  /** Ends the training after the batch at hand, once aborted: an `AbortSignal`. */
  readonly signal?: { readonly aborted: boolean };
}

/** What {@link fit} did. */
export interface Fitted {
  /** One for each epoch; the last may have been cut short. */
  readonly epochs: readonly EpochEvent[];
  /** True where the signal ended the training. */
  readonly stopped: boolean;
}

/**
 * Runs a training step on every batch, epoch after epoch. Iterating over `data` once is one epoch. The event loop gets its turn now and
 * then, so that a page or Ctrl-C answers.
 *
 * @example
 * const step = await machine.compile({ loss }, { updates: adam(loss, parameters, { learningRate: 0.001 }) });
 * await fit(step, batches({ x, y }, { batchSize: 32 }), { epochs: 5, onEpoch: ({ epoch, means }) => console.log(epoch, means.loss) });
 */
export async function fit<F>(step: Step<NoInfer<F>>, data: Iterable<F> | AsyncIterable<F>, options: FitOptions): Promise<Fitted> {
  const defaults = { epochs: undefined, onEpoch: undefined, onBatch: undefined, signal: undefined };
  const { epochs, onEpoch, onBatch, signal } = optionsOf('fit', options, defaults);
  const done: EpochEvent[] = [];
  const pauses = new Pauses();
  for (let epoch = 0; epoch < epochs; epoch++) {
    const means = new Means();
    for await (const feeds of data) {
      if (signal?.aborted) break;
      const results = scalarsOf(await step.run(feeds));
      means.add(results);
      await onBatch?.({ epoch, batch: means.count - 1, results });
      await pauses.pause();
    }
    const event = { epoch, batches: means.count, means: means.values() };
    if (means.count > 0 || !signal?.aborted) done.push(event);
    if (signal?.aborted) return { epochs: done, stopped: true };
    await onEpoch?.(event);
  }
  return { epochs: done, stopped: false };
}

function scalarsOf(results: Readonly<Record<string, Tensor>>): Scalars {
  const scalars = Object.entries(results).filter(([, { shape }]) => shape.length === 0);
  return Object.fromEntries(scalars.map(([name, value]) => [name, Number(value.item())]));
}

/** The running means of scalars. */
class Means {
  count = 0;
  readonly #sums = new Map<string, number>();

  add(scalars: Scalars): void {
    this.count++;
    for (const [name, value] of Object.entries(scalars)) this.#sums.set(name, (this.#sums.get(name) ?? 0) + value);
  }

  values(): Scalars {
    return Object.fromEntries(Array.from(this.#sums, ([name, sum]) => [name, sum / this.count]));
  }
}
