import { align } from '../report.js';
import type { Resident } from './measure.js';
import { STEPS } from './train.js';

export const COLUMNS = [
  'resident memory, MB',
  ...STEPS.map((steps) => (steps === 1 ? 'after 1 step' : `after ${steps.toLocaleString('en')}`)),
];

/** A table for people. */
export function residentText(measured: readonly Resident[]): string {
  return align([COLUMNS, ...rowsOf(measured)], 1);
}

/** The cells of `COLUMNS`, one row a system. */
export function rowsOf(measured: readonly Resident[]): string[][] {
  return measured.map(({ label, bytes }) => [label, ...STEPS.map((_, i) => (bytes[i] ? (bytes[i] / 2 ** 20).toFixed(1) : ''))]);
}
