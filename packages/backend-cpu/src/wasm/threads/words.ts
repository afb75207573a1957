/**
 * The words by which threads share a run, as addresses in the memory of their machine. Each has a cache line of its own, so that
 * writing one does not slow down those who watch another.
 */
export const MEETING = {
  /** 64 bits: how many parts of a phase have been taken (16 bits), how many are done (16 bits), and the number of the phase. */
  turn: 128,
  /** The upper half of that, which waiting threads watch. */
  phase: 132,
  /** How many sleep, and must be woken. */
  sleeping: 256,
} as const;
/** The first address after these words. */
export const MEETING_END = 384;

/** The words by which the main thread and one of its workers speak between runs, as positions in an `Int32Array` that both hold. */
export const WORDS = {
  /** Changes with every run that the worker is to take part in; odd while what follows is being written. */
  run: 0,
  /** What it is to do: the program, the address of scratch, which thread it is, and the number of the first phase. */
  program: 1,
  scratch: 2,
  thread: 3,
  phase: 4,
  /** What the worker is at, one of `STATES`. */
  state: 32,
  /** How many programs it has been given. */
  programs: 33,
  /** The length of the text that says why it failed, and its letters. */
  why: 64,
} as const;
/** How many words a worker has, and how many letters its last text. */
export const WORD_COUNT = 256;
export const LETTERS = WORD_COUNT - WORDS.why - 1;

export const STATES = { starting: 0, listening: 1, parked: 2, failed: 3 } as const;
