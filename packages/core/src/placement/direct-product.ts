import { type Product, productOf, reordered, strideOf, withSum } from '../loops/contraction.js';
import type { Expr } from '../loops/expression.js';
import { type Axis, Index } from '../loops/indices.js';
import { expressionsOf } from '../loops/inspect.js';
import type { Loop } from '../loops/loop.js';
import { LANES, PANEL_BYTES } from '../loops/statement.js';
import { bytesOfCopy, type Copy, withDenseCopy } from './dense.js';
import { joinAxes, joinSummed } from './joined.js';
import { stepAlong, storesInSteps, suitsLanes } from './lanes.js';
import { withPaddedFactor } from './padded.js';
import { inBlocks } from './position-blocks.js';
import { quickestTile } from './register-tile.js';

/** What a product and a sum of four lanes take, and what copying four numbers does, in cycles, about. */
const PRODUCT = 0.7;
const COPYING = 2;
/** How many times as long a product takes that reads neighbours which lie apart. */
const APART = 2;

/** A sum of products that reads copies of its factors. */
interface Copied {
  readonly loop: Loop;
  readonly copies: readonly Copy[];
}

/** A sum of products that reads its factors, or copies of them, where they are: neighbours of the result, or of the sum, are in lanes. */
export interface DirectProduct extends Copied {
  /** The position of the axis in lanes; −1 where the innermost axis of the sum is. */
  readonly position: number;
  readonly tile: ReadonlyMap<string, number>;
}

/** A way of computing it, and how long that takes. */
interface Way extends DirectProduct {
  readonly time: number;
}

/**
 * Neighbours in the result or in the sum in lanes, along rows or along rows joined, whichever takes the least time; null where nothing need be
 * copied, or none of these suits. `panels` is the number of the first panel. What is too large to be copied is copied for one block of positions
 * after another, unless the product `packs` better.
 */
export function chooseDirect(loop: Loop, panels: number, packs: () => boolean): DirectProduct | null {
  const padded = withCopies(loop, panels, packs);
  const copied = padded.flatMap((first) => [first, ...withDenseCopies(first, panels)]);
  const ways = copied.filter(({ copies }) => copies.length > 0).flatMap((each) => [...alongResult(each), ...alongSum(each)]);
  return ways.reduce<Way | null>((best, way) => (best && best.time <= way.time ? best : way), null);
}

/** With padded copies of all that is read, or else in the blocks for which they can be made. */
function withCopies(loop: Loop, panels: number, packs: () => boolean): Copied[] {
  const whole = withPaddedCopies(loop, panels);
  if (whole.copies.length > 0) return [whole];
  const blocks = inBlocks(loop);
  if (blocks.length === 0 || packs()) return [];
  return blocks.map(({ loop, fixed }) => withPaddedCopies(loop, panels, fixed));
}

function withPaddedCopies(loop: Loop, panels: number, fixed: ReadonlySet<string> = new Set()): Copied {
  const copies: Copy[] = [];
  let padded = loop;
  for (;;) {
    const next = withPaddedFactor(padded, panels + copies.length, fixed);
    if (!next || !fit([...copies, next.copy])) return { loop: padded, copies };
    padded = next.loop;
    copies.push(next.copy);
  }
}

/** May all of these be there at once? There are three at most, each as large as a panel may be: so those of several loops can share places. */
function fit(copies: readonly Copy[]): boolean {
  return copies.length <= 3 && copies.every((copy) => bytesOfCopy(copy) <= PANEL_BYTES);
}

/** What can be made of dense copies: rows whose neighbours lie apart, side by side; rows of the result, or of the sum, joined. */
function withDenseCopies(padded: Copied, panels: number): Copied[] {
  const { axes } = padded.loop;
  const product = productOf(padded.loop);
  const every = [...axes, ...product.axes];
  const isFree = ({ key }: Axis): boolean => !padded.copies.some(({ outer }) => outer.has(key));
  const found: Copied[] = [];
  for (const from of padded.copies) {
    if ('from' in from) continue;
    const [last, before] = from.coordinates.slice(-2).reverse();
    for (const along of every.filter((axis) => last!.index.axes.has(axis.key) && isFree(axis))) {
      const dense = withDenseCopy(padded.loop, from, every, along, panels + padded.copies.length);
      const copies = dense ? [...padded.copies, dense.copy] : [];
      if (!dense || !fit(copies)) continue;
      if (stepAlong(last!.index, along.key) !== 1) found.push({ loop: dense.loop, copies });
      const position = axes.indexOf(along);
      const outer = position < 0 ? product.axes.find(({ key }) => before?.index.axes.has(key)) : axes[position - 1];
      if (!outer || !before?.index.axes.has(outer.key) || !isFree(outer)) continue;
      const loop =
        position < 0 ? withSum(dense.loop, ({ sum }) => joinSummed(sum, outer, along)) : joinAxes(dense.loop, position);
      if (loop) found.push({ loop, copies });
    }
  }
  return found;
}

