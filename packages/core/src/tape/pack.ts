/** A piece of memory that is needed from one step to another, both included. */
export interface Block {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
  /** Set by `pack`. */
  offset: number;
}

/**
 * Gives every block an offset such that no two that live at once overlap; returns the bytes of the whole. Blocks come in the order of
 * their first step. The tightest gap is taken; where none fits, the last one is widened. n·log n, but for moving the gaps of a sorted list.
 */
export function pack(blocks: readonly Block[], alignment: number): number {
  const gaps = new Gaps();
  const byLast = blocks.filter((block) => block.bytes > 0).sort((a, b) => a.last - b.last);
  let expired = 0;
  for (const block of blocks) {
    while (expired < byLast.length && byLast[expired]!.last < block.first) {
      const dead = byLast[expired++]!;
      gaps.give(dead.offset, roundUp(dead.bytes, alignment));
    }
    block.offset = block.bytes === 0 ? 0 : gaps.take(roundUp(block.bytes, alignment));
  }
  return gaps.top;
}

export function roundUp(bytes: number, alignment: number): number {
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
