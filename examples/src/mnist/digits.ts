const SIDE = 28;
/** Digits are drawn in the middle 20 by 20 pixels of their images. */
const MARGIN = 4;
/** How bright a pixel must be to be drawn. */
const THRESHOLD = 0.35;

/** A digit as lines of text, two rows of pixels in each. */
export function drawDigit(pixels: Float32Array): string[] {
  const inked = (row: number, column: number): boolean => pixels[row * SIDE + column]! > THRESHOLD;
  const lines: string[] = [];
  for (let row = MARGIN; row < SIDE - MARGIN; row += 2) {
    let line = '';
    for (let column = MARGIN; column < SIDE - MARGIN; column++) {
      const [above, below] = [inked(row, column), inked(row + 1, column)];
      line += above ? (below ? '█' : '▀') : below ? '▄' : ' ';
    }
    lines.push(line);
  }
  return lines;
}

/** Digits side by side, a caption below each. */
export function drawRow(digits: readonly { readonly pixels: Float32Array; readonly caption: string }[]): string {
  const width = Math.max(SIDE - 2 * MARGIN, ...digits.map(({ caption }) => caption.length)) + 4;
  const columns = digits.map(({ pixels, caption }) => [...drawDigit(pixels), caption]);
  const height = columns[0]?.length ?? 0;
  return Array.from({ length: height }, (_, i) =>
    columns
      .map((column) => column[i]!.padEnd(width))
      .join('')
      .trimEnd(),
  ).join('\n');
}
