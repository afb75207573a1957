import { type Axis, Index } from '../loops/indices.js';
import type { Level } from './blocks.js';
import { repeat } from './cells.js';
import type { Placement } from './placement.js';
import type { Scope } from './scope.js';

/** Part of a sum: the axes that it adds up over, and where it is along those that are divided, or outside of it. */
export interface SumBlock {
  readonly axes: readonly Axis[];
  readonly at: ReadonlyMap<string, Index>;
}

/** What is done on the way through the blocks of a sum. Sums are numbered from the whole inwards: 0 is all of it, 1 is one of the sums it is made of. */
export interface SumVisitor {
  /** Adds one block to a sum. */
  block(block: SumBlock, into: number, scope: Scope): void;
  /** Begins a sum with 0. */
  begin(sum: number, scope: Scope): void;
  /** Adds a sum that is complete to the next. */
  complete(sum: number, into: number, scope: Scope): void;
}

/** Is a sum added up in blocks? */
export function isLong(levels: readonly Level[]): boolean {
  return levels.some(({ kind }) => kind === 'partial');
}

/** How many sums in one another there are at once, but for the innermost. */
export function depthOf(levels: readonly Level[]): number {
  return levels.filter(({ kind }) => kind === 'partial').length;
}

/** How many numbers the largest block adds up. */
export function lengthOfBlock(levels: readonly Level[]): number {
  const inner = levels.slice(levels.findLastIndex(({ kind }) => kind === 'partial') + 1);
  return inner.reduce((length, level) => (level.kind === 'loop' ? length * level.size : length), 1);
}

/** Positions along an axis that an outer loop has set out for the inner ones. */
interface Range {
  readonly axis: Axis;
  readonly start: Index;
  readonly extent: number;
}

/** Writes the loops over the blocks of a long sum, in order; the last of an axis may be shorter. */
export function eachSumBlock(placement: Placement, levels: readonly Level[], scope: Scope, visitor: SumVisitor): void {
  const descend = (depth: number, at: ReadonlyMap<string, Index>, range: Range | null, sum: number, inner: Scope): void => {
    const level = levels[depth];
    const left = levels.slice(depth);
    if (!level || !isLong(left)) {
      visitor.block(blockOf(left, at, range), sum, inner);
    } else if (level.kind === 'loop') {
      const { axis } = level;
      const unit = sizeInside(levels.slice(depth + 1), axis);
      const { start, extent } = range ?? { start: Index.of(0), extent: axis.extent };
      const count = Math.floor(extent / unit);
      const go = (within: Scope, first: Index, length: number): void => {
        if (unit === 1) descend(depth + 1, new Map([...at, [axis.key, first]]), null, sum, within);
        else descend(depth + 1, at, { axis, start: first, extent: length }, sum, within);
      };
      const repetition = { key: `${axis.key}k${depth}x${count}`, count, size: unit, parallel: false };
      repeat(placement, inner, repetition, (within, first) => go(within, start.plus(first), unit));
      if (extent % unit > 0) placement.apart(inner, (within) => go(within, start.plus(count * unit), extent % unit));
    } else if (isLong(left.slice(1))) {
      visitor.begin(sum + 1, inner);
      descend(depth + 1, at, range, sum + 1, inner);
      visitor.complete(sum + 1, sum, inner);
    } else descend(depth + 1, at, range, sum, inner);
  };
  descend(0, new Map(), null, 0, scope);
}

/** How many positions along an axis one step of a loop outside of some levels takes. */
function sizeInside(levels: readonly Level[], axis: Axis): number {
  return levels.reduce((size, level) => (level.kind === 'loop' && level.axis === axis ? size * level.size : size), 1);
}

function blockOf(levels: readonly Level[], at: ReadonlyMap<string, Index>, range: Range | null): SumBlock {
  const axes = levels.flatMap((level) => (level.kind === 'loop' && level.axis !== range?.axis ? [level.axis] : []));
  if (!range) return { axes, at };
  const inside = { key: `${range.axis.key}in${range.extent}`, extent: range.extent };
  return { axes: [inside, ...axes], at: new Map([...at, [range.axis.key, range.start.plus(Index.axis(inside))]]) };
}
