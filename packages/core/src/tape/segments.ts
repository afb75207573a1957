import type { Unit } from '../fusion/unit.js';
import { sizeOf } from './plan.js';
import type { Turns } from './recompute.js';

/** A unit whose values may be dropped and computed again. */
export interface Candidate {
  readonly unit: Unit;
  readonly bytes: number;
  /** When it is computed first, and when its values are read for the last time on the way to the cut. */
  readonly made: number;
  readonly read: number;
  /** What it costs to compute again, by byte that is dropped. */
  readonly rate: number;
}

/** The units that are computed again, in order, of those that a cut at `position` may drop. */
export function candidatesOf({ steps }: Turns, position: number, costOf: (unit: Unit) => number): Candidate[] {
  const again = new Set(steps.flatMap((step) => (step.again ? [step.unit] : [])));
  const made = new Map<Unit, number>();
  const read = new Map<Unit, number>();
  const makers = new Map(steps.flatMap(({ unit }) => unit.roots.map((root) => [root, unit] as const)));
  for (const step of steps) {
    if (step.again || step.time > position) continue;
    made.set(step.unit, step.time);
    for (const x of step.unit.reads.keys()) {
      const maker = makers.get(x);
      if (maker) read.set(maker, step.time);
    }
  }
  return [...made].flatMap(([unit, time]) => {
    if (!again.has(unit)) return [];
    const bytes = unit.roots.reduce((total, root) => total + sizeOf(root), 0);
    return [{ unit, bytes, made: time, read: read.get(unit) ?? time, rate: costOf(unit) / Math.max(bytes, 1) }];
  });
}

/** Each length of a segment in bytes is so much shorter than the one before. */
const STEP = Math.SQRT2;

/**
 * Ways to choose what is kept: of the cheapest `share` of the candidates what crosses the border of a segment, for segments of several
 * lengths, and all dearer ones.
 */
export function* keptBySegments(candidates: readonly Candidate[], share: number): Generator<Set<Unit>> {
  const rates = candidates.map(({ rate }) => rate).sort((a, b) => a - b);
  const dearest = rates[Math.ceil(share * rates.length) - 1] ?? 0;
  const cheap = candidates.filter(({ rate }) => rate <= dearest);
  const dear = candidates.filter(({ rate }) => rate > dearest).map(({ unit }) => unit);
  const total = cheap.reduce((sum, { bytes }) => sum + bytes, 0);
  const largest = Math.max(...cheap.map(({ bytes }) => bytes));
  for (let length = total; length >= largest && length > 0; length /= STEP)
    yield new Set([...dear, ...crossing(cheap, bordersOf(cheap, length))]);
}

/** The positions of candidates after which segments of about `length` bytes end: in the latter half of each, where least crosses. */
function bordersOf(candidates: readonly Candidate[], length: number): number[] {
  const across = acrossEach(candidates);
  const borders: number[] = [];
  let [bytes, best] = [0, -1];
  candidates.forEach((candidate, i) => {
    bytes += candidate.bytes;
    if (bytes > length / 2 && (best < 0 || across[i]! <= across[best]!)) best = i;
    if (bytes < length || best < 0) return;
    borders.push(best);
    bytes = 0;
    for (let k = best + 1; k <= i; k++) bytes += candidates[k]!.bytes;
    best = -1;
  });
  return borders;
}

/** The bytes that are made up to each candidate and read after it. */
function acrossEach(candidates: readonly Candidate[]): number[] {
  const ends = candidates.toSorted((a, b) => a.read - b.read);
  let [live, ended] = [0, 0];
  return candidates.map(({ made, bytes }) => {
    live += bytes;
    while (ended < ends.length && ends[ended]!.read <= made) live -= ends[ended++]!.bytes;
    return live;
  });
}

/** The units whose values are made before a border and read after it. */
function crossing(candidates: readonly Candidate[], borders: readonly number[]): Unit[] {
  const times = borders.map((i) => candidates[i]!.made);
  let next = 0;
  return candidates.flatMap(({ unit, made, read }) => {
    while (next < times.length && times[next]! < made) next++;
    return next < times.length && read > times[next]! ? [unit] : [];
  });
}
