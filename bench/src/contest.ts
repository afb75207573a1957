import type { Case } from './case.js';
import { type Effort, type Timing, timeInTurn } from './measure.js';
import type { Prepared, System } from './system.js';

/** What is kept of a case and a system. */
export interface Measurement extends Timing {
  readonly suite: string;
  readonly case: string;
  /** The median over that of the reference loop. */
  readonly ratio: number;
  /** Bytes that the work takes besides its parameters and data, where the system plans them. */
  readonly bytes?: number;
}

/** A case that a system takes no part in. */
export interface Absence {
  readonly case: string;
  readonly system: string;
  readonly threads: number;
  readonly reason: string;
}

export interface Outcome {
  readonly measurements: readonly Measurement[];
  readonly absences: readonly Absence[];
}

/** `js`, or `wasm:2` where it has several threads. */
export function labelOf({ system, threads }: Pick<Measurement, 'system' | 'threads'>): string {
  return threads === 1 ? system : `${system}:${threads}`;
}

interface Contestant {
  readonly system: string;
  readonly threads: number;
  readonly prepared: Prepared;
}

/** Holds a contest: makes every system ready, checks its results, and times it in turn with the others and the reference loop. */
export async function contest(work: Case, systems: readonly System[], effort: Effort): Promise<Outcome> {
  const contestants: Contestant[] = [{ system: 'reference', threads: 1, prepared: work.reference.prepare() }];
  const absences: Absence[] = [];
  for (const system of systems) {
    const prepared = await enter(work, system);
    const { name, threads } = system;
    if (typeof prepared === 'string') absences.push({ case: work.name, system: name, threads, reason: prepared });
    else contestants.push({ system: name, threads, prepared });
  }
  const entrants = await timeInTurn(
    contestants.map(({ prepared }) => prepared),
    effort,
  );
  const medians = entrants.map((entrant) => Math.min(...entrant.medians));
  const measurements = contestants.map(({ system, threads, prepared }, i): Measurement => {
    const { min, max, runs } = entrants[i]!;
    prepared.dispose?.();
    const ratio = medians[i]! / medians[0]!;
    const record = {
      suite: work.suite,
      case: work.name,
      system,
      threads,
      unit: 'ms',
      median: medians[i]!,
      min,
      max,
      runs,
      ratio,
    } as const;
    return prepared.bytes === undefined ? record : { ...record, bytes: prepared.bytes };
  });
  return { measurements, absences };
}

/** The system's work, made ready and checked, or why there is none. */
async function enter(work: Case, system: System): Promise<Prepared | string> {
  const prepared = await work.prepare(system);
  if (typeof prepared === 'string') return prepared;
  try {
    await work.check(async () => prepared.read());
  } catch (error) {
    throw new Error(`${system.name}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
  return prepared;
}
