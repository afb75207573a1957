import { bytesOf } from '../tensor/dtype.js';
import { productIn, replaced } from './contraction.js';
import type { Expr } from './expression.js';
import { type Axis, Index } from './indices.js';
import { expressionsOf } from './inspect.js';
import { storesNeighbours, suitsLanes } from './lanes.js';
import type { Loop, Store } from './loop.js';
import { LANES } from './statement.js';
import { neighboursTogether } from './unroll.js';

/** The most bytes of a panel. */
const PANEL = 262144;
/** A panel is worth while where it is read for this many rows; for so few, where lanes are out of the question without it. */
const ROWS = 16;
const FEW_ROWS = 4;

/** One factor of a sum of products, which is copied for each tile of columns in the order in which it is read. */
export interface Packing {
  /** Which of the factors. */
  readonly factor: 0 | 1;
  /** The axes that are summed over, those of the other factor's neighbours last. */
  readonly axes: readonly Axis[];
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
    const choice = lanes ? choose(loop, tile[1]) : null;
    if (!choice) return;
    const stores = choice.loop.stores(choice.loop.axes.map(Index.axis));
    this.loop = choice.loop;
    this.laneAxis = choice.position;
    this.packing = choice.packing;
    this.order = choice.packing ? this.#orderAround(choice.packing, stores) : this.#lanesInside();
    const lane = choice.loop.axes[choice.position]!;
    if (loop.tile.size > 0) this.#tile = this.#tilesOf(stores, tile);
    else this.#tile = new Map([[lane.key, neighboursTogether(valuesOf(stores), lane)]]);
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

interface Choice {
  readonly loop: Loop;
  readonly position: number;
  readonly packing: Packing | null;
}

/** The axis for the lanes, and what to pack for it. Where columns are copied one by one anyway, short axes are made one. */
function choose(loop: Loop, columns: number): Choice | null {
  for (const position of loop.axes.keys()) {
    const choice = tryLanes(loop, position);
    if (choice && (!choice.packing || choice.packing.lanes || loop.axes[position]!.extent % columns === 0)) return choice;
    const merged = loop.tile.size > 0 && position > 0 ? joinFurther(loop, position) : null;
    if (merged ?? choice) return merged ?? choice;
  }
  return null;
}

/** The lanes along an axis that is joined with as many of those before it as a panel can hold columns of; null where it holds none. */
function joinFurther(loop: Loop, position: number): Choice | null {
  const joined = joinAxes(loop, position);
  if (!joined) return null;
  const further = position > 1 ? joinFurther(joined, position - 1) : null;
  const choice = further ?? tryLanes(joined, position - 1);
  return choice?.packing ? choice : null;
}

function tryLanes(loop: Loop, position: number): Choice | null {
  const axis = loop.axes[position]!;
  const stores = loop.stores(loop.axes.map(Index.axis));
  if (!storesNeighbours(stores, loop, axis)) return null;
  const packing = loop.tile.size > 0 ? packingOf(stores, loop, axis) : null;
  return packing || suitsLanes(valuesOf(stores), axis.key) !== 'parts' ? { loop, position, packing } : null;
}

/** The same loop with two neighbouring parallel axes as one; null where one of them is ordered. */
function joinAxes(loop: Loop, position: number): Loop | null {
  const { axes, order, ordered, stores } = loop;
  const [outer, inner] = [axes[position - 1]!, axes[position]!];
  if (ordered.has(outer.key) || ordered.has(inner.key)) return null;
  const extent = outer.extent * inner.extent;
  const joined = { key: `${outer.key}j${inner.key}`, extent };
  return {
    ...loop,
    axes: axes.toSpliced(position - 1, 2, joined),
    order: order.filter((p) => p !== position).map((p) => (p > position ? p - 1 : p)),
    stores: (at) => {
      const index = at[position - 1]!;
      return stores(at.toSpliced(position - 1, 1, index.div(inner.extent), index.mod(inner.extent)));
    },
  };
}

/** How far apart in memory neighbours along an axis are, in what a value reads. */
function strideOf(value: Expr, axis: Axis): number {
  const strides = expressionsOf([value]).map(({ is }) => {
    const term =
      is.kind === 'load' ? is.address.terms.find(({ atom }) => atom.kind === 'axis' && atom.key === axis.key) : undefined;
    return Math.abs(term?.coefficient ?? 0);
  });
  return Math.max(...strides);
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
  const enough = suitsLanes(valuesOf(stores), column.key) === 'parts' ? FEW_ROWS : ROWS;
  if (!row || row.extent < enough || length < LANES || length * 8 * bytesOf(packed.dtype) > PANEL) return null;
  const stand = packed.builder.constant(0, packed.dtype);
  const rest = valuesOf(stores).map((value) => replaced(value, packed, stand));
  if (suitsLanes(rest, column.key) === 'parts') return null;
  const axes = [...product.axes].sort((a, b) => strideOf(other, b) - strideOf(other, a));
  return { factor, axes, lanes: suitsLanes([packed], column.key) !== 'parts' };
}
