import { adapterSentence } from '../adapter.js';
import { labelOf } from '../contest.js';
import { align, figure, span } from '../report.js';
import { crossovers, crossoverText, rolesOf } from './crossover.js';
import type { Comparison, Contender, KernelRecord, Omission } from './record.js';

export const COLUMNS = ['operation', 'dtype', 'shapes', 'system', 'time', 'runs/s', 'GB/s', 'GFLOP/s', 'error', 'to the best'];
/** How many of them hold text. */
export const LEADING = 4;

/** A comparison for people. */
export function comparisonText(comparison: Comparison): string {
  const { machine, contenders, records, omissions, missing } = comparison;
  const parts = [`${machine}; times a run, median of the best window.`];
  const adapters = contenders.flatMap(adapterLine);
  if (adapters.length > 0) parts.push(adapters.join('\n'));
  parts.push(align([COLUMNS, ...rowsOf(records)], LEADING));
  const turns = crossoverRows(comparison);
  if (turns.length > 1) parts.push(crossoverCaption(comparison), align(turns, 2));
  const absent = [...missing, ...omissionLines(omissions)];
  if (absent.length > 0) parts.push(`Not taking part:\n${absent.join('\n')}`);
  return parts.join('\n\n');
}

/** What a contender runs on, where that is not this process. */
function adapterLine(contender: Contender): string[] {
  return contender.adapter ? [adapterSentence(labelOf(contender), contender.adapter)] : [];
}

/** The cells of `COLUMNS`, a row for each work and backend. */
export function rowsOf(records: readonly KernelRecord[]): string[][] {
  return records.map((record) => {
    const rivals = records.filter((other) => isSameWork(other, record));
    const best = Math.min(...rivals.map(({ median }) => median));
    return [
      record.operation,
      record.dtype,
      record.shapes,
      labelOf(record),
      span(record.median),
      figure(record.runsPerSecond),
      record.bandwidth === null ? '' : figure(record.bandwidth),
      record.arithmetic === null ? '' : figure(record.arithmetic),
      errorText(record.error),
      `${(record.median / best).toFixed(2)}×`,
    ];
  });
}

function isSameWork(a: KernelRecord, b: KernelRecord): boolean {
  return a.operation === b.operation && a.dtype === b.dtype && a.shapes === b.shapes;
}

/** What the table of crossovers says. */
export function crossoverCaption({ contenders }: Comparison): string {
  return `How many elements it takes until a backend is quicker than ${quickestOf(rolesOf(contenders).champions)}; data stays on the backend.`;
}

function quickestOf(names: readonly string[]): string {
  return names.length > 1 ? `the quickest of ${names.join(', ')}` : String(names[0]);
}

/** A row for each operation and dtype, a column for each backend that may be quicker, under a head. */
export function crossoverRows({ contenders, records }: Comparison): string[][] {
  const { challengers } = rolesOf(contenders);
  const all = crossovers(contenders, records);
  return byOperation(all, challengers, (mine, name) => {
    const turn = mine.find(({ challenger }) => challenger === name);
    return turn ? crossoverText(turn) : '';
  });
}

/** The greatest errors over all sizes: a row for each operation and dtype, a column for each backend, under a head. */
export function errorRows({ contenders, records }: Comparison): string[][] {
  const kernels = records.filter(({ kind }) => kind === 'kernel');
  return byOperation(kernels, contenders.map(labelOf), (mine, name) => {
    const errors = mine.filter((record) => labelOf(record) === name).map(({ error }) => error);
    return errors.length > 0 ? errorText(Math.max(...errors)) : '';
  });
}

function byOperation<T extends { readonly operation: string; readonly dtype: string }>(
  all: readonly T[],
  columns: readonly string[],
  cellOf: (mine: readonly T[], column: string) => string,
): string[][] {
  const works = new Map(all.map(({ operation, dtype }) => [`${operation} ${dtype}`, { operation, dtype }]));
  const rows = [...works.values()].map(({ operation, dtype }) => {
    const mine = all.filter((one) => one.operation === operation && one.dtype === dtype);
    return [operation, dtype, ...columns.map((column) => cellOf(mine, column))];
  });
  return [['operation', 'dtype', ...columns], ...rows];
}

function errorText(error: number): string {
  return error === 0 ? '0' : error.toExponential(1);
}

/** Why figures are missing, one line a reason; what is a defect comes first, in capitals. */
export function omissionLines(omissions: readonly Omission[]): string[] {
  const byReason = new Map<string, Omission[]>();
  for (const omission of omissions.toSorted((a, b) => Number(b.defect) - Number(a.defect))) {
    const key = `${omission.defect ? 'WRONG: ' : ''}${labelOf(omission)}: ${omission.reason}`;
    byReason.set(key, [...(byReason.get(key) ?? []), omission]);
  }
  return [...byReason].map(([reason, mine]) => `${reason} (${worksOf(mine).join('; ')})`);
}

/** Each operation and dtype, with the shapes that are missing. */
function worksOf(omissions: readonly Omission[]): string[] {
  const shapes = new Map<string, string[]>();
  for (const { operation, dtype, shapes: mine } of omissions) {
    const work = `${operation} ${dtype}`;
    shapes.set(work, [...(shapes.get(work) ?? []), mine]);
  }
  return [...shapes].map(([work, all]) => `${work} ${all.length === 1 ? all[0] : `in ${all.length} sizes`}`);
}
