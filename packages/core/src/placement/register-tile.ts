/**
 * What a tile may hold at once, in vectors: its sums, what is loaded for them, and a product. Processors have sixteen registers, of which
 * compilers keep one for themselves, and they load all that a step needs before they compute. A sum that has no register is stored and loaded
 * in every step, which takes three times as long as adding to it.
 */
const REGISTERS = 15;

/** Times of a step in cycles: many processors start two products, two sums and two loads in each; a sum is ready for the next after three. */
const TOGETHER = 2;
const LATENCY = 3;
/** What each step takes besides. */
const LOOP = 1;

/**
 * How many sums of products are computed together along two axes, of which only one factor varies with the first and only the other with the
 * second: those that take the least time for all of `first`·`second`. A number takes `vectors` registers in lanes.
 */
export function quickestTile(first: number, second: number, vectors: number): readonly [first: number, second: number] {
  let quickest: readonly [number, number] = [1, 1];
  let least = Infinity;
  for (let a = 1; a <= first && isHeld(a, 1, vectors); a++) {
    for (let b = 1; b <= second && isHeld(a, b, vectors); b++) {
      const time = timeOf([first, a], [second, b], vectors);
      if (time < least) [quickest, least] = [[a, b], time];
    }
  }
  return quickest;
}

function isHeld(a: number, b: number, vectors: number): boolean {
  return vectors * (a * b + a + b) + 1 <= REGISTERS;
}

/** Of a step for each tile: whole ones, and what they leave over along either axis. */
function timeOf(
  first: readonly [extent: number, tile: number],
  second: readonly [extent: number, tile: number],
  vectors: number,
): number {
  let time = 0;
  for (const [a, rows] of pieces(first))
    for (const [b, columns] of pieces(second)) time += rows * columns * stepTime(a, b, vectors);
  return time;
}

function pieces([extent, tile]: readonly [number, number]): readonly (readonly [cells: number, count: number])[] {
  return [
    [tile, Math.floor(extent / tile)],
    [extent % tile, extent % tile > 0 ? 1 : 0],
  ];
}

function stepTime(a: number, b: number, vectors: number): number {
  return Math.max((vectors * a * b) / TOGETHER, (vectors * (a + b)) / TOGETHER, LATENCY) + LOOP;
}
