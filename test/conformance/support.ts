import type { DType } from '@tapegrad/core';
import { dtypesOf, judgeUse, rightUses } from './op-tasks.js';
import type { Subject } from './subject.js';

/** What a backend computes rightly: the dtypes of each op. */
export type Support = ReadonlyMap<string, readonly DType[]>;

/** Tries every op of the table in every dtype. A dtype counts where all uses of the op in it are right. */
export async function supportOf(subject: Subject): Promise<Support> {
  const support = new Map<string, DType[]>();
  for (const dtype of dtypesOf(subject)) {
    const lacking = new Set<string>();
    const uses = await rightUses(dtype);
    for (const right of uses) if ((await judgeUse(subject, right)).verdict !== 'passed') lacking.add(right.use.op);
    for (const op of new Set(uses.map(({ use }) => use.op))) {
      if (!lacking.has(op)) support.set(op, [...(support.get(op) ?? []), dtype]);
    }
  }
  return support;
}

/** A table in Markdown: a row for each op, a column for each backend. */
export function supportTable(columns: readonly (readonly [name: string, support: Support])[]): string {
  const ops = [...new Set(columns.flatMap(([, support]) => [...support.keys()]))].sort();
  const cell = (support: Support, op: string): string => (support.get(op) ?? []).join(', ') || 'none';
  const rows = [
    ['op', ...columns.map(([name]) => name)],
    ...ops.map((op) => [op, ...columns.map(([, support]) => cell(support, op))]),
  ];
  // As wide as the formatter makes them.
  const widths = rows[0]!.map((_, i) => Math.max(3, ...rows.map((row) => row[i]!.length)));
  const [head, ...body] = rows.map((row) => `| ${row.map((text, i) => text.padEnd(widths[i]!)).join(' | ')} |`);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [head, rule, ...body].join('\n');
}

const MARKS = ['<!-- ops by backend: npm run docs:backends -->', '<!-- end of ops by backend -->'] as const;

/** A page with another table between the marks. Throws where it has no marks. */
export function withTable(page: string, table: string): string {
  const [begin, end] = MARKS.map((mark) => page.indexOf(mark)) as [number, number];
  if (begin < 0 || end < begin) throw new Error(`The page lacks the marks ${MARKS.join(' and ')}.`);
  return `${page.slice(0, begin + MARKS[0].length)}\n\n${table}\n\n${page.slice(end)}`;
}
