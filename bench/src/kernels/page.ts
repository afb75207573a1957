import { adapterSentence } from '../adapter.js';
import { barChart, type Group } from '../chart.js';
import { shortSpan } from '../charts.js';
import { labelOf } from '../contest.js';
import { type Line, lineChart } from '../line-chart.js';
import { figure } from '../report.js';
import { colourOf, escaped } from '../svg.js';
import type { Comparison, Contender, KernelRecord } from './record.js';
import { STYLE } from './style.js';
import { COLUMNS, crossoverCaption, crossoverRows, errorRows, LEADING, omissionLines, rowsOf } from './table.js';

/** A comparison as a page that needs no other file: charts, what follows from them, and all figures. */
export function comparisonPage(comparison: Comparison): string {
  const { machine, contenders, records, omissions, missing } = comparison;
  const series = contenders.map(labelOf);
  const kernels = records.filter(({ kind }) => kind === 'kernel');
  const dtypes = [...new Set(kernels.map(({ dtype }) => dtype))];
  const absent = [...missing, ...omissionLines(omissions)];
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width">',
    '<title>Kernels on several backends</title>',
    `<style>${STYLE}</style>`,
    '<h1>Kernels on several backends</h1>',
    `<p>${escaped(machine)}. Every result was checked against float64 before it was timed; times are medians of the best window.</p>`,
    ...contenders.flatMap(adapterNote),
    `<p class="legend">${series.map((name) => `<span><i style="background:${colourOf(name, series)}"></i>${escaped(name)}</span>`).join('')}</p>`,
    ...section('Which is quicker, and from which size on', captioned(crossoverCaption(comparison), crossoverRows(comparison))),
    ...section('Starting programs', startChart(records)),
    ...section('Moving data, GB/s by elements', grid(charts(records.filter(isMove), series))),
    ...dtypes.flatMap((dtype) =>
      section(
        `${dtype}, by elements; higher is better`,
        grid(
          charts(
            kernels.filter((record) => record.dtype === dtype),
            series,
          ),
        ),
      ),
    ),
    ...section(
      'Errors',
      captioned('The greatest difference to float64 over the greatest magnitude of the result.', errorRows(comparison)),
    ),
    ...section(
      'Not taking part',
      absent.length > 0 ? `<ul>${absent.map((line) => `<li>${escaped(line)}</li>`).join('')}</ul>` : '',
    ),
    ...section(
      'All figures',
      `<details><summary>${records.length} rows</summary>${tableOf(COLUMNS, rowsOf(records), LEADING)}</details>`,
    ),
    '</html>\n',
  ].join('\n');
}

function section(title: string, content: string): string[] {
  return content === '' ? [] : ['<section>', `<h2>${escaped(title)}</h2>`, content, '</section>'];
}

function adapterNote(contender: Contender): string[] {
  const { adapter } = contender;
  if (!adapter) return [];
  const note = adapterSentence(labelOf(contender), adapter);
  return [`<p class="${adapter.software === false ? 'note' : 'warning'}">${escaped(note)}</p>`];
}

/** A sentence and a table, where the table has rows. */
function captioned(caption: string, [head = [], ...rows]: readonly (readonly string[])[]): string {
  return rows.length > 0 ? `<p>${escaped(caption)}</p>${tableOf(head, rows, 2)}` : '';
}

/** Times of programs on one element. */
function startChart(records: readonly KernelRecord[]): string {
  const starts = records.filter(({ kind, bytes }) => kind === 'overhead' && bytes === 0);
  if (starts.length === 0) return '';
  const groups = [...new Set(starts.map(({ operation }) => operation))].map((label): Group => {
    const mine = starts.filter(({ operation }) => operation === label);
    return { label, bars: mine.map((record) => ({ series: labelOf(record), value: record.median })) };
  });
  return barChart({ title: 'Time a run, one element; less is better', groups, show: shortSpan });
}

function isMove({ kind, bytes }: KernelRecord): boolean {
  return kind === 'overhead' && bytes > 0;
}

/** A chart of the rates of each operation. */
function charts(records: readonly KernelRecord[], series: readonly string[]): string[] {
  return [...new Set(records.map(({ operation }) => operation))].map((operation) => {
    const mine = records.filter((record) => record.operation === operation);
    const unit = mine.some(({ arithmetic }) => arithmetic !== null) ? 'GFLOP/s' : 'GB/s';
    const lines = series.flatMap((name): Line[] => {
      const points = mine.filter((record) => labelOf(record) === name).map((record) => pointOf(record, unit));
      return points.length > 0 ? [{ series: name, points }] : [];
    });
    return lineChart({ title: `${operation}, ${unit}`, lines, series });
  });
}

function pointOf(record: KernelRecord, unit: string): Line['points'][number] {
  const rate = record.arithmetic ?? record.bandwidth ?? 0;
  return { x: record.elements, y: rate, text: `${record.shapes} ${shortSpan(record.median)}, ${figure(rate)} ${unit}` };
}

function grid(charts: readonly string[]): string {
  return charts.length === 0 ? '' : `<div class="grid">${charts.join('')}</div>`;
}

/** Rows under a head; the first `leading` columns hold text, the others numbers. */
function tableOf(head: readonly string[], rows: readonly (readonly string[])[], leading: number): string {
  const line = (row: readonly string[], tag: string) =>
    `<tr>${row.map((cell, i) => `<${tag}${i < leading ? '' : ' class="number"'}>${escaped(cell)}</${tag}>`).join('')}</tr>`;
  const body = rows.map((row) => line(row, 'td')).join('\n');
  return `<div class="wide"><table><thead>${line(head, 'th')}</thead><tbody>${body}</tbody></table></div>`;
}
