import { type Product, productIn, reordered, replaced, strideOf } from './contraction.js';
import type { Expr } from './expression.js';
import { type Axis, Index } from './indices.js';
import { storesNeighbours, suitsLanes } from './lanes.js';
import type { Loop } from './loop.js';
import { type PaddedCopy, withPaddedFactor } from './padded.js';
import { quickestTile } from './register-tile.js';
import { LANES } from './statement.js';

/** A sum of products that reads its factors, or padded copies of them, where they are: neighbours of the result, or of the sum, are in lanes. */
export interface DirectProduct {
  readonly loop: Loop;
  readonly copies: readonly PaddedCopy[];
  /** The position of the axis in lanes; −1 where the innermost axis of the sum is. */
  readonly position: number;
  readonly tile: ReadonlyMap<string, number>;
}

/** Of neighbours in the result and neighbours in the sum, those that fill lanes best; null where neither suits. `panels` is the number of the first panel. */
export function chooseDirect(loop: Loop, panels: number): DirectProduct | null {
  const copies: PaddedCopy[] = [];
  let padded = loop;
  for (;;) {
    const next = withPaddedFactor(padded, panels + copies.length);
    if (!next) break;
    padded = next.loop;
    copies.push(next.copy);
  }
  if (copies.length === 0) return null;
  const stores = padded.stores(padded.axes.map(Index.axis));
  const product = productIn(stores[0]!.value)!;
  const position = padded.axes.findLastIndex(
    (axis) =>
      storesNeighbours(stores, padded, axis) &&
      !copies.some(({ outer }) => outer.has(axis.key)) &&
      suitsLanes(
        stores.map(({ value }) => value),
        axis.key,
      ) === 'straight',
  );
  const summed = axisInLanes(product);
  const inResult = position < 0 ? Infinity : waste(padded.axes[position]!);
  if (summed && waste(summed) < inResult) {
    return { loop: summingLast(padded, product, summed), copies, position: -1, tile: tileOf(padded, product, copies) };
  }
  return position < 0 ? null : { loop: padded, copies, position, tile: new Map() };
}

/** How many times as much is computed as is asked for. */
function waste({ extent }: Axis): number {
  return (Math.ceil(extent / LANES) * LANES) / extent;
}

/** The longest axis of the sum along which both factors are neighbours. */
function axisInLanes({ axes, factors }: Product): Axis | null {
  const suits = axes.filter(({ key, extent }) => {
    return extent >= LANES && factors.every((factor) => factor.axes.has(key) && suitsLanes([factor], key) === 'straight');
  });
  return suits.reduce<Axis | null>((best, axis) => (best && best.extent >= axis.extent ? best : axis), null);
}

/** The same sums, the axis in lanes innermost, the others in the order in which a factor lies in memory. */
function summingLast(loop: Loop, product: Product, last: Axis): Loop {
  const [factor] = product.factors;
  const others = product.axes.filter(({ key }) => key !== last.key);
  const axes = [...others.sort((a, b) => strideOf(factor, b) - strideOf(factor, a)), last];
  return {
    ...loop,
    stores: (at) => {
      const stores = loop.stores(at);
      const product = productIn(stores[0]!.value)!;
      const sum = reordered(product, axes);
      return stores.map((store) => ({ ...store, value: replaced(store.value, product.sum, sum) }));
    },
  };
}

/** Cells along an axis of each factor that neither the other nor a copy varies with. */
function tileOf({ axes }: Loop, { sum, factors: [a, b] }: Product, copies: readonly PaddedCopy[]): Map<string, number> {
  const own = (x: Expr, y: Expr): Axis | undefined =>
    axes.findLast(
      ({ key, extent }) => extent >= 2 && x.axes.has(key) && !y.axes.has(key) && !copies.some(({ outer }) => outer.has(key)),
    );
  const [row, column] = [own(a, b), own(b, a)];
  const [rows, columns] = quickestTile(row?.extent ?? 1, column?.extent ?? 1, sum.dtype === 'float64' ? 2 : 1);
  return new Map([...(row ? [[row.key, rows] as const] : []), ...(column ? [[column.key, columns] as const] : [])]);
}
