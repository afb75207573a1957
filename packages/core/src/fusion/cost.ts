/**
 * The cost model of fusion: every number that it weighs, and why. Memory traffic is what kernels cost, and the calls of dear functions;
 * arithmetic between them is nearly free. Sizes are in elements where nothing else is said.
 */

/** From this many scalar operations on, a value is worth a buffer where it would be computed more than once. */
export const DEAR = 8;

/** The most ops that are computed inside one another: bounds code, recomputation and the depth of recursion. */
export const NESTED = 64;

/**
 * The most buffers of one size that a value waits for, where nobody else reads them. A sum of more is stored in between, as the gradient of
 * a weight that every step of a recurrent net uses: each term's memory is free again soon, for a quarter more traffic.
 */
export const TERMS = 8;

/** The share of the statements of a kernel that may follow a contraction, as these are written for each cell of a tile. */
export const EPILOGUE = 1 / 4;

/**
 * Kernels that touch no more elements than these stay in the nearest cache, take a few microseconds, and are not worth dividing among
 * threads: they may become one kernel even where they share no axis, and the stages then run one after another.
 */
export const SMALL = 16384;

/** Larger kernels share rows only if there are this many, as threads divide the loop over rows and nothing inside of it. */
export const ROWS = 4;

/**
 * Larger kernels share only rows of at least this length. In a row each step waits for the one before: with a few elements a processor finds
 * too little to do meanwhile, while kernels of one step each keep it busy. In WebAssembly a softmax over rows of 4 takes twice as long
 * in one kernel as in four, over rows of 16 as long.
 */
export const LENGTH = 16;

/**
 * The fewest neighbours in memory that a stage reads at once where shared axes are not the leading ones (the channels of a batch norm): a
 * cache line of float32. With fewer, each line would be fetched once for every row that has a part in it.
 */
export const RUN = 16;

/** The most bytes of the rows that stages hand on in memory of the kernel's own, which a cache of the second level holds. */
export const ROW_BYTES = 262144;
