import { cpus } from 'node:os';
import type { Case } from './case.js';
import { type Absence, labelOf, type Measurement } from './contest.js';

/** What all figures depend on: `Node 20.20.2 on 2 × AMD EPYC`. */
export function machineText(): string {
  return `Node ${process.versions.node} on ${cpus().length} × ${cpus()[0]?.model ?? 'an unknown processor'}`;
}

/** A table for people: one line a case and system, with the rate where operations are known, and the ratios to the best and to the reference. */
export function table(cases: readonly Case[], measurements: readonly Measurement[]): string {
  const rows = [
    ['case', 'system', 'median', 'min', 'max', 'runs', 'runs/s', 'GFLOP/s', 'to the best', 'to reference', 'scratch'],
  ];
  for (const work of cases) {
    const mine = measurements.filter((record) => record.case === work.name);
    const best = Math.min(...mine.filter(({ system }) => system !== 'reference').map((record) => record.median));
    for (const record of mine) rows.push(row(work, record, best));
  }
  return align(rows, 2);
}

function row({ name, flops, reference }: Case, record: Measurement, best: number): string[] {
  const { system, median, min, max, runs, ratio, bytes } = record;
  const isReference = system === 'reference';
  const shown = isReference ? `reference (${reference.name})` : labelOf(record);
  const operations = isReference ? reference.flops : flops;
  return [
    name,
    shown,
    span(median),
    span(min),
    span(max),
    String(runs),
    figure(1000 / median),
    operations > 0 ? (operations / median / 1e6).toFixed(2) : '',
    isReference ? '' : `${(median / best).toFixed(2)}×`,
    isReference ? '' : `${figure(ratio)}×`,
    bytes === undefined ? '' : `${figure(bytes / 1e6)} MB`,
  ];
}

/** Why systems are missing, one line a reason. */
export function absenceList(absences: readonly Absence[]): string[] {
  const reasons = new Map<string, string[]>();
  for (const { case: name, reason, ...who } of absences) {
    const key = `${labelOf(who)}: ${reason}`;
    reasons.set(key, [...(reasons.get(key) ?? []), name]);
  }
  return [...reasons].map(([reason, names]) => `${reason} (${names.join(', ')})`);
}

/** Rows under a head, in columns; the first ones hold text and begin together, the others numbers and end so. */
export function align(rows: readonly (readonly string[])[], leading: number): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (i < leading ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd();
  return [line(rows[0]!), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.slice(1).map(line)].join('\n');
}

/** Three digits or so, with separators where there are more before the point. */
export function figure(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}

/** Milliseconds in the unit that reads best. */
export function span(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  if (ms >= 1) return `${ms.toFixed(2)} ms`;
  return `${(ms * 1000).toFixed(3)} µs`;
}
