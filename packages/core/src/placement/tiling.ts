import { productIn } from '../loops/contraction.js';
import { valuesOf as indexValuesOf } from '../loops/dependencies.js';
import type { Expr } from '../loops/expression.js';
import { type Axis, Index } from '../loops/indices.js';
import { expressionsOf } from '../loops/inspect.js';
import type { Loop, Store } from '../loops/loop.js';
import { LANES } from '../loops/statement.js';
import type { Step } from './cells.js';
import { laneOf } from './cells.js';
import type { Copy } from './dense.js';
import { chooseDirect } from './direct-product.js';
import { joinAxes } from './joined.js';
import { storesInSteps, storesNeighbours, suitsLanes } from './lanes.js';
import { type Packing, type PackingOptions, packingOf, type Side } from './packing.js';
import { isLong } from './sum-blocks.js';
import { neighboursTogether } from './unroll.js';

export interface TilingOptions extends PackingOptions {
  /** May neighbours be computed side by side? */
  readonly lanes: boolean;
}

/** The shape of the loops of a kernel: their order, which axis is in lanes, what is packed, and how many cells are computed together. */
export class Tiling {
  readonly loop: Loop;
  /** The position of the axis whose neighbours are computed side by side; −1 where there is none. */
  readonly laneAxis: number = -1;
  readonly packing: Packing | null = null;
  readonly copies: readonly Copy[] = [];
  readonly order: readonly number[];
  readonly #tile: ReadonlyMap<string, number>;

  /** `panels` is the number of the first panel. */
  constructor(loop: Loop, { lanes, wideSums, tile }: TilingOptions, panels: number) {
    this.loop = loop;
    this.#tile = loop.tile;
    this.order = loop.order;
    // What is packed is added up in blocks at no cost, while sums in registers have to make room for those of blocks.
    const packsLong = (): boolean => isLong(choose(loop, { tile, wideSums })?.packing?.levels ?? []);
    const direct = lanes && loop.tile.size > 0 ? chooseDirect(loop, panels, packsLong) : null;
    if (direct) {
      this.loop = direct.loop;
      this.copies = direct.copies;
      this.order = this.#outsideFirst(direct.copies);
      this.laneAxis = direct.position;
      if (direct.position >= 0) {
        this.order = this.#lanesInside();
        this.#tile = this.#tilesOf(direct.loop.stores(direct.loop.axes.map(Index.axis)), tile);
      } else this.#tile = direct.tile;
      return;
    }
    const choice = lanes ? choose(loop, { tile, wideSums }) : null;
    if (!choice) return;
    const stores = choice.loop.stores(choice.loop.axes.map(Index.axis));
    this.loop = choice.loop;
    this.laneAxis = choice.position;
    this.packing = choice.packing;
    this.order = choice.packing ? this.#orderAround(choice.packing.columns, stores) : this.#lanesInside();
    const lane = choice.loop.axes[choice.position]!;
    if (loop.tile.size > 0) this.#tile = this.#tilesOf(stores, tile);
    else this.#tile = new Map([[lane.key, neighboursTogether(valuesOf(stores), lane, loop.ordered.size > 0)]]);
  }

  /** The lanes; null where there are none. */
  get lane(): Axis | null {
    return this.laneAxis < 0 ? null : laneOf(this.loop.axes[this.laneAxis]!);
  }

  /** How many of `extent` cells along an axis are computed together, the most first: what one leaves over is done by the next. */
  steps(position: number, extent = this.loop.axes[position]!.extent): readonly Step[] {
    const { key } = this.loop.axes[position]!;
    const tile = Math.min(this.#tile.get(key) ?? 1, extent);
    if (position !== this.laneAxis) return stepsOf(extent, tile);
    const steps = stepsInLanes(extent, tile);
    return steps.at(-1)!.done > 0 && readsIndices(this.loop) ? stepsApart(extent, tile) : steps;
  }

  /** How many loops are around the use of a copy. */
  depthOf({ outer }: Copy): number {
    return this.order.findLastIndex((position) => outer.has(this.loop.axes[position]!.key)) + 1;
  }

  /** What copies depend on is outside. */
  #outsideFirst(copies: readonly Copy[]): number[] {
    const { axes, order } = this.loop;
    const isOutside = (position: number): boolean => copies.some(({ outer }) => outer.has(axes[position]!.key));
    return [...order.filter(isOutside), ...order.filter((position) => !isOutside(position))];
  }

  /** The axis of the lanes is as far in as it may be: a recurrence needs the innermost loop, while a scatter adds row after row. */
  #lanesInside(): number[] {
    const { axes, ordered, stores } = this.loop;
    const others = this.order.filter((position) => position !== this.laneAxis);
    const isOrdered = (position: number): boolean => ordered.has(axes[position]!.key);
    const inOrder = others.filter(isOrdered);
    const inside = stores(axes.map(Index.axis)).some(({ accumulate }) => accumulate)
      ? [...inOrder, this.laneAxis]
      : [this.laneAxis, ...inOrder];
    return [...others.filter((position) => !isOrdered(position)), ...inside];
  }

  /** What a panel depends on is outside, the axis of its columns last. */
  #orderAround({ factor }: Side, stores: readonly Store[]): number[] {
    const { axes, order } = this.loop;
    const packed = productIn(stores[0]!.value)!.factors[factor];
    const others = order.filter((position) => position !== this.laneAxis);
    const isOutside = (position: number): boolean => packed.axes.has(axes[position]!.key);
    return [...others.filter(isOutside), this.laneAxis, ...others.filter((position) => !isOutside(position))];
  }

  /** Columns are those of the lanes, rows what only one factor varies with, if possible not that of the lanes. */
  #tilesOf(stores: readonly Store[], [rows, columns]: readonly [number, number]): ReadonlyMap<string, number> {
    const { axes, tile } = this.loop;
    const lane = axes[this.laneAxis]!;
    const factors = productIn(stores[0]!.value)?.factors;
    if (!factors) return tile;
    const [first, second] = factors[0].axes.has(lane.key) ? factors : [factors[1], factors[0]];
    const isFixed = (key: string): boolean => this.copies.some(({ outer }) => outer.has(key));
    const own = (x: Expr, y: Expr): Axis | undefined =>
      axes.findLast(
        (axis) => axis.extent >= 2 && axis !== lane && x.axes.has(axis.key) && !y.axes.has(axis.key) && !isFixed(axis.key),
      );
    const row = own(second, first) ?? own(first, second);
    // With one row more columns, so that as many sums are under way.
    return row
      ? new Map([
          [lane.key, columns],
          [row.key, rows],
        ])
      : new Map([[lane.key, rows * columns]]);
  }
}

