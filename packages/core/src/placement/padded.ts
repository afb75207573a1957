import type { Term } from '../loops/atoms.js';
import { type Product, productIn, replaced, withFactor } from '../loops/contraction.js';
import { valuesOf } from '../loops/dependencies.js';
import type { Builder, Condition } from '../loops/expression.js';
import { type Axis, Index } from '../loops/indices.js';
import type { Loop } from '../loops/loop.js';
import { PANEL_BYTES } from '../loops/statement.js';
import { bytesOf, type DType } from '../tensor/dtype.js';
import { copyRow } from './copy-row.js';
import type { Placement } from './placement.js';
import type { Scope } from './scope.js';

/** A position along one axis of a tensor. */
export interface Coordinate {
  readonly index: Index;
  /** Where positions begin, by axes that are fixed while the copy is in use, and the first and the end of those that exist, from there on. */
  readonly within: Condition | null;
  /** How far apart neighbours are in the tensor. */
  readonly stride: number;
  /** The positions that exist, or may exist `within`, are from `low` on, and so many. */
  readonly low: number;
  readonly count: number;
  /** The positions that are asked for are from `least` on, and so many. */
  readonly least: number;
  readonly size: number;
}

/** Planes of a multiple of so many bytes, which a cache keeps in few places, are put so many apart. */
const CROWDED = 1024;
const APART = 64;

/** A copy in a panel of what one factor of a sum of products reads. */
export interface Copied {
  readonly factor: 0 | 1;
  readonly panel: number;
  readonly dtype: DType;
  /** The axes of the loop that are fixed while it is in use. */
  readonly outer: ReadonlySet<string>;
  readonly length: number;
  readonly builder: Builder;
}

/**
 * A copy with what the factor's guards give elsewhere written out: reading it needs no guard, so that neighbours can be computed side by side.
 * It is much smaller than all the windows of a convolution.
 */
export interface PaddedCopy extends Copied {
  readonly source: number;
  readonly otherwise: number;
  /** Where in the source all its coordinates are 0. */
  readonly origin: Index;
  /** The furthest apart in the source first. */
  readonly coordinates: readonly Coordinate[];
  /** How far apart neighbours along each coordinate are in the copy. */
  readonly strides: readonly number[];
}

/**
 * The loop with a padded copy, in panel `panel`, in the place of the first factor that is guarded and whose copy a panel holds; null where none
 * does. There is a copy for each index of the axes `fixed`, in which positions may begin.
 */
export function withPaddedFactor(
  loop: Loop,
  panel: number,
  fixed: ReadonlySet<string>,
): { readonly loop: Loop; readonly copy: PaddedCopy } | null {
  const copy = paddedCopiesOf(loop, panel, fixed).find(({ length, dtype }) => length * bytesOf(dtype) <= PANEL_BYTES);
  if (!copy) return null;
  const at = copy.coordinates.map(({ index, least }) => index.minus(least));
  return { loop: readingCopy(loop, copy, placeIn(copy, at)), copy };
}

/** The padded copies of factors that there can be, be they ever so large. */
export function paddedCopiesOf(loop: Loop, panel: number, fixed: ReadonlySet<string>): PaddedCopy[] {
  const [store] = loop.stores(loop.axes.map(Index.axis));
  const product = productIn(store?.value);
  if (!product) return [];
  const copies = ([0, 1] as const).map((factor) => copyOf(loop, product, factor, panel, fixed));
  return copies.filter((copy) => copy !== null);
}

function copyOf(
  loop: Loop,
  { axes: summed, factors }: Product,
  factor: 0 | 1,
  panel: number,
  fixed: ReadonlySet<string>,
): PaddedCopy | null {
  const value = factors[factor];
  const { builder, dtype, is } = value;
  if (is.kind !== 'guard' || is.body.is.kind !== 'load') return null;
  const { buffer: source, address } = is.body.is;
  const near = loop.axes.filter((axis) => coefficientOf(address, Index.axis(axis).terms[0]) === 1);
  const coordinates = coordinatesOf(is.conditions, address, [...summed, ...near], fixed);
  if (!coordinates || valuesOf(address).length > 0) return null;
  const origin = coordinates.reduce((rest, { index, stride }) => rest.minus(index.times(stride)), address);
  const moving = new Set(coordinates.flatMap(({ index }) => [...index.axes]));
  if ([...origin.axes].some((key) => moving.has(key))) return null;
  const outer = new Set(loop.axes.map(({ key }) => key).filter((key) => origin.axes.has(key)));
  const [length, ...strides] = stridesIn(coordinates, bytesOf(dtype));
  return { factor, panel, dtype, outer, length: length!, builder, source, otherwise: is.otherwise, origin, coordinates, strides };
}

/** The length of a copy, and how far apart neighbours along each coordinate are in it. */
function stridesIn(coordinates: readonly Coordinate[], bytes: number): number[] {
  return coordinates.reduceRight<number[]>(
    ([stride, ...inner], { size }) => {
      const length = stride! * size;
      const crowded = inner.length > 0 && (length * bytes) % CROWDED === 0;
      return [length + (crowded ? APART / bytes : 0), stride!, ...inner];
    },
    [1],
  );
}

