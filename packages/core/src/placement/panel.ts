import type { Expr } from '../loops/expression.js';
import { type Axis, flatten, Index } from '../loops/indices.js';
import { expressionsOf } from '../loops/inspect.js';
import { LANES } from '../loops/statement.js';
import { substitute } from '../loops/substitute.js';
import { bytesOf, type DType } from '../tensor/dtype.js';
import { laneOf, repeat, type Step } from './cells.js';
import type { Side } from './packing.js';
import type { Placement } from './placement.js';
import { literal, type Scope } from './scope.js';
import type { SumBlock } from './sum-blocks.js';

/** Bytes after which addresses fall into the same lines of a cache again. */
const CACHE_PERIOD = 4096;
/** Numbers between tiles that are so long, so that equal positions of many tiles are not all in the same few lines. */
const GAP = 16;

/** Bound where what tiles read is in memory: loads of it stand no further out, though they may depend on nothing else. */
export const READY: ReadonlySet<string> = new Set(['ready']);

function gapAfter(bytes: number): number {
  return bytes < CACHE_PERIOD ? 0 : GAP;
}

/** Part of a block of rows or columns: `count` tiles of one step, numbered from `tile` on; `slot` is the number of the first cell or lane. */
export interface Part {
  readonly step: Step;
  readonly first: number;
  readonly count: number;
  readonly tile: number;
  readonly slot: number;
}

/** One tile: where it begins, its number in the block, and the number of its first cell or lane. */
export interface Tile {
  readonly step: Step;
  readonly start: Index;
  readonly number: Index;
  readonly slot: Index;
}

/** How many cells, or lanes of cells, a step has. */
export function slotsOf({ offsets, lanes }: Step): number {
  return offsets.length * (lanes ? LANES : 1);
}

/** The tiles of a block. */
export function partsOf(extent: number, steps: readonly Step[]): Part[] {
  const parts: Part[] = [];
  let [first, tile, slot] = [0, 0, 0];
  for (const step of steps) {
    const count = Math.floor((extent - first) / step.cells);
    parts.push({ step, first, count, tile, slot });
    first += count * step.cells;
    tile += count;
    slot += count * slotsOf(step);
  }
  return parts.filter(({ count }) => count > 0);
}

/** Writes a loop over the tiles of a part of a block that begins at `start`. */
export function eachTile(
  placement: Placement,
  scope: Scope,
  axis: Axis,
  { step, first, count, tile, slot }: Part,
  start: Index,
  parallel: boolean,
  write: (tile: Tile, inner: Scope) => void,
): void {
  const repetition = { key: `${axis.key}t${first}x${count}`, count, size: step.cells, parallel };
  repeat(placement, scope, repetition, (inner, from, number) => {
    const slots = number.times(slotsOf(step)).plus(slot);
    write({ step, start: start.plus(first).plus(from), number: number.plus(tile), slot: slots }, inner);
  });
}

/** Writes loops over axes. */
function overAxes(placement: Placement, scope: Scope, [axis, ...rest]: readonly Axis[], write: (inner: Scope) => void): void {
  if (!axis) {
    write(scope);
    return;
  }
  placement.loop(scope, literal(axis.extent, 'int32'), false, (inner, counter) => {
    inner.bind(axis.key, counter);
    overAxes(placement, inner, rest, write);
  });
}

/** What is read of a factor for each position along the axis of a side, at any point of the sum. */
type Reading = (position: Index) => Expr;

interface PanelSize {
  readonly axis: Axis;
  readonly dtype: DType;
  /** How many tiles it holds, of how many slots each at most, at how many points of a sum. */
  readonly tiles: number;
  readonly slots: number;
  readonly points: number;
}

/** Copies of what tiles of rows, or of columns, read of a factor in one block of the sum, in the order in which they read it. */
export class Panel {
  readonly #placement: Placement;
  readonly #side: Side;
  readonly #axis: Axis;
  readonly #buffer: number;
  readonly #stride: number;