/** Are values used as indices? They may be overwritten by results, and are good for nothing then. */
function readsIndices(loop: Loop): boolean {
  const stores = loop.stores(loop.axes.map(Index.axis));
  return expressionsOf(valuesOf(stores)).some(({ is }) => is.kind === 'load' && indexValuesOf(is.address).length > 0);
}

function stepsOf(extent: number, tile: number): Step[] {
  const step = (cells: number): Step => ({ cells, offsets: Array.from({ length: cells }, (_, i) => i), lanes: false, done: 0 });
  return extent % tile > 0 ? [step(tile), step(extent % tile)] : [step(tile)];
}

/** Lanes that are computed once each, and the rest one by one. */
function stepsApart(extent: number, tile: number): Step[] {
  const [whole, rest] = stepsInLanes(extent, tile) as [Step, Step?];
  if (!rest || rest.done === 0) return rest ? [whole, rest] : [whole];
  const more = rest.cells > LANES ? stepsInLanes(rest.cells - (rest.cells % LANES), rest.cells) : [];
  return [whole, ...more, ...stepsOf(1, 1)];
}

/** The last lanes end where the axis does, and may begin among those before. */
function stepsInLanes(extent: number, tile: number): Step[] {
  const step = (cells: number): Step => {
    const count = Math.ceil(cells / LANES);
    const offsets = Array.from({ length: count }, (_, i) => Math.min(i * LANES, cells - LANES));
    return { cells, offsets, lanes: true, done: count * LANES - cells };
  };
  const whole = Math.max(Math.floor(tile / LANES), 1) * LANES;
  return extent % whole > 0 ? [step(whole), step(extent % whole)] : [step(whole)];
}

function valuesOf(stores: readonly Store[]): Expr[] {
  return stores.map(({ value }) => value);
}

interface Choice {
  readonly loop: Loop;
  readonly position: number;
  readonly packing: Packing | null;
}

interface ChoiceOptions extends PackingOptions {
  /** Do stores suit lanes along an axis? */
  readonly storesIn: typeof storesNeighbours;
}

/** The axis for the lanes: one along which neighbours are stored side by side; for products, if there is none, one with the same step between. */
function choose(loop: Loop, options: PackingOptions): Choice | null {
  const positions = [...loop.axes.keys()];
  const choice = chooseAxis(loop, positions, { ...options, storesIn: storesNeighbours });
  if (choice || !sums(loop)) return choice;
  return chooseAxis(loop, positions.reverse(), { ...options, storesIn: storesInSteps });
}

/** Is every element a sum, which is worth computing side by side though it is not stored so? */
function sums(loop: Loop): boolean {
  if (loop.tile.size > 0) return true;
  const values = valuesOf(loop.stores(loop.axes.map(Index.axis)));
  return values.every((value) => expressionsOf([value]).some(({ is }) => is.kind === 'reduce'));
}

/** The axis for the lanes, and what to pack for it. Where columns are copied one by one anyway, short axes are made one. */
function chooseAxis(loop: Loop, positions: readonly number[], options: ChoiceOptions): Choice | null {
  const [, columns] = options.tile;
  for (const position of positions) {
    const choice = tryLanes(loop, position, options);
    if (choice && (!choice.packing || choice.packing.columns.lanes || loop.axes[position]!.extent % columns === 0)) return choice;
    const merged = loop.tile.size > 0 && position > 0 ? joinFurther(loop, position, options) : null;
    if (merged ?? choice) return merged ?? choice;
  }
  return null;
}

/** The lanes along an axis that is joined with as many of those before it as a panel can hold columns of; null where it holds none. */
function joinFurther(loop: Loop, position: number, options: ChoiceOptions): Choice | null {
  const joined = joinAxes(loop, position);
  if (!joined) return null;
  const further = position > 1 ? joinFurther(joined, position - 1, options) : null;
  const choice = further ?? tryLanes(joined, position - 1, options);
  return choice?.packing ? choice : null;
}

function tryLanes(loop: Loop, position: number, options: ChoiceOptions): Choice | null {
  const axis = loop.axes[position]!;
  const stores = loop.stores(loop.axes.map(Index.axis));
  if (!options.storesIn(stores, loop, axis)) return null;
  const packing = loop.tile.size > 0 ? packingOf(stores, loop, position, options) : null;
  return packing || suitsLanes(valuesOf(stores), axis.key) !== 'parts' ? { loop, position, packing } : null;
}
