import { bytesOf, type DType } from '../tensor/dtype.js';
import type { Term } from './atoms.js';
import { productIn, replaced, withFactor } from './contraction.js';
import { copyRow } from './copy-row.js';
import { valuesOf } from './dependencies.js';
import type { Builder, Condition, Expr } from './expression.js';
import { type Axis, Index } from './indices.js';
import type { Loop } from './loop.js';
import type { Placement } from './placement.js';
import type { Scope } from './scope.js';
import { PANEL_BYTES } from './statement.js';

/** A position along one axis of a tensor. */
export interface Coordinate {
  readonly index: Index;
  /** How far apart neighbours are in the tensor. */
  readonly stride: number;
  /** The positions that exist are from `low` on, and so many. */
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

/** The loop with a padded copy, in panel `panel`, in the place of the first factor that is guarded and can be copied; null where none can. */
export function withPaddedFactor(loop: Loop, panel: number): { readonly loop: Loop; readonly copy: PaddedCopy } | null {
  const [store] = loop.stores(loop.axes.map(Index.axis));
  const product = productIn(store?.value);
  if (!product) return null;
  for (const factor of [0, 1] as const) {
    const copy = copyOf(loop, product.axes, product.factors[factor], factor, panel);
    if (!copy) continue;
    const at = copy.coordinates.map(({ index, least }) => index.minus(least));
    return { loop: readingCopy(loop, copy, placeIn(copy, at)), copy };
  }
  return null;
}

function copyOf(loop: Loop, summed: readonly Axis[], value: Expr, factor: 0 | 1, panel: number): PaddedCopy | null {
  const { builder, dtype, is } = value;
  if (is.kind !== 'guard' || is.body.is.kind !== 'load') return null;
  const { buffer: source, address } = is.body.is;
  const near = loop.axes.filter((axis) => coefficientOf(address, Index.axis(axis).terms[0]) === 1);
  const coordinates = coordinatesOf(is.conditions, address, [...summed, ...near]);
  if (!coordinates || valuesOf(address).length > 0) return null;
  const origin = coordinates.reduce((rest, { index, stride }) => rest.minus(index.times(stride)), address);
  const moving = new Set(coordinates.flatMap(({ index }) => [...index.axes]));
  if ([...origin.axes].some((key) => moving.has(key))) return null;
  const outer = new Set(loop.axes.map(({ key }) => key).filter((key) => origin.axes.has(key)));
  const [length, ...strides] = stridesIn(coordinates, bytesOf(dtype));
  if (length! * bytesOf(dtype) > PANEL_BYTES) return null;
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
function coordinatesOf(conditions: readonly Condition[], address: Index, axes: readonly Axis[]): Coordinate[] | null {
  const coordinates: Coordinate[] = [];
  const guarded = new Set(conditions.flatMap(([index]) => [...index.axes]));
  const plain = axes.filter(({ key }) => address.axes.has(key) && !guarded.has(key));
  const all = [...conditions, ...plain.map((axis): Condition => [Index.axis(axis), 0, axis.extent])];
  for (const [index, low, high] of all) {
    if (valuesOf(index).length > 0) return null;
    const [term] = index.terms;
    const stride = coefficientOf(address, term) / term!.coefficient;
    if (!Number.isInteger(stride) || stride === 0) return null;
    const [least, most] = index.range;
    const first = Math.max(low, least);
    const count = Math.min(high, most + 1) - first;
    if (count <= 0 || coordinates.some((other) => [...other.index.axes].some((key) => index.axes.has(key)))) return null;
    coordinates.push({ index, stride, low: first, count, least, size: most + 1 - least });
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
  const here = copy.origin.substitute(new Map(loop.axes.map(({ key }, i) => [key, at[i]!])));
  const along = coordinates.map(({ count }, i) => ({ key: `c${panel}d${i}`, extent: count }));
  if (coordinates.some(({ count, size }) => count < size))
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
    const lanes = rest.length === 0 && coordinates.at(-1)!.stride === 1;
    copyRow(placement, inner, axis, lanes, (within, position) => descend(within, rest, [...positions, position]));
  };
  descend(scope, along, []);
}