  constructor(placement: Placement, side: Side, { axis, dtype, tiles, slots, points }: PanelSize) {
    this.#placement = placement;
    this.#side = side;
    this.#axis = axis;
    const length = points * slots;
    this.#stride = length + gapAfter(length * bytesOf(dtype));
    this.#buffer = placement.panel(dtype, (tiles - 1) * this.#stride + length);
  }

  /** What a tile reads instead of `value` for a slot, at the present point of a block of the sum. */
  load({ builder, dtype }: Expr, tile: Tile, slot: number, block: SumBlock): Expr {
    return builder.load(this.#buffer, dtype, this.#address(tile, slot, tile.step.lanes, block), READY);
  }

  /** Copies what the tiles of a block read that begins at `start`. */
  fill(parts: readonly Part[], start: Index, block: SumBlock, reading: Reading, scope: Scope): void {
    const placement = this.#placement;
    // What guards depend on outside, so that they are decided there.
    const guarded = guardedAxes(substitute(reading(Index.axis(this.#axis)), block.at));
    const axes = [...block.axes.filter(({ key }) => guarded.has(key)), ...block.axes.filter(({ key }) => !guarded.has(key))];
    for (const part of parts) {
      const overTiles = (inner: Scope, write: (tile: Tile, within: Scope) => void): void =>
        eachTile(placement, inner, this.#axis, part, start, false, write);
      const copy = (tile: Tile, inner: Scope): void => this.#copy(tile, block, reading, inner);
      placement.apart(scope, (inner) => {
        inner.bindLanes(laneOf(this.#axis).key, literal(0, 'int32'));
        // As the factor lies in memory.
        if (this.#side.lanes) overAxes(placement, inner, axes, (within) => overTiles(within, copy));
        else overTiles(inner, (tile, at) => overAxes(placement, at, axes, (within) => copy(tile, within)));
      });
    }
  }

  #copy(tile: Tile, block: SumBlock, reading: Reading, scope: Scope): void {
    const placement = this.#placement;
    const lane = Index.axis(laneOf(this.#axis));
    for (const { offset, slot, lanes } of piecesOf(tile.step, this.#side.lanes)) {
      const read = reading(tile.start.plus(offset).plus(lanes ? lane : 0));
      const value = placement.value(substitute(read, block.at), scope);
      const address = placement.address(this.#address(tile, slot, lanes, block), scope);
      scope.statements.push({ kind: 'store', buffer: this.#buffer, ...address, value, accumulate: false });
    }
  }

  #address({ number, step }: Tile, slot: number, lanes: boolean, { axes }: SumBlock): Index {
    const point = flatten(
      axes.map(Index.axis),
      axes.map(({ extent }) => extent),
    );
    return number
      .times(this.#stride)
      .plus(point.times(slotsOf(step)))
      .plus(slot)
      .plus(lanes ? Index.axis(laneOf(this.#axis)) : 0);
  }
}

/** What of a tile is copied at once: one cell, or `LANES` neighbours. */
interface Piece {
  readonly offset: number;
  readonly slot: number;
  readonly lanes: boolean;
}

function piecesOf({ cells, offsets, lanes }: Step, neighbours: boolean): Piece[] {
  if (neighbours && lanes) return offsets.map((offset, i) => ({ offset, slot: i * LANES, lanes }));
  if (neighbours && cells % LANES === 0)
    return Array.from({ length: cells / LANES }, (_, i) => ({ offset: i * LANES, slot: i * LANES, lanes: true }));
  const single = lanes ? offsets.flatMap((offset) => Array.from({ length: LANES }, (_, lane) => offset + lane)) : offsets;
  return single.map((offset, slot) => ({ offset, slot, lanes: false }));
}

/** The axes that guards in a value depend on. */
function guardedAxes(value: Expr): ReadonlySet<string> {
  const conditions = expressionsOf([value]).flatMap(({ is }) => (is.kind === 'guard' ? is.conditions : []));
  return new Set(conditions.flatMap(([index]) => [...index.axes]));
}
