// In the middle of light and dark, so that they are legible on pages of either.
export const INK = '#7a8490';
const COLOURS = ['#3b82f6', '#e8833a', '#22a06b', '#c2509b', '#8b6fd6', '#b59a14', '#1aa3b8', '#d0504c', '#8f7a66', '#6a8f3c'];

/** About as wide as a letter of a label is. */
export const LETTER = 7;
const LEGEND_LINE = 20;

/** The colour of one of some series. */
export function colourOf(name: string, series: readonly string[]): string {
  return COLOURS[series.indexOf(name) % COLOURS.length]!;
}

/** The names of the series with their colours, in as many lines as they need. */
export function legendOf(
  series: readonly string[],
  { top, width }: { readonly top: number; readonly width: number },
): { text: string; height: number } {
  let [x, y] = [16, top + 14];
  const entries = series.map((name) => {
    const taken = 32 + LETTER * name.length;
    if (x + taken > width) [x, y] = [16, y + LEGEND_LINE];
    const swatch = `<rect x="${x}" y="${y - 9}" width="11" height="11" rx="2" fill="${colourOf(name, series)}"/>`;
    const entry = swatch + textAt(x + 16, y, name, 'font-size="12"');
    x += taken;
    return entry;
  });
  return { text: entries.join('\n'), height: y + 6 - top };
}

/** An SVG of a size in units of its own; wider pages draw it no larger. */
export function svgOf(title: string, width: number, height: number, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}" font-family="system-ui, sans-serif" font-size="11" fill="${INK}">`,
    textAt(16, 21, title, 'font-size="15" font-weight="600"'),
    ...parts,
    '</svg>\n',
  ].join('\n');
}

export function textAt(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${fixed(x)}" y="${fixed(y)}"${attributes && ` ${attributes}`}>${escaped(content)}</text>`;
}

export function fixed(value: number): number {
  return Number(value.toFixed(1));
}

export function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
