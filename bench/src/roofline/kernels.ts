/** The plainest kernels there are in a language: how fast they run is how fast anything can. */
export interface Kernels {
  /** In words, what the arithmetic is done with. */
  readonly arithmetic: string;
  /** Multiplies and adds `rounds` times on registers that do not wait for each other. Gives the operations done. */
  multiplyAdd(rounds: number): number;
  /** What moves memory: each goes once through so many bytes in all, of one to three arrays, and gives the bytes that it moved. */
  readonly movers: readonly ((bytes: number) => number)[];
}

/** The most bytes that movers can be asked for, beyond every cache. */
export const LARGEST = 128 * 1024 * 1024;
