/** Curves over a common interval, as SVG that takes its text colour from the page, so that it fits light and dark ones. */
export interface Curve {
  readonly label: string;
  readonly values: readonly number[];
  readonly colour: string;
  readonly dashed?: boolean;
}

export interface PlotOptions {
  readonly title: string;
  readonly xs: readonly number[];
  readonly curves: readonly Curve[];
  /** The interval that is shown; what the curves need unless given. */
  readonly between?: readonly [low: number, high: number];
}

const WIDTH = 480;
const HEIGHT = 300;
const MARGIN = { left: 44, right: 16, top: 14, bottom: 30 };
const INNER = { width: WIDTH - MARGIN.left - MARGIN.right, height: HEIGHT - MARGIN.top - MARGIN.bottom };

type Scale = (value: number) => number;

/** Where values are in the picture, and which it shows. */
interface Frame {
  readonly x: Scale;
  readonly y: Scale;
  readonly low: number;
  readonly high: number;
}

function round(value: number): string {
  return `${Number(value.toFixed(1))}`;
}

/** Steps of 1, 2 or 5 times a power of ten, some `count` of them between two values. */
function ticks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((size) => size >= rough) ?? rough;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(6)));
}

function extent(curves: readonly Curve[]): readonly [number, number] {
  const values = curves.flatMap((curve) => curve.values).filter(Number.isFinite);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const space = 0.06 * (high - low || 1);
  return [low - space, high + space];
}

/** The path of a curve: broken where it has no value, jumps, or is far outside of the picture. */
function path({ values }: Curve, xs: readonly number[], { x, y, low, high }: Frame): string {
  const height = high - low;
  const outside = (value: number): boolean => !Number.isFinite(value) || value < low - height || value > high + height;
  const step = (i: number): number => Math.abs(values[i]! - values[i - 1]!) || 0;
  const jumps = (i: number): boolean => step(i) > 0.2 * height || step(i) > 0.01 * height + 4 * (step(i - 1) + step(i + 1));
  const parts = values.map((value, i) => {
    if (outside(value)) return '';
    const begins = i === 0 || outside(values[i - 1]!) || jumps(i);
    return `${begins ? 'M' : 'L'}${round(x(xs[i]!))} ${round(y(value))}`;
  });
  return parts.join('');
}

function label(value: number): string {
  return `${value}`.replace('-', '−');
}

/** Draws curves. The text is one line per element, without empty lines, so that it may stand in Markdown. */
export function plot({ title, xs, curves, between }: PlotOptions): string {
  const [from, to] = [xs[0]!, xs.at(-1)!];
  const [low, high] = between ?? extent(curves);
  const x: Scale = (value) => MARGIN.left + ((value - from) / (to - from)) * INNER.width;
  const y: Scale = (value) => MARGIN.top + ((high - value) / (high - low)) * INNER.height;
  const [right, bottom] = [WIDTH - MARGIN.right, HEIGHT - MARGIN.bottom];
  const line = (x1: number, y1: number, x2: number, y2: number, opacity: number): string =>
    `<path d="M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}" stroke="currentColor" stroke-opacity="${opacity}"/>`;
  const columns = ticks(from, to, 8);
  const rows = ticks(low, high, 6);
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${title}" fill="none" font-family="sans-serif" font-size="11" style="max-width:100%;height:auto">`,
    `<clipPath id="inside"><rect x="${MARGIN.left}" y="${MARGIN.top}" width="${INNER.width}" height="${INNER.height}"/></clipPath>`,
    ...columns.map((value) => line(x(value), MARGIN.top, x(value), bottom, value === 0 ? 0.55 : 0.12)),
    ...rows.map((value) => line(MARGIN.left, y(value), right, y(value), value === 0 ? 0.55 : 0.12)),
    '<g fill="currentColor" fill-opacity="0.75">',
    ...columns.map((value) => `<text x="${round(x(value))}" y="${bottom + 17}" text-anchor="middle">${label(value)}</text>`),
    ...rows.map((value) => `<text x="${MARGIN.left - 8}" y="${round(y(value) + 4)}" text-anchor="end">${label(value)}</text>`),
    '</g>',
    '<g clip-path="url(#inside)" stroke-width="2.5" stroke-linejoin="round" stroke-linecap="round">',
    ...curves.map((curve) => {
      const dashes = curve.dashed ? ' stroke-dasharray="1 5"' : '';
      return `<path d="${path(curve, xs, { x, y, low, high })}" stroke="${curve.colour}"${dashes}/>`;
    }),
    '</g>',
    '</svg>',
    `<figcaption>${curves.map(legend).join(' &nbsp; ')}</figcaption>`,
  ].join('\n');
}

function legend({ label, colour, dashed }: Curve): string {
  return `<span style="color:${colour}">${dashed ? '┅┅' : '━━'}</span> ${label}`;
}
