import type { Condition } from '../loops/expression.js';
import { type Axis, Index } from '../loops/indices.js';
import { expressionsOf } from '../loops/inspect.js';
import type { Loop } from '../loops/loop.js';

/** The shortest piece that is worth code of its own: four vectors. */
const SHORTEST = 16;

/** The most pieces of a loop: each has code of its own. */
const MOST = 8;

/**
 * The same loop in pieces along its last axis, such that guards on it hold all through a piece or nowhere in it: so they vanish, and
 * neighbours may be computed side by side. A concatenation becomes a loop for each of its parts. One piece where the axis must run in order,
 * and where pieces would be short or many.
 */
export function piecesOf(loop: Loop): readonly Loop[] {
  const axis = loop.axes.at(-1);
  if (!axis || loop.tile.size > 0 || loop.ordered.has(axis.key)) return [loop];
  const values = loop.stores(loop.axes.map(Index.axis)).map(({ value }) => value);
  const cuts = new Set<number>();
  for (const { is } of expressionsOf(values)) {
    if (is.kind !== 'guard') continue;
    for (const condition of is.conditions) for (const at of rangeAlong(axis, condition) ?? []) cuts.add(at);
  }
  const edges = [...cuts, 0, axis.extent].sort((a, b) => a - b).filter((at, i, all) => at !== all[i - 1]);
  const lengths = edges.slice(1).map((end, i) => end - edges[i]!);
  if (lengths.length === 1 || lengths.length > MOST || lengths.some((length) => length < SHORTEST)) return [loop];
  return lengths.map((length, i) => pieceOf(loop, loop.axes.length - 1, edges[i]!, length));
}

/** Where along an axis a condition holds; null where that depends on anything else. */
export function rangeAlong({ key, extent }: Axis, [index, low, high]: Condition): readonly [first: number, end: number] | null {
  const [term, ...more] = index.terms;
  if (term?.atom.key !== key || term.coefficient !== 1 || more.length > 0) return null;
  const within = (at: number): number => Math.min(Math.max(at - index.offset, 0), extent);
  return [within(low), within(high)];
}

/** The part of a loop that has this length along one axis, from `start` on. */
export function pieceOf(loop: Loop, position: number, start: number, extent: number): Loop {
  const { key } = loop.axes[position]!;
  return {
    ...loop,
    axes: loop.axes.with(position, { key: `${key}t${start}`, extent }),
    stores: (at) => loop.stores(at.with(position, at[position]!.plus(start))),
  };
}
