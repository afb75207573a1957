/** Rounds of Philox4x32; 10 pass every known test of randomness. */
const ROUNDS = 10;

/**
 * A uint32 that looks random and is a function of its arguments alone: the first word of Philox4x32-10 of counter (index, stream, 0, 0).
 * Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", 2011.
 */
export function randomWord(seed: number, stream: number, index: number): number {
  let [c0, c1, c2, c3] = [index >>> 0, stream >>> 0, 0, 0];
  let [k0, k1] = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
  for (let round = 0; round < ROUNDS; round++) {
    const [high0, low0] = [multiplyHigh(0xd2511f53, c0), Math.imul(0xd2511f53, c0) >>> 0];
    const [high1, low1] = [multiplyHigh(0xcd9e8d57, c2), Math.imul(0xcd9e8d57, c2) >>> 0];
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return c0;
}

/**
 * The numbers 0 … count - 1 in an order that is a function of `seed` and `epoch` alone, the same on every machine: the shuffle of Fisher
 * and Yates (Knuth, "The Art of Computer Programming", volume 2, algorithm P).
 */
export function permutation(count: number, seed: number, epoch: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor((randomWord(seed, epoch, last) * (last + 1)) / 2 ** 32);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

/** The upper 32 bits of the product of two uint32, by halves: no step leaves the integers that a double holds. */
function multiplyHigh(a: number, b: number): number {
  const lower = (a & 0xffff) * b;
  const upper = (a >>> 16) * b;
  return Math.floor((upper + Math.floor(lower / 2 ** 16)) / 2 ** 16);
}
