import type { Condition } from '../loops/expression.js';
import { type Axis, Index } from '../loops/indices.js';
import { expressionsOf } from '../loops/inspect.js';
import type { Loop } from '../loops/loop.js';
import { LANES } from '../loops/statement.js';

/** The shortest piece that is worth code of its own: four vectors. */
const SHORTEST = 16;

/** The most pieces of a loop: each has code of its own. */
const MOST = 8;

/**
 * The same loop in pieces along its last axis, such that guards on it hold all through a piece or nowhere in it: so they vanish, and
 * neighbours may be computed side by side. A concatenation becomes a loop for each of its parts. Windows that reach into padding become
 * what lies inside of it and, however short, the borders. One piece where the axis must run in order, and where pieces would be short or many.
 */
export function piecesOf(loop: Loop): readonly Loop[] {
  const axis = loop.axes.at(-1);
  if (!axis || loop.tile.size > 0 || loop.ordered.has(axis.key)) return [loop];
  const values = loop.stores(loop.axes.map(Index.axis)).map(({ value }) => value);
  const conditions = expressionsOf(values).flatMap(({ is }) => (is.kind === 'guard' ? is.conditions : []));
  const edges = partsAlong(axis, conditions) ?? insideAlong(axis, conditions);
  if (!edges) return [loop];
  return edges.slice(1).map((end, i) => pieceOf(loop, loop.axes.length - 1, edges[i]!, end - edges[i]!));
}

/** Between which places each condition that depends on an axis alone holds everywhere or nowhere; null where that is not worth while. */
function partsAlong(axis: Axis, conditions: readonly Condition[]): number[] | null {
  const edges = edgesOf(
    axis,
    conditions.flatMap((condition) => rangeAlong(axis, condition) ?? []),
  );
  const lengths = edges.slice(1).map((end, i) => end - edges[i]!);
  const worth = lengths.length > 1 && lengths.length <= MOST && lengths.every((length) => length >= SHORTEST);
  return worth ? edges : null;
}

/** The places where all conditions hold whatever other axes are, and the borders around them; null where these are not the most of an axis. */
function insideAlong(axis: Axis, conditions: readonly Condition[]): number[] | null {
  let [first, end] = [0, axis.extent];
  for (const [index, low, high] of conditions) {
    const own = index.terms.find(({ atom }) => atom.key === axis.key);
    if (!own || own.coefficient < 0) continue;
    const [least, most] = index.plus(Index.axis(axis).times(-own.coefficient)).range;
    first = Math.max(first, Math.ceil((low - least) / own.coefficient));
    end = Math.min(end, Math.floor((high - 1 - most) / own.coefficient) + 1);
  }
  const borders = axis.extent - (end - first);
  return borders > 0 && end - first >= Math.max(2 * LANES, 2 * borders) ? edgesOf(axis, [first, end]) : null;
}

/** Places along an axis, its beginning and its end, each once and in order. */
function edgesOf({ extent }: Axis, places: readonly number[]): number[] {
  return [...new Set([0, ...places, extent])].sort((a, b) => a - b);
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
