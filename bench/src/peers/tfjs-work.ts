import * as tf from '@tensorflow/tfjs-core';
import { fenced } from '../fenced.js';
import type { Prepared } from '../system.js';

/** Work written in TensorFlow.js. */
export interface Work {
  /** Does it once. */
  compute(): tf.Tensor[];
  /** Do its results stay on the backend, where a run is timed? Else it reads them. */
  readonly stays: boolean;
  /** What it holds between runs. */
  readonly held: readonly tf.Tensor[];
}

/** How a backend is put in charge while something is called. */
export type Here = <T>(go: () => T) => T;

/** Work on a backend that is done when a call returns. */
export function atOnce(work: Work, here: Here): Prepared {
  const read = () =>
    here(() => {
      let values: ArrayLike<number> = [];
      tf.tidy(() => {
        values = joined(work.compute().map((result) => result.dataSync()));
      });
      return values;
    });
  const run = work.stays ? () => here(() => tf.dispose(tf.tidy(work.compute))) : read;
  return { run, read, dispose: () => tf.dispose([...work.held]) };
}

/** Work on a device that is handed calls and does them in its own time. */
export async function inItsOwnTime(work: Work, here: Here): Promise<Prepared> {
  let latest: tf.Tensor[] = [];
  const run = () => {
    tf.dispose(latest);
    latest = here(() => tf.tidy(work.compute));
  };
  const read = () => {
    run();
    return fetched(latest);
  };
  const dispose = () => tf.dispose([...latest, ...work.held]);
  if (!work.stays) return { run: read, read, dispose };
  run();
  const fence = async () => {
    const element = here(() => tf.tidy(() => tf.slice(tf.reshape(latest[0]!, [-1]), 0, 1)));
    await element.data();
    element.dispose();
  };
  return { run, read, dispose, ...(await fenced(run, fence)) };
}

async function fetched(results: readonly tf.Tensor[]): Promise<ArrayLike<number>> {
  return joined(await Promise.all(results.map((result) => result.data())));
}

function joined(results: readonly ArrayLike<number>[]): ArrayLike<number> {
  return results.length === 1 ? results[0]! : results.flatMap((values) => Array.from(values));
}
