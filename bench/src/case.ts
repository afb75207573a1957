/** One system's go at a case, made ready: its results are checked before anything is timed. */
export interface Prepared {
  /** Throws where the results are wrong. */
  check(): void | Promise<void>;
  /** The work that is timed, once. */
  run(): unknown;
  /** Lets go of what it holds. */
  dispose?(): void;
}

/** A system that takes part in a case: one of our backends, or a peer. */
export interface Contestant {
  readonly system: string;
  readonly threads: number;
  prepare(): Prepared | Promise<Prepared>;
}

/** One piece of work that several systems do. */
export interface Case {
  readonly suite: string;
  readonly name: string;
  /** What one run is, for the table: operations, so that GFLOP/s can be told; 0 where that says nothing. */
  readonly flops: number;
  readonly contestants: readonly Contestant[];
}

/** Throws unless `got` is within `absolute + relative·|want|` of `want`. */
export function expectClose(what: string, got: number, want: number, { absolute = 1e-6, relative = 1e-5 } = {}): void {
  if (Math.abs(got - want) <= absolute + relative * Math.abs(want)) return;
  throw new Error(`${what}: got ${got}, expected ${want}. Nothing is timed before it is right.`);
}
