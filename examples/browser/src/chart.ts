const LEFT = 44;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 20;

/** Where values stand between the bottom of a chart, 0, and its top, 1. */
export interface Scale {
  readonly place: (value: number) => number;
  /** The values that have a line and a label. */
  readonly levels: readonly number[];
  readonly label: (level: number) => string;
}

export interface Series {
  /** Its class in the style sheet. */
  readonly name: string;
  readonly points: Iterable<readonly [step: number, value: number]>;
}

/** Draws lines over the steps 0 … `steps`, in pixels of the page. Colours and size are the style sheet's. */
export function drawChart(svg: SVGSVGElement, { place, levels, label }: Scale, steps: number, series: readonly Series[]): void {
  const { clientWidth: width, clientHeight: height } = svg;
  const right = Math.max(width - RIGHT, LEFT);
  const x = (step: number): number => LEFT + ((right - LEFT) * step) / Math.max(steps, 1);
  const y = (value: number): number => height - BOTTOM - (height - TOP - BOTTOM) * Math.min(Math.max(place(value), 0), 1);
  svg.innerHTML = [
    ...levels.map((level) => horizontal(right, y(level), label(level))),
    ...quarters(steps).map((step) => text(x(step), height - 4, step === 0 ? 'start' : 'end', step.toLocaleString('en'))),
    ...series.map(({ name, points }) => {
      const finite = Array.from(points).filter(([, value]) => Number.isFinite(value));
      return `<polyline class="${name}" points="${finite.map(([step, value]) => `${x(step).toFixed(1)},${y(value).toFixed(1)}`).join(' ')}"/>`;
    }),
  ].join('');
}

/** A scale between two values. */
export function linear(low: number, high: number, levels: readonly number[], label: Scale['label']): Scale {
  return { place: (value) => (value - low) / (high - low), levels, label };
}

/** A scale of powers between two positive values. */
export function logarithmic(low: number, high: number, levels: readonly number[], label: Scale['label']): Scale {
  return { place: (value) => Math.log(Math.max(value, low) / low) / Math.log(high / low), levels, label };
}

function quarters(steps: number): number[] {
  return [0, 1, 2, 3, 4].map((quarter) => Math.round((quarter * steps) / 4));
}

function horizontal(right: number, y: number, label: string): string {
  const line = `<line class="grid" x1="${LEFT}" x2="${right}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}"/>`;
  return line + text(LEFT - 6, y + 4, 'end', label);
}

function text(x: number, y: number, anchor: 'start' | 'end', content: string): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${content}</text>`;
}
