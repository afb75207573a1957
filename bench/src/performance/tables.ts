import type { Case } from '../case.js';
import { shortSpan } from '../charts.js';
import { labelOf, type Measurement } from '../contest.js';
import { markdownTable } from './markdown.js';

/** For what a system takes no part in. */
const NOTHING = '–';

function labelsOf(measurements: readonly Measurement[]): string[] {
  const labels = [...new Set(measurements.map(labelOf))];
  return [...labels.filter((label) => label !== 'reference'), ...labels.filter((label) => label === 'reference')];
}

function medianOf(measurements: readonly Measurement[], name: string, label: string): number | undefined {
  return measurements.find((record) => record.case === name && labelOf(record) === label)?.median;
}

/** A row a case, by its words for people; a column a system, the reference loop last. */
export function timesTable(measurements: readonly Measurement[], cases: Readonly<Record<string, string>>): string {
  const labels = labelsOf(measurements);
  const rows = Object.entries(cases).map(([name, words]) => {
    const medians = labels.map((label) => medianOf(measurements, name, label));
    return [words, ...medians.map((median) => (median === undefined ? NOTHING : shortSpan(median)))];
  });
  return markdownTable([['', ...labels], ...rows], 1);
}

/** Rates in GFLOP/s: a row a case, a column a system. */
export function ratesTable(measurements: readonly Measurement[], cases: readonly Case[]): string {
  const labels = labelsOf(measurements).filter((label) => label !== 'reference');
  const rows = cases.map(({ name, flops }) => {
    const medians = labels.map((label) => medianOf(measurements, name, label));
    return [name, ...medians.map((median) => (median === undefined ? NOTHING : (flops / median / 1e6).toFixed(1)))];
  });
  return markdownTable([['GFLOP/s', ...labels], ...rows], 1);
}
