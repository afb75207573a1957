import type { System } from '../system.js';
import { perceptron } from '../work/dense.js';

/** Steps of mlp-sgd after which memory is read: the first ones allocate, the others should not. */
export const STEPS = [1, 100, 1000] as const;

/** Resident memory of a system after so many steps of mlp-sgd, in bytes. */
export async function residentAfter(system: System): Promise<number[]> {
  const prepared = await system.train(perceptron({ kind: 'sgd', learningRate: 0.1 }));
  if (typeof prepared === 'string') throw new Error(prepared);
  const resident = system.resident ?? (async () => process.memoryUsage.rss());
  const read: number[] = [];
  let done = 0;
  for (const steps of STEPS) {
    for (; done < steps; done++) await prepared.run();
    read.push(await resident());
  }
  return read;
}