/** The positions that an address is made of: those that are guarded, and those along the axes that no guard depends on. */
function coordinatesOf(
  conditions: readonly Condition[],
  address: Index,
  axes: readonly Axis[],
  fixed: ReadonlySet<string>,
): Coordinate[] | null {
  const coordinates: Coordinate[] = [];
  const guarded = new Set(conditions.flatMap(([index]) => [...index.axes]));
  const plain = axes.filter(({ key }) => address.axes.has(key) && !guarded.has(key));
  const all = [...conditions, ...plain.map((axis): Condition => [Index.axis(axis), 0, axis.extent])];
  for (const [whole, low, high] of all) {
    if (valuesOf(whole).length > 0) return null;
    const outer = whole.terms.filter(({ atom }) => atom.kind === 'axis' && fixed.has(atom.key));
    const begin = new Index(outer, 0);
    const within: Condition | null = outer.length > 0 ? [begin, low, high] : null;
    const index = whole.minus(begin);
    const [term] = index.terms;
    if (!term) return null;
    const stride = coefficientOf(address, term) / term.coefficient;
    if (!Number.isInteger(stride) || stride === 0) return null;
    const [least, most] = index.range;
    const first = within ? least : Math.max(low, least);
    const count = (within ? most + 1 : Math.min(high, most + 1)) - first;
    if (count <= 0 || coordinates.some((other) => [...other.index.axes].some((key) => index.axes.has(key)))) return null;
    coordinates.push({ index, within, stride, low: first, count, least, size: most + 1 - least });
  }
  return coordinates.sort((a, b) => Math.abs(b.stride) - Math.abs(a.stride));
}

function coefficientOf(index: Index, of: Term | undefined): number {
  return index.terms.find(({ atom }) => atom.key === of?.atom.key)?.coefficient ?? 0;
}

/** Where the copy holds what is at a position along each coordinate, counted from its least. */
export function placeIn({ strides }: PaddedCopy, at: readonly Index[]): Index {
  return at.reduce((sum, index, i) => sum.plus(index.times(strides[i]!)), Index.of(0));
}

/** The loop that reads a copy of one factor in a panel, where `address` says. */
export function readingCopy(loop: Loop, { factor, outer, builder, panel, dtype }: Copied, address: Index): Loop {
  return {
    ...loop,
    stores: (at) => {
      const stores = loop.stores(at);
      const product = productIn(stores[0]!.value)!;
      const cell = new Map(loop.axes.map(({ key }, i) => [key, at[i]!]));
      const over = new Set([...outer].flatMap((key) => [...cell.get(key)!.axes]));
      const sum = withFactor(product, factor, builder.load(panel, dtype, address.substitute(cell), over));
      return stores.map((store) => ({ ...store, value: replaced(store.value, product.sum, sum) }));
    },
  };
}

/** Writes the copy that is needed at one index of the outer axes. */
export function writePaddedCopy(placement: Placement, copy: PaddedCopy, loop: Loop, at: readonly Index[], scope: Scope): void {
  const { panel, builder, source, dtype, coordinates, otherwise } = copy;
  const cell = new Map(loop.axes.map(({ key }, i) => [key, at[i]!]));
  const here = copy.origin.substitute(cell);
  const along = coordinates.map(({ count }, i) => ({ key: `c${panel}d${i}`, extent: count }));
  if (coordinates.some(({ count, size, within }) => count < size || within))
    scope.statements.push({ kind: 'fill', buffer: panel, value: otherwise });
  const store = (inner: Scope, positions: readonly Index[]): void => {
    const from = coordinates.reduce((sum, { stride, low }, i) => sum.plus(positions[i]!.plus(low).times(stride)), here);
    const to = placeIn(
      copy,
      coordinates.map(({ low, least }, i) => positions[i]!.plus(low - least)),
    );
    const value = placement.value(builder.load(source, dtype, from), inner);
    inner.statements.push({ kind: 'store', buffer: panel, ...placement.address(to, inner), value, accumulate: false });
  };
  const descend = (inner: Scope, [axis, ...rest]: readonly Axis[], positions: readonly Index[]): void => {
    if (!axis) {
      store(inner, positions);
      return;
    }
    const { stride, low, within } = coordinates[positions.length]!;
    const lanes = rest.length === 0 && stride === 1 && !within;
    copyRow(placement, inner, axis, lanes, (row, position) => {
      const conditions = within ? [existing(within, position.plus(low), cell)] : [];
      placement.branch(row, conditions, (held) => descend(held, rest, [...positions, position]));
    });
  };
  descend(scope, along, []);
}

/** Does a position exist? */
function existing([begin, low, high]: Condition, position: Index, cell: ReadonlyMap<string, Index>): Condition {
  return [begin.substitute(cell).plus(position), low, high];
}
