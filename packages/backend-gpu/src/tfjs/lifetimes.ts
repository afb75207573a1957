import { readsOf, type Step } from './calls.js';

/** A step, and the values that nobody needs after it. */
export interface Timed {
  readonly step: Step;
  readonly frees: readonly number[];
}

/** What is done once, when the program is loaded, and in every run. */
export interface Timetable {
  readonly once: readonly Timed[];
  readonly each: readonly Timed[];
  /** What runs make; states are the session's. */
  readonly owned: readonly number[];
  /** What is made once and kept. */
  readonly kept: readonly number[];
}

/** Leaves out what no result needs, takes what is the same in every run before the first, and says when each value is last read. */
export function timetable(steps: readonly Step[], results: readonly number[], isConstant: (id: number) => boolean): Timetable {
  const wanted = new Set(results);
  const needed = new Set(wanted);
  const live = steps.toReversed().filter((step) => {
    if (!needed.has(step.makes)) return false;
    for (const id of readsOf(step)) needed.add(id);
    return true;
  });
  live.reverse();
  const once = live.filter((step) => isConstant(step.makes));
  const each = live.filter((step) => !isConstant(step.makes));
  const kept = new Set(each.flatMap(readsOf).filter(isConstant));
  const owned = each.filter(({ kind }) => kind !== 'state').map(({ makes }) => makes);
  const mortal = new Set(owned.filter((id) => !wanted.has(id)));
  return {
    once: timed(once, (id) => !kept.has(id)),
    each: timed(each, (id) => mortal.has(id)),
    owned,
    kept: [...kept],
  };
}

/** Values are freed after the step that reads them last, or, where none does, after the one that makes them. */
function timed(steps: readonly Step[], isMortal: (id: number) => boolean): Timed[] {
  const last = new Map<number, number>();
  steps.forEach((step, i) => {
    for (const id of [step.makes, ...readsOf(step)]) last.set(id, i);
  });
  const frees = steps.map((): number[] => []);
  for (const [id, i] of last) if (isMortal(id)) frees[i]!.push(id);
  return steps.map((step, i) => ({ step, frees: frees[i]! }));
}
