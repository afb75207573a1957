import { align, span } from '../report.js';
import type { Roofline } from './measure.js';
import type { Roofs } from './roofs.js';
import { ofRoofs, type Share } from './shares.js';

export const COLUMNS = [
  'instruction',
  'computes',
  'time',
  'of the step',
  'GFLOP/s',
  'of peak',
  'GB/s',
  'of bandwidth',
  'nearer limit',
];

/** A roofline for people. */
export function rooflineText({ backend, roofs, steps }: Roofline): string {
  const parts = Object.entries(steps).map(([name, shares]) =>
    [`${name}: ${summary(shares)}`, align([COLUMNS, ...rowsOf(shares)], 2)].join('\n'),
  );
  return [`${backend}, one core: ${roofsText(roofs)}`, ...parts].join('\n\n');
}

export function roofsText({ arithmetic, peak, bandwidths }: Roofs): string {
  const rates = bandwidths.map(({ bytes, rate }) => `${rate.toFixed(0)} over ${sizeText(bytes)}`);
  return `${peak.toFixed(1)} GFLOP/s by ${arithmetic}; in GB/s ${rates.join(', ')}.`;
}

export function summary(shares: readonly Share[]): string {
  const total = shares.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  return `${span(total)} in ${shares.length} instructions; at its limits each, ${(100 * ofRoofs(shares)).toFixed(0)} % of that.`;
}

/** The cells of `COLUMNS`, one row an instruction. */
export function rowsOf(shares: readonly Share[]): string[][] {
  const total = shares.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  return shares.map((share) => [
    String(share.index),
    some(share.nodes),
    span(share.milliseconds),
    percent(share.milliseconds / total),
    share.arithmetic.toFixed(2),
    percent(share.ofPeak),
    share.memory.toFixed(2),
    percent(share.ofBandwidth),
    share.limit,
  ]);
}

const SHOWN = 3;

/** The first few; what a kernel computes beside them is counted. */
function some(nodes: readonly string[]): string {
  const more = nodes.length - SHOWN;
  return nodes.slice(0, SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function percent(part: number): string {
  return `${(100 * part).toFixed(0)} %`;
}

function sizeText(bytes: number): string {
  return bytes >= 2 ** 20 ? `${bytes / 2 ** 20} MB` : `${bytes / 2 ** 10} kB`;
}
