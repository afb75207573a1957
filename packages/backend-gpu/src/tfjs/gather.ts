import { type Axis, type Condition, countOf, Index } from '@tapegrad/core';
import { plainTerms } from './affine.js';
import type { Calls, Value } from './calls.js';
import { extents, type Named, positionOf } from './named.js';
import { reshaped } from './shaping.js';
import { tabulate, tabulateConditions } from './tables.js';

/** Where an address holds, and what comes elsewhere: anything, if that is null. */
export interface Within {
  readonly conditions: readonly Condition[];
  readonly otherwise: number | null;
}

/**
 * The elements of a value at an address that depends on axes alone, by a table of positions. Leading axes that run through the value as
 * through blocks of equal size are left out of the table, so that it is as short as possible: a batch of images needs the table of one.
 */
export function gathered(calls: Calls, x: Value, address: Index, { conditions, otherwise }: Within): Named {
  const length = countOf(x.shape);
  if (length === 0) return { value: calls.full(otherwise ?? 0, x.dtype), axes: [] };
  const axes = tableAxes(address, conditions);
  for (let lead = leadingBlocks(address, length, axes, conditions); ; lead--) {
    const inner = axes.slice(lead);
    const block = length / countOf(extents(axes.slice(0, lead)));
    const positions = positionsIn(address, inner, { conditions, block, padded: otherwise !== null });
    if (!positions && lead > 0) continue;
    if (!positions) throw new Error(`an address leaves its buffer: ${address} of ${length}`);
    const rows = reshaped(calls, x, [length / block, block]);
    const padded = otherwise === null ? rows : withLast(calls, rows, otherwise);
    const type = { shape: [positions.length], dtype: 'int32' as const };
    const at = conditions.map(([index, low, high]) => `${low}<=${index.key}<${high}`).join();
    const key = `positions ${address.key} over ${inner.map((axis) => axis.key).join()} in ${block} where ${at} else ${otherwise}`;
    const indices = calls.literal(key, type, () => positions);
    const result = { shape: [length / block, positions.length], dtype: x.dtype };
    const value = calls.call('GatherV2', { x: padded, indices }, result, { axis: 1, batchDims: 0 });
    return { value: reshaped(calls, value, extents(axes)), axes };
  }
}

/** All axes that matter: those of the address by their strides, the greatest first, then those of the conditions alone. */
export function tableAxes(address: Index, conditions: readonly Condition[]): readonly Axis[] {
  const all = [address, ...conditions.map(([index]) => index)].flatMap(axesOf);
  return all.filter((axis, i) => positionOf(all, axis) === i);
}

/** The axes in an index, those of plain terms first, by falling stride. */
function axesOf(index: Index): Axis[] {
  const plain = plainTerms(index).sort((a, b) => Math.abs(b.step) - Math.abs(a.step));
  const inner = index.terms.flatMap(({ atom }) => (atom.kind === 'div' || atom.kind === 'mod' ? axesOf(atom.of) : []));
  return [...plain.map(({ axis }) => axis), ...inner];
}

/** How many of the first axes divide the whole length into equal blocks, and stand in no condition. */
function leadingBlocks(address: Index, length: number, axes: readonly Axis[], conditions: readonly Condition[]): number {
  const steps = new Map(plainTerms(address).map(({ axis, step }) => [axis.key, step]));
  let block = length;
  for (const [i, axis] of axes.entries()) {
    const whole = steps.get(axis.key) === block / axis.extent;
    const nested = address.terms.some(({ atom }) => atom.kind !== 'axis' && 'of' in atom && atom.of.axes.has(axis.key));
    if (!whole || nested || conditions.some(([index]) => index.axes.has(axis.key))) return i;
    block /= axis.extent;
  }
  return axes.length;
}

interface Block {
  readonly conditions: readonly Condition[];
  readonly block: number;
  /** Is there one more element behind the block, for where the conditions fail? */
  readonly padded: boolean;
}

/** The positions in a block, at every point of its axes; null where one that holds is outside. */
function positionsIn(address: Index, axes: readonly Axis[], { conditions, block, padded }: Block): Int32Array | null {
  const keys = new Set(axes.map(({ key }) => key));
  const own = withoutAxes(address, keys);
  const table = tabulate(own, axes);
  const holds = conditions.length === 0 ? null : tabulateConditions(conditions, axes);
  const positions = new Int32Array(table.length);
  for (let i = 0; i < table.length; i++) {
    const at = table[i]!;
    const open = !holds || holds[i] === 1;
    if (open && (at < 0 || at >= block)) return null;
    positions[i] = open ? at : padded ? block : Math.min(Math.max(at, 0), block - 1);
  }
  return positions;
}

/** The address without the plain terms of axes that are not in the table. */
function withoutAxes(address: Index, keys: ReadonlySet<string>): Index {
  let own = address;
  for (const { axis, step } of plainTerms(address)) {
    if (!keys.has(axis.key)) own = own.minus(Index.axis(axis).times(step));
  }
  return own;
}

/** Rows with one more element at the end of each. */
function withLast(calls: Calls, rows: Value, last: number): Value {
  const [count, length] = rows.shape as [number, number];
  const type = { shape: [count, length + 1], dtype: rows.dtype };
  const paddings = [
    [0, 0],
    [0, 1],
  ];
  return calls.call('PadV2', { x: rows }, type, { paddings, constantValue: last });
}
