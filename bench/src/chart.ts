import { colourOf, escaped, fixed, INK, LETTER, legendOf, svgOf, textAt } from './svg.js';

/** Bars of several series over a logarithmic axis, as SVG of its own. */
export interface Chart {
  readonly title: string;
  readonly groups: readonly Group[];
  /** A value in words, for bars and for the axis, which asks for powers of ten. */
  show(value: number): string;
}

export interface Group {
  readonly label: string;
  readonly bars: readonly Bar[];
}

export interface Bar {
  readonly series: string;
  /** Above 0. */
  readonly value: number;
}

const WIDTH = 800;
const RIGHT = 80;
const TITLE = 30;
const BAR = 13;
const GAP = 14;
const AXIS = 24;

/** Draws a chart: a bar for each value with the value at its end, groups one below another. */
export function barChart({ title, groups, show }: Chart): string {
  const left = 26 + LETTER * Math.max(...groups.map(({ label }) => label.length));
  const series = [...new Set(groups.flatMap(({ bars }) => bars.map((bar) => bar.series)))];
  const legend = legendOf(series, { top: TITLE, width: WIDTH });
  const top = TITLE + legend.height;
  const values = groups.flatMap(({ bars }) => bars.map(({ value }) => value));
  const axis = axisOf(values, left);
  let y = top + GAP;
  const drawn = groups.map(({ label, bars }) => {
    const begin = y;
    const lines = bars.map(({ series: name, value }) => {
      const end = axis.at(value);
      const bar = `<rect x="${left}" y="${y + 1}" width="${fixed(end - left)}" height="${BAR - 2}" rx="1.5" fill="${colourOf(name, series)}"><title>${escaped(`${label}, ${name}: ${show(value)}`)}</title></rect>`;
      const text = textAt(end + 5, y + BAR - 3, show(value));
      y += BAR;
      return bar + text;
    });
    const head = textAt(left - 10, (begin + y) / 2 + 4, label, 'font-size="13" text-anchor="end"');
    y += GAP;
    return [head, ...lines].join('\n');
  });
  const grid = axis.ticks.map((value) => {
    const x = fixed(axis.at(value));
    const line = `<path d="M${x} ${top}V${y}" stroke="${INK}" stroke-opacity="0.3"/>`;
    return line + textAt(x, y + 15, show(value), 'text-anchor="middle"');
  });
  const height = y + AXIS;
  return svgOf(title, WIDTH, height, [legend.text, ...grid, ...drawn]);
}

/** A logarithmic axis that holds the values and begins below the least of them, so that each has a bar. */
function axisOf(values: readonly number[], left: number): { at(value: number): number; ticks: readonly number[] } {
  const low = Math.floor(Math.log10(Math.min(...values) / 1.3));
  const high = Math.log10(Math.max(...values));
  const scale = (WIDTH - left - RIGHT) / (high - low);
  const ticks = Array.from({ length: Math.floor(high) - low + 1 }, (_, i) => 10 ** (low + i));
  return { at: (value) => left + (Math.log10(value) - low) * scale, ticks };
}
