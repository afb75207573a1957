import workers from 'node:worker_threads';
import { type Backend, wasm } from 'tapegrad';
import { openSession } from '../../packages/backend-cpu/src/wasm/session.js';
import { presentCrew } from '../../packages/backend-cpu/src/wasm/threads/crew.js';

/** The backend with so many threads, which divides all that can be divided, however small. */
export function eager(threads: number): Backend {
  const costs = { phase: Number.NEGATIVE_INFINITY, waking: Number.NEGATIVE_INFINITY };
  return {
    ...wasm({ threads: 1 }),
    open: () => openSession({ threads, arithmetic: { subnormals: 'flush', relaxed: false }, costs }),
  };
}

/** Until the workers of this thread know the programs that there are. */
export async function ready(): Promise<void> {
  while (!presentCrew().isReady) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** The workers that are started while `during` runs, which sees them, too: all that are needed then, as none from before go on. */
export async function startedWhile(during: (started: readonly workers.Worker[]) => Promise<unknown>): Promise<workers.Worker[]> {
  presentCrew().end();
  const started: workers.Worker[] = [];
  const { Worker } = workers;
  workers.Worker = class extends Worker {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      started.push(this);
    }
  };
  try {
    await during(started);
  } finally {
    workers.Worker = Worker;
  }
  return started;
}
