import { adapterSentence } from './adapter.js';
import type { Case } from './case.js';
import { type Absence, contest, labelOf, type Measurement } from './contest.js';
import { QUICK, THOROUGH } from './measure.js';
import { openSystem } from './open.js';
import type { Entrants, Options } from './options.js';
import { SUITES } from './suites/index.js';
import type { System } from './system.js';

/** What came of timing suites. */
export interface Timed {
  readonly cases: readonly Case[];
  readonly measurements: readonly Measurement[];
  readonly absences: readonly Absence[];
  /** Systems that are not to be had, each with the reason. */
  readonly missing: readonly string[];
  /** What systems run on that is not the CPU as such, a sentence each. */
  readonly adapters: readonly string[];
}

/** Holds the contests of these suites, one after another, and tells of each before it begins. */
export async function timeSuites(
  { suites, quick, ...entrants }: Pick<Options, 'suites' | 'quick' | 'backends' | 'peers'>,
  tell: (text: string) => void,
): Promise<Timed> {
  const { systems, missing } = await open(entrants);
  const cases = suites.flatMap((suite) => SUITES[suite]!()).filter(({ long }) => !(quick && long));
  const measurements: Measurement[] = [];
  const absences: Absence[] = [];
  for (const work of cases) {
    tell(`${work.suite}: ${work.name}`);
    const outcome = await contest(work, systems, quick ? QUICK : THOROUGH);
    measurements.push(...outcome.measurements);
    absences.push(...outcome.absences);
  }
  for (const system of systems) await system.close?.();
  const adapters = systems.flatMap((system) =>
    system.adapter ? [adapterSentence(labelOf({ ...system, system: system.name }), system.adapter)] : [],
  );
  return { cases, measurements, absences, missing, adapters };
}

async function open({ backends, peers }: Entrants): Promise<{ systems: System[]; missing: string[] }> {
  const systems: System[] = [];
  const missing: string[] = [];
  const asked = [...backends.map((one) => ['backend', one] as const), ...peers.map((one) => ['peer', one] as const)];
  for (const [kind, one] of asked) {
    const system = await openSystem(kind, one);
    if (typeof system === 'string') missing.push(`${one.name}: ${system}`);
    else systems.push(system);
  }
  return { systems, missing };
}
