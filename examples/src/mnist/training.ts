import type { LabelledImages } from '@tapegrad/train/node';
import { type Batches, batches, fit, type Node, type Program, type Tensor } from 'tapegrad';
import { type Output, Progress } from './progress.js';

/** Digits as the model's inputs are called. */
export type Digits = Batches<{ readonly x: Tensor; readonly y: Tensor }>;
export type TrainingStep = Program<{ readonly loss: Node; readonly accuracy: Node }>;

export interface Trained {
  /** The loss of each batch. */
  readonly losses: readonly number[];
  /** The signal ended it early. */
  readonly stopped: boolean;
  /** How far it got, in words. */
  readonly reached: string;
}

/** Shuffled batches. */
export function batchesOf({ images, labels }: LabelledImages, { batch, seed }: { batch: number; seed: number }): Digits {
  return batches({ x: images, y: labels }, { batchSize: batch, shuffle: true, seed });
}

/** Trains, and shows how it goes. */
export async function train(
  step: TrainingStep,
  data: Digits,
  epochs: number,
  { output, signal }: { readonly output: Output; readonly signal: AbortSignal },
): Promise<Trained> {
  const losses: number[] = [];
  const progress = new Progress(output, { epochs, batches: data.length, examples: data.examples });
  const { epochs: done, stopped } = await fit(step, data, {
    epochs,
    signal,
    onBatch: ({ epoch, batch, results: { loss = Number.NaN, accuracy = Number.NaN } }) => {
      losses.push(loss);
      progress.batch(epoch, batch, loss, accuracy);
    },
    onEpoch: () => progress.end(),
  });
  progress.end();
  const last = done.at(-1);
  if (!last) return { losses, stopped, reached: 'before the first batch' };
  const { loss = Number.NaN, accuracy = Number.NaN } = last.means;
  const place = `in epoch ${last.epoch + 1} of ${epochs}, after batch ${last.batches} of ${data.length}`;
  return { losses, stopped, reached: `${place}: loss ${loss.toFixed(4)}, training accuracy ${accuracy.toFixed(4)}` };
}
