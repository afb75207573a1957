const WIDTH = 760;
const HEIGHT = 420;
const LEFT = 64;
const RIGHT = 24;
const TOP = 48;
const BOTTOM = 48;
/** Batches on either side over which the smoothed curve takes means. */
const NEIGHBOURS = 25;

export interface Curve {
  readonly title: string;
  /** The loss of each batch. */
  readonly losses: readonly number[];
  /** Batches in an epoch. */
  readonly epoch: number;
}

/** The loss over the batches as an SVG, on a logarithmic scale: each batch faintly, and a smoothed curve. */
export function lossChart({ title, losses, epoch }: Curve): string {
  const [low, high] = decades(losses);
  const x = (batch: number): number => LEFT + ((WIDTH - LEFT - RIGHT) * batch) / Math.max(losses.length - 1, 1);
  const y = (loss: number): number =>
    TOP + (HEIGHT - TOP - BOTTOM) * (1 - Math.log(Math.max(loss, low) / low) / Math.log(high / low));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="system-ui, sans-serif" font-size="13">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="28" font-size="16" font-weight="600" fill="#1c2430">${escaped(title)}</text>`,
    ...levels(low, high).map((level) => horizontal(y(level), String(level))),
    ...epochs(losses.length, epoch).map((batch) => vertical(x(batch), `epoch ${batch / epoch + 1}`)),
    line(losses, x, y, '#9db8e8', 1, 0.7),
    line(smoothed(losses), x, y, '#1f4fa8', 2.5, 1),
    `<text x="18" y="${(TOP + HEIGHT - BOTTOM) / 2}" fill="#5b6675" transform="rotate(-90 18 ${(TOP + HEIGHT - BOTTOM) / 2})" text-anchor="middle">loss</text>`,
    '</svg>',
    '',
  ].join('\n');
}

/** The powers of ten around all losses, and around 1. */
export function decades(losses: readonly number[]): [low: number, high: number] {
  const finite = losses.filter((loss) => Number.isFinite(loss) && loss > 0);
  const exponents = finite.map((loss) => Math.log10(loss));
  const low = exponents.reduce((a, b) => Math.min(a, b), -1);
  const high = exponents.reduce((a, b) => Math.max(a, b), 0);
  return [10 ** Math.floor(low), 10 ** Math.ceil(high)];
}

/** 1, 2 and 5 of each power of ten, or the powers alone where they are many. */
export function levels(low: number, high: number): number[] {
  const count = Math.round(Math.log10(high / low));
  const powers = Array.from({ length: count + 1 }, (_, i) => Number((low * 10 ** i).toPrecision(1)));
  if (count > 3) return powers;
  return powers
    .flatMap((power) => [1, 2, 5].map((factor) => Number((factor * power).toPrecision(1))))
    .filter((level) => level <= high);
}

/** The first batch of each epoch, or of some where they are many. */
function epochs(batches: number, epoch: number): number[] {
  const count = Math.ceil(batches / epoch);
  const every = Math.ceil(count / 10);
  return Array.from({ length: Math.ceil(count / every) }, (_, i) => i * every * epoch);
}

/** The mean around each batch: of fewer in the steep beginning, of those before alone at the end. */
export function smoothed(losses: readonly number[]): number[] {
  const sums = [0];
  for (const loss of losses) sums.push(sums.at(-1)! + loss);
  return losses.map((_, i) => {
    const before = Math.min(NEIGHBOURS, i);
    const after = Math.min(before, losses.length - 1 - i);
    return (sums[i + after + 1]! - sums[i - before]!) / (before + 1 + after);
  });
}

function line(
  losses: readonly number[],
  x: (batch: number) => number,
  y: (loss: number) => number,
  colour: string,
  width: number,
  opacity: number,
): string {
  const points = losses.flatMap((loss, i) => (Number.isFinite(loss) ? [`${x(i).toFixed(1)},${y(loss).toFixed(1)}`] : []));
  return `<polyline fill="none" stroke="${colour}" stroke-width="${width}" stroke-opacity="${opacity}" stroke-linejoin="round" points="${points.join(' ')}"/>`;
}

function horizontal(y: number, label: string): string {
  return [
    `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}" stroke="#e3e7ed"/>`,
    `<text x="${LEFT - 8}" y="${(y + 4).toFixed(1)}" text-anchor="end" fill="#5b6675">${label}</text>`,
  ].join('');
}

function vertical(x: number, label: string): string {
  return [
    `<line x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}" stroke="#e3e7ed"/>`,
    `<text x="${(x + 4).toFixed(1)}" y="${HEIGHT - BOTTOM + 20}" fill="#5b6675">${label}</text>`,
  ].join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
