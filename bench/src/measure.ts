import Benchmark from 'benchmark';
import type { Prepared } from './system.js';

/** A system's go at a case, ready to be timed. */
export interface Entrant {
  readonly prepared: Prepared;
  /** Medians of its windows, in milliseconds a run. */
  readonly medians: number[];
  min: number;
  max: number;
  runs: number;
}

/** What is kept of a system's go, in milliseconds a run. */
export interface Timing {
  /** A backend's or a peer's name; 'reference' for a plain loop beside them. */
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
  /** Length of a window in milliseconds. */
  readonly window: number;
}

export const THOROUGH: Effort = { windows: 5, window: 600 };
export const QUICK: Effort = { windows: 1, window: 40 };

/** A sample is many runs where one is too short for the clock. */
const SHORTEST_SAMPLE = 0.5;
/** Where one run takes a second, two windows of one sample each must do. */
const LONG_RUN = 1000;

/** Times the systems in turn, window by window, so that a noisy moment hits all. */
export async function timeInTurn(all: readonly Prepared[], effort: Effort): Promise<Entrant[]> {
  const entrants: (Entrant & { readonly takeWindow: () => Promise<Samples>; readonly windows: number })[] = [];
  for (const prepared of all) {
    const { runs, each } = await warmUp(prepared);
    const windows = each > LONG_RUN ? Math.min(effort.windows, 2) : effort.windows;
    const takeWindow =
      each < SHORTEST_SAMPLE && prepared.time === undefined && !(prepared.run() instanceof Promise)
        ? async () => windowByBenchmark(prepared, effort.window)
        : () => windowByClock(prepared, effort.window, runs, each > LONG_RUN ? 1 : 3);
    entrants.push({ prepared, takeWindow, windows, medians: [], min: Infinity, max: 0, runs: 0 });
  }
  for (let round = 0; round < effort.windows; round++) {
    for (const entrant of entrants) if (round < entrant.windows) record(entrant, await entrant.takeWindow());
  }
  return entrants;
}

/** Milliseconds a run, sample by sample, and how many runs these were. */
interface Samples {
  readonly samples: readonly number[];
  readonly runs: number;
}

function record(entrant: Entrant, { samples, runs }: Samples): void {
  const sorted = samples.toSorted((a, b) => a - b);
  entrant.medians.push(sorted[sorted.length >> 1]!);
  entrant.min = Math.min(entrant.min, sorted[0]!);
  entrant.max = Math.max(entrant.max, sorted.at(-1)!);
  entrant.runs += runs;
}

/** Runs until a sample is long enough; so many runs a sample needs, and what each takes. */
async function warmUp(prepared: Prepared): Promise<{ runs: number; each: number }> {
  for (let runs = 1; ; runs *= 2) {
    const elapsed = await time(prepared, runs);
    if (elapsed >= (prepared.shortestSample ?? SHORTEST_SAMPLE)) return { runs, each: elapsed / runs };
  }
}

/** A window of a run that is short and synchronous, by the benchmark package: its samples have so many runs that the clock's step is small. */
function windowByBenchmark(prepared: Prepared, length: number): Samples {
  let runs = 0;
  const fn = () => {
    runs++;
    return prepared.run();
  };
  const benchmark = new Benchmark({ fn, maxTime: length / 1000, minSamples: 3 });
  benchmark.run();
  // It keeps errors to itself; its types do not tell of them.
  const { error } = benchmark as { error?: Error };
  if (error) throw error;
  return { samples: benchmark.stats.sample.map((seconds) => seconds * 1000), runs };
}

/** A window of any other run: asynchronous ones, and those of which a sample is few. */
async function windowByClock(prepared: Prepared, length: number, runs: number, atLeast: number): Promise<Samples> {
  const samples: number[] = [];
  const end = performance.now() + length;
  while (samples.length < atLeast || performance.now() < end) samples.push((await time(prepared, runs)) / runs);
  return { samples, runs: samples.length * runs };
}

async function time(prepared: Prepared, runs: number): Promise<number> {
  if (prepared.time) return prepared.time(runs);
  const start = performance.now();
  for (let i = 0; i < runs; i++) {
    const pending = prepared.run();
    if (pending instanceof Promise) await pending;
  }
  return performance.now() - start;
}
