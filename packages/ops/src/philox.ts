import type { Expr } from '@tapegrad/core';

type Words = readonly [Expr, Expr, Expr, Expr];
type Key = readonly [Expr, Expr];

const ROUNDS = 10;
const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57] as const;
/** What each round adds to the key: the golden ratio and √3 − 1, in 32 bits. */
const INCREMENTS = [0x9e3779b9, 0xbb67ae85] as const;

/**
 * Philox4x32-10: four words of random bits from a counter of four words and a key of two, all uint32. Salmon, Moraes, Dror and Shaw,
 * "Parallel random numbers: as easy as 1, 2, 3", 2011.
 */
export function philox(counter: Words, key: Key): Words {
  let [words, keys] = [counter, key];
  for (let round = 0; round < ROUNDS; round++) {
    words = mix(words, keys);
    keys = [keys[0].add(keys[0].constant(INCREMENTS[0])), keys[1].add(keys[1].constant(INCREMENTS[1]))];
  }
  return words;
}

function mix([a, b, c, d]: Words, [k, l]: Key): Words {
  const [x, y] = [a.constant(MULTIPLIERS[0]), c.constant(MULTIPLIERS[1])];
  return [c.apply('multiplyHigh', y).bitXor(b).bitXor(k), c.mul(y), a.apply('multiplyHigh', x).bitXor(d).bitXor(l), a.mul(x)];
}
