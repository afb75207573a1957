import { productIn, replaced } from './contraction.js';
import type { Expr } from './expression.js';
import { type Axis, Index } from './indices.js';
import { storesNeighbours, suitsLanes } from './lanes.js';
import type { Loop, Store } from './loop.js';
import { LANES } from './statement.js';

/** The most elements of a panel. */
const PANEL = 32768;
/** A panel is worth while where it is read for this many rows. */
const ROWS = 16;

/** One factor of a sum of products, which is copied for each tile of columns in the order in which it is read. */
export interface Packing {
  /** Which of the factors. */
  readonly factor: 0 | 1;
  /** The axes that are summed over. */
  readonly axes: readonly Axis[];
  /** The axis of the tiles that one panel serves. */
  readonly row: Axis;
  /** Are neighbours copied side by side? */
  readonly lanes: boolean;
}

/** How many cells along an axis are computed together; with lanes, these hold `LANES` of them each. */
export interface Step {
  readonly cells: number;
  readonly lanes: boolean;
}

/** The shape of the loops of a kernel: their order, which axis is in lanes, what is packed, and how many cells are computed together. */
export class Tiling {
  readonly loop: Loop;
  /** The position of the axis whose neighbours are computed side by side; −1 where there is none. */
  readonly laneAxis: number = -1;
  readonly packing: Packing | null = null;
  readonly order: readonly number[];
  readonly #tile: ReadonlyMap<string, number>;

  constructor(loop: Loop, lanes: boolean, tile: readonly [rows: number, columns: number]) {
    this.loop = loop;
    this.#tile = loop.tile;
    this.order = loop.order;
    if (!lanes) return;
    const stores = loop.stores(loop.axes.map(Index.axis));
    for (const [position, axis] of loop.axes.entries()) {
      if (!storesNeighbours(stores, loop, axis)) continue;
      const packing = loop.tile.size > 0 ? packingOf(stores, loop, axis) : null;
      if (!packing && suitsLanes(valuesOf(stores), axis.key) === 'parts') continue;
      this.laneAxis = position;
      this.packing = packing;
      this.order = packing ? this.#orderAround(packing, stores) : this.#lanesInside();
      if (loop.tile.size > 0) this.#tile = this.#tilesOf(stores, tile);
      return;
    }
  }

  /** How many cells along an axis are computed together, the most first: what one leaves over is done by the next. */
  steps(position: number): readonly Step[] {
    const { key, extent } = this.loop.axes[position]!;
    const tile = Math.min(this.#tile.get(key) ?? 1, extent);
    const lanes = position === this.laneAxis;
    const whole = lanes ? Math.max(Math.floor(tile / LANES), 1) * LANES : tile;
    const steps = [{ cells: whole, lanes }];
    if (lanes && whole > LANES) steps.push({ cells: LANES, lanes });
    if (lanes && (extent % whole) % LANES > 0) steps.push({ cells: 1, lanes: false });
    else if (!lanes && extent % whole > 0) steps.push({ cells: extent % whole, lanes });
    return steps;
  }

  /** The axis of the lanes is as far in as it may be: a recurrence needs the innermost loop. */
  #lanesInside(): number[] {
    const { axes, order, ordered } = this.loop;
    const others = order.filter((position) => position !== this.laneAxis);
    const isOrdered = (position: number): boolean => ordered.has(axes[position]!.key);
    return [...others.filter((position) => !isOrdered(position)), this.laneAxis, ...others.filter(isOrdered)];
  }

  /** What a panel depends on is outside, the axis of its columns last. */
  #orderAround({ factor }: Packing, stores: readonly Store[]): number[] {
    const { axes, order } = this.loop;
    const packed = productIn(stores[0]!.value)!.factors[factor];
    const others = order.filter((position) => position !== this.laneAxis);
    const isOutside = (position: number): boolean => packed.axes.has(axes[position]!.key);
    return [...others.filter(isOutside), this.laneAxis, ...others.filter((position) => !isOutside(position))];
  }

  /** Columns are those of the lanes, rows what only the other factor varies with. */
  #tilesOf(stores: readonly Store[], [rows, columns]: readonly [number, number]): ReadonlyMap<string, number> {
    const { axes, tile } = this.loop;
    const lane = axes[this.laneAxis]!;
    const product = productIn(stores[0]!.value);
    const other = product?.factors.find((factor) => !factor.axes.has(lane.key));
    const column = product?.factors.find((factor) => factor.axes.has(lane.key));
    if (!other || !column) return tile;
    const row = axes.findLast(({ key, extent }) => extent >= 2 && other.axes.has(key) && !column.axes.has(key));
    return new Map([[lane.key, columns], ...(row ? [[row.key, rows] as const] : [])]);
  }
}

function valuesOf(stores: readonly Store[]): Expr[] {
  return stores.map(({ value }) => value);
}

/** What to pack of the sum of products in a kernel's first store, if it pays; `column` is the axis of the lanes. */
function packingOf(stores: readonly Store[], loop: Loop, column: Axis): Packing | null {
  const product = productIn(stores[0]?.value);
  const sum = product?.sum.is;
  if (!product || sum?.kind !== 'reduce' || sum.combine !== 'sum' || sum.body.is.kind !== 'scalar' || sum.body.is.op !== 'mul')
    return null;
  const factor = product.factors.findIndex(({ axes }) => axes.has(column.key));
  if (factor !== 0 && factor !== 1) return null;
  const packed = product.factors[factor]!;
  const other = product.factors[1 - factor]!;
  if (other.axes.has(column.key)) return null;
  const row = loop.axes.findLast(({ key }) => other.axes.has(key) && !packed.axes.has(key));
  const length = product.axes.reduce((size, { extent }) => size * extent, 1);
  if (!row || row.extent < ROWS || length < LANES || length * 8 > PANEL) return null;
  const stand = packed.builder.constant(0, packed.dtype);
  const rest = valuesOf(stores).map((value) => replaced(value, packed, stand));
  if (suitsLanes(rest, column.key) === 'parts') return null;
  return { factor, axes: product.axes, row, lanes: suitsLanes([packed], column.key) !== 'parts' };
}
