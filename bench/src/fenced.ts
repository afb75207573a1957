import type { Prepared } from './system.js';

/**
 * Times runs on a device, which is handed them and computes them in its own time: a sample is many runs and then the arrival of `fence`, which
 * needs what the last of them wrote; it is so long that this arrival is a twentieth of it at most. One run must have taken place.
 */
export async function fenced(
  run: () => unknown,
  fence: () => Promise<unknown>,
): Promise<Required<Pick<Prepared, 'time' | 'shortestSample'>>> {
  await fence();
  const latency = await fastest(fence);
  const time = async (runs: number) => {
    const begin = performance.now();
    for (let i = 0; i < runs; i++) await run();
    await fence();
    return performance.now() - begin;
  };
  return { time, shortestSample: 20 * latency };
}

/** The least milliseconds of a few runs. */
async function fastest(run: () => Promise<unknown>): Promise<number> {
  let best = Infinity;
  for (let i = 0; i < 5; i++) {
    const begin = performance.now();
    await run();
    best = Math.min(best, performance.now() - begin);
  }
  return best;
}
