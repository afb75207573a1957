import type { Case, Contestant, Prepared } from './case.js';

/** What is kept of a case and a system, in milliseconds a run. */
export interface Measurement {
  readonly suite: string;
  readonly case: string;
  readonly system: string;
  readonly threads: number;
  readonly unit: 'ms';
  /** Of the best window: the windows' medians move with the machine's mood, the best of them least. */
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

export interface Effort {
  /** Rounds in which every system has one window. */
  readonly windows: number;
  /** Length of a window in milliseconds; a window has at least three samples. */
  readonly window: number;
}

export const THOROUGH: Effort = { windows: 5, window: 600 };
export const QUICK: Effort = { windows: 1, window: 40 };

/** A sample is many runs where one is too short for the clock. */
const SHORTEST_SAMPLE = 0.5;

interface Entrant {
  readonly contestant: Contestant;
  readonly prepared: Prepared;
  readonly runsPerSample: number;
  readonly medians: number[];
  min: number;
  max: number;
  runs: number;
}

/** Checks every system's results, then times them in turn, window by window, so that a noisy moment hits all. */
export async function measure(work: Case, effort: Effort): Promise<Measurement[]> {
  const entrants: Entrant[] = [];
  for (const contestant of work.contestants) {
    const prepared = await contestant.prepare();
    await prepared.check();
    const runsPerSample = await calibrate(prepared);
    entrants.push({ contestant, prepared, runsPerSample, medians: [], min: Infinity, max: 0, runs: 0 });
  }
  for (let round = 0; round < effort.windows; round++) {
    for (const entrant of entrants) await timeWindow(entrant, effort.window);
  }
  return entrants.map(({ contestant: { system, threads }, prepared, medians, min, max, runs }) => {
    prepared.dispose?.();
    return { suite: work.suite, case: work.name, system, threads, unit: 'ms', median: Math.min(...medians), min, max, runs };
  });
}

/** Warms up, and finds how many runs a sample needs. */
async function calibrate(prepared: Prepared): Promise<number> {
  for (let runs = 1; ; runs *= 2) {
    const elapsed = await time(prepared, runs);
    if (elapsed >= SHORTEST_SAMPLE) return runs;
  }
}

async function timeWindow(entrant: Entrant, length: number): Promise<void> {
  const samples: number[] = [];
  const end = performance.now() + length;
  while (samples.length < 3 || performance.now() < end) {
    samples.push((await time(entrant.prepared, entrant.runsPerSample)) / entrant.runsPerSample);
  }
  samples.sort((a, b) => a - b);
  entrant.medians.push(samples[samples.length >> 1]!);
  entrant.min = Math.min(entrant.min, samples[0]!);
  entrant.max = Math.max(entrant.max, samples.at(-1)!);
  entrant.runs += samples.length * entrant.runsPerSample;
}

async function time(prepared: Prepared, runs: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < runs; i++) {
    const pending = prepared.run();
    if (pending instanceof Promise) await pending;
  }
  return performance.now() - start;
}
