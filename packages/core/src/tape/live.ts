/** What one step of some order needs and makes. */
export interface Turn<V> {
  readonly reads: Iterable<V>;
  readonly writes: Iterable<V>;
}

export interface Lives<V> {
  bytesOf(value: V): number;
  /** What is there before the first step, and to the end. */
  readonly throughout: Iterable<V>;
  /** What lives to the end once it is made. */
  readonly lasting: Iterable<V>;
}

/** The moment of an order at which most bytes live. */
export interface Peak {
  readonly bytes: number;
  /** The position of the step; -1 where nothing that is made adds to what is there throughout. */
  readonly at: number;
}

/** Finds the peak of an order. What a step reads and what it makes live together while it runs. Linear. */
export function peakOf<V>(turns: readonly Turn<V>[], { bytesOf, throughout, lasting }: Lives<V>): Peak {
  const last = lastReads(turns, lasting);
  const live = new Set(throughout);
  const forever = new Set(live);
  let bytes = 0;
  for (const value of live) bytes += bytesOf(value);
  let [most, at] = [bytes, -1];
  turns.forEach(({ reads, writes }, t) => {
    const end = (values: Iterable<V>): void => {
      for (const value of values)
        if ((last.get(value) ?? t) <= t && !forever.has(value) && live.delete(value)) bytes -= bytesOf(value);
    };
    for (const value of writes) {
      if (live.has(value)) continue;
      live.add(value);
      bytes += bytesOf(value);
    }
    if (bytes > most) [most, at] = [bytes, t];
    end(reads);
    end(writes);
  });
  return { bytes: most, at };
}

/** What lives at a step of an order. */
export function liveAt<V>(turns: readonly Turn<V>[], { throughout, lasting }: Lives<V>, at: number): V[] {
  const last = lastReads(turns, lasting);
  const made = turns.slice(0, at + 1).flatMap(({ writes }, t) => [...writes].filter((value) => (last.get(value) ?? t) >= at));
  return [...new Set([...throughout, ...made])];
}

/** The step at which each value is needed for the last time. */
function lastReads<V>(turns: readonly Turn<V>[], lasting: Iterable<V>): Map<V, number> {
  const last = new Map<V, number>();
  turns.forEach(({ reads }, t) => {
    for (const value of reads) last.set(value, t);
  });
  for (const value of lasting) last.set(value, turns.length);
  return last;
}
