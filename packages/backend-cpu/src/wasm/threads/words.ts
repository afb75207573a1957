/**
 * The words by which threads meet while they run, as addresses in the memory of their machine. Each has a cache line of its own, so that
 * writing one does not slow down those who watch another.
 */
export const MEETING = {
  /** How many have arrived at the present barrier. */
  arrived: 128,
  /** How many barriers have been passed: those who wait watch it change. */
  passed: 256,
  /** How many sleep, and must be woken. */
  sleeping: 384,
  /** 1 where the run is called off: everybody leaves at the next barrier. */
  off: 512,
} as const;
/** The first address after these words. */
export const MEETING_END = 640;

/** The words by which the main thread and one of its workers speak between runs, as positions in an `Int32Array` that both hold. */
export const WORDS = {
  /** The number of the run that the worker is to take part in. Set last. */
  run: 0,
  /** What it is to do: the program, the address of scratch, which thread it is, of how many. */
  program: 1,
  scratch: 2,
  thread: 3,
  threads: 4,
  /** What the worker is at, one of `STATES`. */
  state: 32,
  /** The number of the last run that it has left. */
  left: 33,
  /** How many programs it has been given. */
  programs: 34,
  /** The length of the text that says why it failed, and its letters. */
  why: 64,
} as const;
/** How many words a worker has, and how many letters its last text. */
export const WORD_COUNT = 256;
export const LETTERS = WORD_COUNT - WORDS.why - 1;

export const STATES = { starting: 0, listening: 1, parked: 2, failed: 3 } as const;
