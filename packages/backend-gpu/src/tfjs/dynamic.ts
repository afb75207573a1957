import { type Axis, countOf, Index, type IndexValue, type Term } from '@tapegrad/core';
import { plainTerms } from './affine.js';
import { beside, binary, counted } from './arithmetic.js';
import type { Calls, Value } from './calls.js';
import { tableAxes } from './gather.js';
import { aligned, extents, type Named, spread, unionOf } from './named.js';
import { reshaped, truthOf } from './shaping.js';
import { tabulate } from './tables.js';

/** An address that depends on values: whole blocks of `block` elements, whose positions are computed on the device. */
export interface Blocks {
  readonly positions: Named;
  readonly block: number;
  /** The axes that run through a block. */
  readonly inner: readonly Axis[];
}

type LookUp = (value: IndexValue) => Named;

/** An address as positions of blocks; `lookUp` gives what is used as an index. Blocks are as long as all other terms allow. */
export function blocksOf(calls: Calls, address: Index, lookUp: LookUp): Blocks {
  const inner: Axis[] = [];
  let block = 1;
  for (const { axis, step } of plainTerms(address).sort((a, b) => a.step - b.step)) {
    const longer = block * axis.extent;
    const rest = address.terms.filter(({ atom }) => atom.key !== axis.key && !inner.some(({ key }) => key === atom.key));
    const crosses = rest.some(({ atom, coefficient }) => coefficient % longer !== 0 || freeAxes(atom).has(axis.key));
    if (step !== block || address.offset % longer !== 0 || crosses) break;
    inner.unshift(axis);
    block = longer;
  }
  const outer = address.terms.filter(({ atom }) => !inner.some(({ key }) => key === atom.key));
  const scaled = new Index(
    outer.map(({ atom, coefficient }) => ({ atom, coefficient: coefficient / block })),
    address.offset / block,
  );
  return { positions: numbersOf(calls, scaled, lookUp), block, inner };
}

/** An index as int32 numbers on the device. */
export function numbersOf(calls: Calls, index: Index, lookUp: LookUp): Named {
  const fixed = index.terms.filter(({ atom }) => !dependsOnValues(atom));
  const isBare = fixed.length === 0 && index.offset === 0 && index.terms.length > 0;
  let total = isBare ? null : tableOf(calls, new Index(fixed, index.offset));
  for (const { atom, coefficient } of index.terms) {
    if (!dependsOnValues(atom)) continue;
    const value = atomOf(calls, atom, lookUp);
    const scaled =
      coefficient === 1 ? value.value : binary(calls, 'Multiply', value.value, beside(calls, value.value, coefficient));
    total = summed(calls, { value: scaled, axes: value.axes }, total);
  }
  return total!;
}

/** The axes inside a quotient, a remainder or a value. */
function freeAxes(atom: Term['atom']): ReadonlySet<string> {
  if (atom.kind === 'axis') return new Set();
  return atom.kind === 'value' ? atom.value.axes : atom.of.axes;
}

function dependsOnValues(atom: Term['atom']): boolean {
  if (atom.kind === 'axis') return false;
  return atom.kind === 'value' || atom.of.terms.some((term) => dependsOnValues(term.atom));
}

function atomOf(calls: Calls, atom: Term['atom'], lookUp: LookUp): Named {
  if (atom.kind === 'value') return lookUp(atom.value);
  if (atom.kind === 'axis') throw new Error('an axis is in the table');
  const of = numbersOf(calls, atom.of, lookUp);
  const kernel = atom.kind === 'div' ? 'FloorDiv' : 'Mod';
  return { value: binary(calls, kernel, of.value, beside(calls, of.value, atom.by)), axes: of.axes };
}

/** An index that depends on axes alone. */
function tableOf(calls: Calls, index: Index): Named {
  const axes = tableAxes(index, []);
  const shape = extents(axes);
  const key = `index ${index.key} over ${axes.map((axis) => axis.key).join()}`;
  return { value: calls.literal(key, { shape, dtype: 'int32' }, () => Int32Array.from(tabulate(index, axes))), axes };
}

function summed(calls: Calls, x: Named, y: Named | null): Named {
  if (!y) return x;
  const axes = unionOf([x.axes, y.axes]);
  const value = binary(calls, 'Add', aligned(calls, x, axes), aligned(calls, y, axes));
  return { value: reshaped(calls, value, extents(axes)), axes };
}

/** The blocks of a value at positions that are computed on the device. */
export function gatheredBlocks(calls: Calls, x: Value, { positions, block, inner }: Blocks): Named {
  const count = countOf(x.shape) / block;
  const rows = reshaped(calls, x, [count, block]);
  const flat = reshaped(calls, positions.value, [countOf(positions.value.shape)]);
  const type = { shape: [flat.shape[0]!, block], dtype: x.dtype };
  const value = calls.call('GatherV2', { x: rows, indices: flat }, type, { axis: 0, batchDims: 0 });
  const axes = [...positions.axes, ...inner];
  return { value: reshaped(calls, value, extents(axes)), axes };
}

/** Adds a value, over all of `axes`, into zeros of `length` elements, at an address. */
export function scattered(
  calls: Calls,
  added: Named,
  { positions, block, inner }: Blocks,
  axes: readonly Axis[],
  length: number,
): Value {
  const outer = axes.filter((axis) => !inner.some(({ key }) => key === axis.key));
  const count = countOf(extents(outer));
  const indices = reshaped(calls, spread(calls, positions, outer), [count, 1]);
  const updates = counted(calls, reshaped(calls, spread(calls, added, [...outer, ...inner]), [count, block]));
  const shape = [length / block, block];
  const sums = calls.call('ScatterNd', { indices, updates }, { shape, dtype: updates.dtype }, { shape });
  return added.value.dtype === 'bool' ? truthOf(calls, sums) : sums;
}
