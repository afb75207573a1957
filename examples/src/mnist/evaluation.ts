import type { LabelledImages } from '@tapegrad/train/node';
import { batches, ConfusionMatrix, type Node, type Program } from 'tapegrad';
import { CLASSES } from './model.js';

/** Digits read at a time. */
const BATCH = 500;

export interface Tested {
  /** What each digit was read as. */
  readonly predicted: readonly number[];
  readonly confusion: ConfusionMatrix;
}

/** Reads every test digit. */
export async function test(predict: Program<{ readonly predicted: Node }>, { images, labels }: LabelledImages): Promise<Tested> {
  const predicted: number[] = [];
  for (const { x } of batches({ x: images }, { batchSize: BATCH })) predicted.push(...(await predict.run({ x })).predicted.data);
  return { predicted, confusion: new ConfusionMatrix(CLASSES).add(labels, predicted) };
}
