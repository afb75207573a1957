import type { Node } from '../graph/node.js';
import { childrenOf } from '../loops/dependencies.js';
import type { Expr } from '../loops/expression.js';
import { type Axis, Index } from '../loops/indices.js';
import { expressionsOf, plainStores } from '../loops/inspect.js';
import { rangeAlong } from '../placement/pieces.js';
import { countOf } from '../tensor/shape.js';
import { sizesOf } from './frame.js';
import type { Unit } from './unit.js';

/** Where in the index space of a kernel each element of a buffer is read, once and nowhere else. */
export interface Destination {
  /** The position of the axis that it has a part of. */
  readonly along: number;
  /** Where its part begins on that axis, and ends. */
  readonly first: number;
  readonly end: number;
  /** The index along each axis, from where its part begins, at which the element at a position in the buffer is read. */
  indicesOf(position: Index): readonly Index[];
}

/** Where guards hold along each axis. */
type Box = readonly (readonly [first: number, end: number])[];

/**
 * The destination of a buffer in a kernel of one loop that reads it: in a concatenation the part that it becomes, in a transposition all of
 * the result in another order. Null where an element is read more than once or never, where guards cut more than one axis, and
 * where the way back from the position in the buffer is no division and remainder.
 */
export function destinationOf({ nest, buffers }: Unit, node: Node): Destination | null {
  const { loop } = nest!.stages[0]!;
  const { axes } = loop;
  const reads = readsIn(
    plainStores(loop).map(({ value }) => value),
    axes,
    buffers.indexOf(node),
  );
  const [one] = reads?.values() ?? [];
  if (!one || reads!.size > 1) return null;
  const { box, address } = one;
  const cut = axes.flatMap(({ extent }, i) => (box[i]![0] === 0 && box[i]![1] === extent ? [] : [i]));
  if (cut.length > 1 || axes.length === 0) return null;
  const along = cut[0] ?? 0;
  const strides = stridesIn(address, axes, box);
  if (!strides || countOf(strides.map(({ length }) => length)) !== countOf(sizesOf(node))) return null;
  const [first, end] = box[along]!;
  return {
    along,
    first,
    end,
    indicesOf: (position) =>
      axes.map((_, i) => {
        const way = strides.find(({ axis }) => axis === i);
        return way ? position.div(way.stride).mod(way.length) : Index.of(0);
      }),
  };
}

/** The different ways in which values read a buffer, and where; null where guards do not tell that for each axis by itself. */
function readsIn(
  values: readonly Expr[],
  axes: readonly Axis[],
  buffer: number,
): ReadonlyMap<string, { readonly box: Box; readonly address: Index }> | null {
  const reads = new Map<string, { readonly box: Box; readonly address: Index }>();
  const seen = new Set<string>();
  let isPlain = true;
  const visit = (expr: Expr, box: Box): void => {
    const key = `${expr.id}|${box.join()}`;
    if (seen.has(key)) return;
    seen.add(key);
    const { is } = expr;
    if (is.kind === 'load' && is.buffer === buffer) reads.set(`${is.address.key}|${box.join()}`, { box, address: is.address });
    if (is.kind !== 'guard') for (const child of childrenOf(expr)) visit(child, box);
    else {
      const within = narrowed(box, axes, is.conditions);
      if (within) visit(is.body, within);
      else isPlain &&= !expressionsOf([is.body]).some(({ is }) => is.kind === 'load' && is.buffer === buffer);
    }
  };
  const whole = axes.map(({ extent }) => [0, extent] as const);
  for (const value of values) visit(value, whole);
  return isPlain ? reads : null;
}

/** A box where conditions hold as well; null where they are not of one axis each. */
function narrowed(box: Box, axes: readonly Axis[], conditions: readonly (readonly [Index, number, number])[]): Box | null {
  let within: Box | null = box;
  for (const condition of conditions) {
    const i = axes.findIndex((axis) => rangeAlong(axis, condition) !== null);
    if (i < 0) return null;
    const [low, high] = rangeAlong(axes[i]!, condition)!;
    const [first, end]: readonly [number, number] = within[i]!;
    within = within.with(i, [Math.max(first, low), Math.min(end, high)]);
  }
  return within;
}

/** An axis of a box, and how far apart neighbours along it are. */
interface Stride {
  readonly axis: number;
  readonly stride: number;
  readonly length: number;
}

/** How an address counts through a box, each position once; null where it does not. */
function stridesIn(address: Index, axes: readonly Axis[], box: Box): Stride[] | null {
  const lengths = box.map(([first, end]) => end - first);
  const within = axes.map(({ key }, i) => [key, Index.axis({ key, extent: lengths[i]! }).plus(box[i]![0])] as const);
  const moved = address.substitute(new Map(within));
  const strides = moved.terms.flatMap(({ atom, coefficient }) => {
    const axis = atom.kind === 'axis' ? axes.findIndex(({ key }) => key === atom.key) : -1;
    return axis < 0 ? [] : [{ axis, stride: coefficient, length: lengths[axis]! }];
  });
  if (strides.length < moved.terms.length || moved.offset !== 0) return null;
  const isRepeated = lengths.some((length, i) => length !== 1 && !strides.some(({ axis }) => axis === i));
  strides.sort((a, b) => a.stride - b.stride);
  let next = 1;
  for (const { stride, length } of strides) {
    if (stride !== next) return null;
    next *= length;
  }
  return isRepeated ? null : strides;
}