/** With neighbours of the result in lanes: what is added up is read as it lies, what comes after may be gathered. */
function alongResult({ loop, copies }: Copied): Way[] {
  const stores = loop.stores(loop.axes.map(Index.axis));
  const values = stores.map(({ value }) => value);
  const position = loop.axes.findLastIndex(
    (axis) =>
      storesInSteps(stores, loop, axis) &&
      !copies.some(({ outer }) => outer.has(axis.key)) &&
      suitsLanes(values, axis.key) !== 'parts',
  );
  if (position < 0) return [];
  return [{ loop, copies, position, tile: new Map(), time: timeOf({ loop, copies }, loop.axes[position]!) }];
}

/** With neighbours of the sum in lanes. */
function alongSum({ loop, copies }: Copied): Way[] {
  const product = productOf(loop);
  const axis = axisInLanes(product);
  if (!axis) return [];
  const tile = tileOf(loop, product, copies);
  return [
    { loop: withSum(loop, (sum) => summingLast(sum, axis)), copies, position: -1, tile, time: timeOf({ loop, copies }, axis) },
  ];
}

/** In cycles, about: of the products, more of which are computed than asked for where lanes do not divide `inLanes`, and of the copies. */
function timeOf({ loop, copies }: Copied, inLanes: Axis): number {
  const sizeOf = (axes: readonly Axis[]): number => axes.reduce((size, { extent }) => size * extent, 1);
  const { axes, factors } = productOf(loop);
  const vectors = Math.ceil(inLanes.extent / LANES) / inLanes.extent;
  const products = sizeOf(loop.axes) * sizeOf(axes) * vectors * PRODUCT * (readsApart(factors, inLanes) ? APART : 1);
  return copies.reduce((time, { outer, length }) => {
    return time + ((sizeOf(loop.axes.filter(({ key }) => outer.has(key))) * length) / LANES) * COPYING;
  }, products);
}

/** Do neighbours along an axis read what lies apart? */
function readsApart(values: readonly Expr[], { key }: Axis): boolean {
  return expressionsOf(values).some(({ is }) => is.kind === 'load' && ![0, 1].includes(stepAlong(is.address, key) ?? 2));
}

/** The longest axis of the sum along which both factors are neighbours. */
function axisInLanes({ axes, factors }: Product): Axis | null {
  const suits = axes.filter(({ key, extent }) => {
    return extent >= LANES && factors.every((factor) => factor.axes.has(key) && suitsLanes([factor], key) === 'straight');
  });
  return suits.reduce<Axis | null>((best, axis) => (best && best.extent >= axis.extent ? best : axis), null);
}

/** The same sum, the axis in lanes innermost, the others in the order in which a factor lies in memory. */
function summingLast(product: Product, { key }: Axis): Expr {
  const [factor] = product.factors;
  const others = product.axes.filter((axis) => axis.key !== key);
  const last = product.axes.filter((axis) => axis.key === key);
  return reordered(product, [...others.sort((a, b) => strideOf(factor, b) - strideOf(factor, a)), ...last]);
}

/** Cells along an axis of each factor that neither the other nor a copy varies with. */
function tileOf({ axes }: Loop, { sum, factors: [a, b] }: Product, copies: readonly Copy[]): Map<string, number> {
  const own = (x: Expr, y: Expr): Axis | undefined =>
    axes.findLast(
      ({ key, extent }) => extent >= 2 && x.axes.has(key) && !y.axes.has(key) && !copies.some(({ outer }) => outer.has(key)),
    );
  const [row, column] = [own(a, b), own(b, a)];
  const [rows, columns] = quickestTile(row?.extent ?? 1, column?.extent ?? 1, sum.dtype === 'float64' ? 2 : 1);
  return new Map([...(row ? [[row.key, rows] as const] : []), ...(column ? [[column.key, columns] as const] : [])]);
}
