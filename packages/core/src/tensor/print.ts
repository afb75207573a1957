import type { TypedArray } from './dtype.js';
import { showShape, strides } from './shape.js';
import type { Tensor } from './tensor.js';

/** The key of the method by which Node's console prints an object; elsewhere it does nothing. */
export const inspect: unique symbol = Symbol.for('nodejs.util.inspect.custom');

const DIGITS = 6;
/** Above so many elements, long axes show only their ends. */
const MANY = 1000;
const ENDS = 3;
const WIDTH = 100;

/** `Tensor float32 [2, 2]` and, below, `[[1, 2],` and so on: columns aligned, 6 significant digits, long axes elided. */
export function printTensor({ dtype, shape, data }: Tensor): string {
  const header = `Tensor ${dtype} ${showShape(shape)}`;
  const show = dtype === 'bool' ? (value: number) => String(value !== 0) : showNumber;
  if (shape.length === 0) return `${header} ${show(data[0] as number)}`;
  return `${header}\n${printElements(data, shape, show)}`;
}

/** To 6 significant digits, without trailing zeros; -0 keeps its sign. */
export function showNumber(value: number): string {
  if (Object.is(value, -0)) return '-0';
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? String(value) : String(Number(value.toPrecision(DIGITS)));
}

function printElements(data: TypedArray, shape: readonly number[], show: (value: number) => string): string {
  const step = strides(shape);
  const kept = shape.map((size) => keptOf(size, data.length > MANY));

  const cells = (axis: number, offset: number): string[] =>
    axis === shape.length
      ? [show(data[offset] as number)]
      : (kept[axis] as Kept).flatMap((i) => (i === null ? [] : cells(axis + 1, offset + i * (step[axis] as number))));
  const width = cells(0, 0).reduce((widest, cell) => Math.max(widest, cell.length), 0);

  const lines = (axis: number, offset: number): string => {
    const indent = ' '.repeat(axis + 1);
    const last = axis === shape.length - 1;
    const parts = (kept[axis] as Kept).map((i) => {
      if (i === null) return '…';
      const at = offset + i * (step[axis] as number);
      return last ? show(data[at] as number).padStart(width) : lines(axis + 1, at);
    });
    // As in NumPy, blocks of a higher rank stand further apart.
    const joined = last ? wrap(parts, indent) : parts.join(`,${'\n'.repeat(shape.length - 1 - axis)}${indent}`);
    return `[${joined}]`;
  };
  return lines(0, 0);
}

/** Indices to show along an axis; null where some are left out. */
type Kept = readonly (number | null)[];

function keptOf(size: number, elide: boolean): Kept {
  const all = (length: number, start: number) => Array.from({ length }, (_, i) => start + i);
  return elide && size > 2 * ENDS ? [...all(ENDS, 0), null, ...all(ENDS, size - ENDS)] : all(size, 0);
}

function wrap(parts: readonly string[], indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const part of parts) {
    if (line !== '' && indent.length + line.length + part.length + 2 > WIDTH) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? part : `, ${part}`;
  }
  return [...lines, line].join(`,\n${indent}`);
}
