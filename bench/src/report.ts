import type { Case } from './case.js';
import type { Measurement } from './measure.js';

/** A table for people: one line a case and system, with the rate where operations are known and the ratio to the best. */
export function table(cases: readonly Case[], measurements: readonly Measurement[]): string {
  const rows = [['case', 'system', 'median', 'min', 'max', 'runs', 'GFLOP/s', 'to the best']];
  for (const { name, flops } of cases) {
    const mine = measurements.filter((record) => record.case === name);
    const best = Math.min(...mine.map((record) => record.median));
    for (const record of mine) {
      const system = record.threads === 1 ? record.system : `${record.system}:${record.threads}`;
      const rate = flops > 0 ? (flops / record.median / 1e6).toFixed(2) : '';
      const ratio = `${(record.median / best).toFixed(2)}×`;
      rows.push([name, system, span(record.median), span(record.min), span(record.max), String(record.runs), rate, ratio]);
    }
  }
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd();
  return [line(rows[0]!), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.slice(1).map(line)].join('\n');
}

/** Milliseconds in the unit that reads best. */
export function span(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  if (ms >= 1) return `${ms.toFixed(2)} ms`;
  return `${(ms * 1000).toFixed(3)} µs`;
}
