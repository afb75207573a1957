/** A piece of memory that is needed from one step to another, both included. */
export interface Block {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
  /** Set by `pack`. */
  offset: number;
}

/** Up to this many blocks, packing by size is tried as well, which is quadratic. */
const FEW = 1000;

/**
 * Gives every block an offset such that no two that live at once overlap; returns the bytes of the whole. Blocks come in the order of
 * their first step. Of two ways the tighter is taken.
 */
export function pack(blocks: readonly Block[], alignment: number): number {
  const real = blocks.filter(({ bytes }) => bytes > 0);
  for (const block of blocks) block.offset = 0;
  const byTime = packByTime(real, alignment);
  if (real.length > FEW || byTime === mostLive(real, alignment)) return byTime;
  const offsets = real.map(({ offset }) => offset);
  const bySize = packBySize(real, alignment);
  if (bySize < byTime) return bySize;
  real.forEach((block, i) => {
    block.offset = offsets[i]!;
  });
  return byTime;
}

/** In the order of time, each block into the tightest gap; where none fits, the last one is widened. Linear, but for the search for gaps. */
function packByTime(blocks: readonly Block[], alignment: number): number {
  const gaps = new Gaps();
  const byLast = blocks.toSorted((a, b) => a.last - b.last);
  let expired = 0;
  for (const block of blocks) {
    while (byLast[expired]!.last < block.first) {
      const dead = byLast[expired++]!;
      gaps.give(dead.offset, roundUp(dead.bytes, alignment));
    }
    block.offset = gaps.take(roundUp(block.bytes, alignment));
  }
  return gaps.top;
}

/** The largest first, each as low as those that live with it allow. Y. Pisarchyk, J. Lee, "Efficient memory management for deep neural net inference", 2020. */
function packBySize(blocks: readonly Block[], alignment: number): number {
  const placed: Block[] = [];
  let top = 0;
  for (const block of blocks.toSorted((a, b) => b.bytes - a.bytes)) {
    const bytes = roundUp(block.bytes, alignment);
    let offset = 0;
    for (const other of placed) {
      if (other.last < block.first || other.first > block.last) continue;
      if (other.offset >= offset + bytes) break;
      offset = Math.max(offset, other.offset + roundUp(other.bytes, alignment));
    }
    block.offset = offset;
    const next = placed.findIndex((other) => other.offset > offset);
    placed.splice(next < 0 ? placed.length : next, 0, block);
    top = Math.max(top, offset + bytes);
  }
  return top;
}

/** The most bytes that live at once: no plan needs less. */
function mostLive(blocks: readonly Block[], alignment: number): number {
  const byLast = blocks.toSorted((a, b) => a.last - b.last);
  let expired = 0;
  let live = 0;
  let most = 0;
  for (const block of blocks) {
    while (byLast[expired]!.last < block.first) live -= roundUp(byLast[expired++]!.bytes, alignment);
    live += roundUp(block.bytes, alignment);
    most = Math.max(most, live);
  }
  return most;
}

function roundUp(bytes: number, alignment: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

interface Gap {
  offset: number;
  bytes: number;
}

/** Free ranges below the top, sorted by offset, none beside another. */
class Gaps {
  top = 0;
  readonly #gaps: Gap[] = [];

  take(bytes: number): number {
    let best = -1;
    for (let i = 0; i < this.#gaps.length; i++) {
      const gap = this.#gaps[i]!;
      if (gap.bytes >= bytes && (best < 0 || gap.bytes < this.#gaps[best]!.bytes)) best = i;
    }
    if (best >= 0) return this.#cut(best, bytes);
    const last = this.#gaps.at(-1);
    if (last && last.offset + last.bytes === this.top) {
      this.#gaps.pop();
      this.top = last.offset;
    }
    this.top += bytes;
    return this.top - bytes;
  }

  #cut(i: number, bytes: number): number {
    const gap = this.#gaps[i]!;
    const { offset } = gap;
    gap.offset += bytes;
    gap.bytes -= bytes;
    if (gap.bytes === 0) this.#gaps.splice(i, 1);
    return offset;
  }

  give(offset: number, bytes: number): void {
    let i = 0;
    for (let high = this.#gaps.length; i < high; ) {
      const middle = (i + high) >> 1;
      if (this.#gaps[middle]!.offset < offset) i = middle + 1;
      else high = middle;
    }
    const before = this.#gaps[i - 1];
    const after = this.#gaps[i];
    const joinsBefore = before && before.offset + before.bytes === offset;
    const joinsAfter = after && offset + bytes === after.offset;
    if (joinsBefore) {
      before.bytes += bytes + (joinsAfter ? after.bytes : 0);
      if (joinsAfter) this.#gaps.splice(i, 1);
    } else if (joinsAfter) {
      after.offset = offset;
      after.bytes += bytes;
    } else this.#gaps.splice(i, 0, { offset, bytes });
  }
}
