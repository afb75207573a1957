/** Rows under a head, in Markdown; the first `leading` columns hold text, the others numbers. Columns are as wide as they must be. */
export function markdownTable(rows: readonly (readonly string[])[], leading: number): string {
  const [head = [], ...body] = rows;
  const isText = (column: number): boolean => column < leading;
  const widths = head.map((_, i) => Math.max(3, ...rows.map((row) => row[i]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => (isText(i) ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`;
  const rule = widths.map((width, i) => (isText(i) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), line(rule), ...body.map(line)].join('\n');
}
