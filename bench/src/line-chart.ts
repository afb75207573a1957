import { colourOf, escaped, fixed, INK, svgOf, textAt } from './svg.js';

/** Lines of several series over logarithmic axes, as SVG of its own. */
export interface LineChart {
  readonly title: string;
  readonly lines: readonly Line[];
  /** All series of the page, also those that have no line here: each has the same colour everywhere. */
  readonly series: readonly string[];
}

export interface Line {
  readonly series: string;
  readonly points: readonly Point[];
}

export interface Point {
  /** Above 0, like `y`; every `x` has a mark of its own on the axis. */
  readonly x: number;
  readonly y: number;
  /** What is told of it where the pointer rests on it. */
  readonly text: string;
}

const WIDTH = 390;
const HEIGHT = 240;
const FRAME = { left: 58, right: WIDTH - 20, top: 38, bottom: HEIGHT - 26 };
/** Marks that have room beside the axis. */
const MARKS = 6;

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 2 });

/** Draws a chart: a line for each series, with a dot for each value. */
export function lineChart({ title, lines, series }: LineChart): string {
  const points = lines.flatMap((line) => line.points);
  const xs = [...new Set(points.map(({ x }) => x))];
  const across = scale(xs, FRAME.left + 12, FRAME.right - 12);
  const decades = decadesOf(points.map(({ y }) => y));
  const up = scale(decades, FRAME.bottom, FRAME.top);
  const step = Math.ceil(decades.length / MARKS);
  const grid = decades
    .filter((_, i) => i % step === 0)
    .map((value) => {
      const y = fixed(up(value));
      const line = `<path d="M${FRAME.left} ${y}H${FRAME.right}" stroke="${INK}" stroke-opacity="0.4"/>`;
      return line + textAt(FRAME.left - 6, y + 4, compact.format(value), 'text-anchor="end"');
    });
  const marks = xs.map((value) => textAt(across(value), FRAME.bottom + 16, compact.format(value), 'text-anchor="middle"'));
  const drawn = lines.map(({ series: name, points }) => {
    const colour = colourOf(name, series);
    const at = points.map(({ x, y }) => `${fixed(across(x))} ${fixed(up(y))}`);
    const path = `<path d="M${at.join('L')}" fill="none" stroke="${colour}" stroke-width="2"/>`;
    const dots = points.map(
      ({ x, y, text }) =>
        `<circle cx="${fixed(across(x))}" cy="${fixed(up(y))}" r="3.5" fill="${colour}"><title>${escaped(`${name}: ${text}`)}</title></circle>`,
    );
    return [path, ...dots].join('\n');
  });
  return svgOf(title, WIDTH, HEIGHT, [...grid, ...marks, ...drawn]);
}

/** From the powers of ten below all values to those above. */
function decadesOf(values: readonly number[]): number[] {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  return Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
}

/** Logarithms of values from the least to the greatest, spread from `begin` to `end`; a single value stands in the middle. */
function scale(values: readonly number[], begin: number, end: number): (value: number) => number {
  const low = Math.log(Math.min(...values));
  const high = Math.log(Math.max(...values));
  if (low === high) return () => (begin + end) / 2;
  return (value) => begin + ((Math.log(value) - low) / (high - low)) * (end - begin);
}
