import { barChart, type Group } from './chart.js';
import { labelOf, type Measurement } from './contest.js';
import { span } from './report.js';

/** A chart for each suite of the measurements, by its name. */
export function charts(measurements: readonly Measurement[]): Map<string, string> {
  const suites = [...new Set(measurements.map(({ suite }) => suite))];
  return new Map(
    suites.map((suite) => {
      const groups = groupsOf(measurements.filter((record) => record.suite === suite));
      return [suite, barChart({ title: `${suite}: time a run`, groups, show: shortSpan })];
    }),
  );
}

/** The systems' times by case; the reference loops are left to the table. */
export function groupsOf(measurements: readonly Measurement[], labels: Readonly<Record<string, string>> = {}): Group[] {
  const systems = measurements.filter(({ system }) => system !== 'reference');
  const cases = [...new Set(systems.map((record) => record.case))];
  return cases.map((name) => ({
    label: labels[name] ?? name,
    bars: systems.filter((record) => record.case === name).map((record) => ({ series: labelOf(record), value: record.median })),
  }));
}

/** Without digits that say nothing: `10 ms`, `0.28 µs`. */
export function shortSpan(ms: number): string {
  const [digits, unit] = span(ms).split(' ') as [string, string];
  return `${Number(Number(digits).toPrecision(3)).toLocaleString('en')} ${unit}`;
}
