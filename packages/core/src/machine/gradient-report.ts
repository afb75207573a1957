import type { Node } from '../graph/node.js';
import { inspect } from '../tensor/print.js';
import { showShape } from '../tensor/shape.js';

/** One element of a gradient, found in two ways. */
export interface GradientEntry {
  readonly node: Node;
  /** One number for each axis of the node. */
  readonly element: readonly number[];
  /** By differentiation, and by differences. */
  readonly analytic: number;
  readonly numeric: number;
  /** Their distance, relative to the larger of them where that is above 1. */
  readonly error: number;
  readonly agrees: boolean;
}

/** What `checkGradients` found. It prints as a line where all is well, else as a table of what differs, the worst first. */
export class GradientReport {
  readonly entries: readonly GradientEntry[];
  readonly tolerance: number;

  constructor(entries: readonly GradientEntry[], tolerance: number) {
    this.entries = entries;
    this.tolerance = tolerance;
  }

  /** Do all elements agree? */
  get ok(): boolean {
    return this.entries.every(({ agrees }) => agrees);
  }

  /** What differs, the worst first; NaN is worst. */
  get failures(): readonly GradientEntry[] {
    return byError(this.entries.filter(({ agrees }) => !agrees));
  }

  toString(): string {
    const { entries, failures, tolerance } = this;
    if (failures.length > 0) {
      const head = `gradients differ in ${failures.length} of ${entries.length} elements (tolerance ${tolerance}):`;
      return [head, ...table(failures)].join('\n');
    }
    const [worst] = byError(entries);
    const most = worst ? `, the largest error being ${digits(worst.error)} at ${placeOf(worst)}` : '';
    return `gradients agree in ${entries.length} elements${most}`;
  }

  [inspect](): string {
    return this.toString();
  }
}

function byError(entries: readonly GradientEntry[]): GradientEntry[] {
  const key = ({ error }: GradientEntry): number => (Number.isNaN(error) ? Infinity : error);
  return [...entries].sort((a, b) => (key(a) === key(b) ? 0 : key(b) - key(a)));
}

function placeOf({ node, element }: GradientEntry): string {
  const { name } = (node.attrs ?? {}) as { readonly name?: unknown };
  const title = typeof name === 'string' ? name : `%${node.id} ${node.op.name}`;
  return element.length === 0 ? title : `${title}${showShape(element)}`;
}

function digits(value: number): string {
  return String(Number(value.toPrecision(6)));
}

const MOST_ROWS = 20;

function table(entries: readonly GradientEntry[]): string[] {
  const shown = entries.slice(0, MOST_ROWS).map((entry) => {
    return [placeOf(entry), ...[entry.analytic, entry.numeric, entry.error].map(digits)];
  });
  const rows = [['element', 'analytic', 'numeric', 'error'], ...shown];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd());
  return entries.length > MOST_ROWS ? [...lines, `  and ${entries.length - MOST_ROWS} more`] : lines;
}
