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

// In the middle of light and dark, so that they are legible on pages of either.
const INK = '#7a8490';
const COLOURS = ['#3b82f6', '#e8833a', '#22a06b', '#c2509b', '#8b6fd6', '#b59a14', '#1aa3b8', '#d0504c', '#8f7a66', '#6a8f3c'];

const WIDTH = 800;
const RIGHT = 80;
/** About as wide as a letter of a label is. */
const LETTER = 7;
const TITLE = 30;
const LEGEND_LINE = 20;
const BAR = 13;
const GAP = 14;
const AXIS = 24;

/** Draws a chart: a bar for each value with the value at its end, groups one below another. */
export function barChart({ title, groups, show }: Chart): string {
  const left = 26 + LETTER * Math.max(...groups.map(({ label }) => label.length));
  const series = [...new Set(groups.flatMap(({ bars }) => bars.map((bar) => bar.series)))];
  const colourOf = (name: string): string => COLOURS[series.indexOf(name) % COLOURS.length]!;
  const legend = legendOf(series, colourOf);
  const top = TITLE + legend.height;
  const values = groups.flatMap(({ bars }) => bars.map(({ value }) => value));
  const axis = axisOf(values, left);
  let y = top + GAP;
  const drawn = groups.map(({ label, bars }) => {
    const begin = y;
    const lines = bars.map(({ series, value }) => {
      const end = axis.at(value);
      const bar = `<rect x="${left}" y="${y + 1}" width="${fixed(end - left)}" height="${BAR - 2}" rx="1.5" fill="${colourOf(series)}"><title>${escaped(`${label}, ${series}: ${show(value)}`)}</title></rect>`;
      const text = textAt(end + 5, y + BAR - 3, show(value));
      y += BAR;
      return bar + text;
    });
    const name = textAt(left - 10, (begin + y) / 2 + 4, label, 'font-size="13" text-anchor="end"');
    y += GAP;
    return [name, ...lines].join('\n');
  });
  const grid = axis.ticks.map((value) => {
    const x = fixed(axis.at(value));
    const line = `<path d="M${x} ${top}V${y}" stroke="${INK}" stroke-opacity="0.3"/>`;
    return line + textAt(x, y + 15, show(value), 'text-anchor="middle"');
  });
  const height = y + AXIS;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(title)}" font-family="system-ui, sans-serif" font-size="11" fill="${INK}">`,
    textAt(16, 21, title, 'font-size="15" font-weight="600"'),
    legend.text,
    ...grid,
    ...drawn,
    '</svg>\n',
  ].join('\n');
}

/** The names of the series with their colours, in as many lines as they need. */
function legendOf(series: readonly string[], colourOf: (name: string) => string): { text: string; height: number } {
  let [x, y] = [16, TITLE + 14];
  const entries = series.map((name) => {
    const width = 32 + LETTER * name.length;
    if (x + width > WIDTH) [x, y] = [16, y + LEGEND_LINE];
    const swatch = `<rect x="${x}" y="${y - 9}" width="11" height="11" rx="2" fill="${colourOf(name)}"/>`;
    const entry = swatch + textAt(x + 16, y, name, 'font-size="12"');
    x += width;
    return entry;
  });
  return { text: entries.join('\n'), height: y + 6 - TITLE };
}

/** A logarithmic axis that holds the values and begins below the least of them, so that each has a bar. */
function axisOf(values: readonly number[], left: number): { at(value: number): number; ticks: readonly number[] } {
  const low = Math.floor(Math.log10(Math.min(...values) / 1.3));
  const high = Math.log10(Math.max(...values));
  const scale = (WIDTH - left - RIGHT) / (high - low);
  const ticks = Array.from({ length: Math.floor(high) - low + 1 }, (_, i) => 10 ** (low + i));
  return { at: (value) => left + (Math.log10(value) - low) * scale, ticks };
}

function textAt(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${fixed(x)}" y="${fixed(y)}"${attributes && ` ${attributes}`}>${escaped(content)}</text>`;
}

function fixed(value: number): number {
  return Number(value.toFixed(1));
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
