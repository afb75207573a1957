import type { DType, Tensor } from 'tapegrad';
import type { Docstring } from './docstrings.js';
import { type Curve, plot } from './plot.js';
import { curvesOf, definitionOf, dtypesOf, isComposite, kindOf, type Shown, show } from './run-sample.js';
import type { Group, Plot, Sample } from './sample.js';
import type { Signature } from './signature.js';

export interface OpPage {
  readonly docstring: Docstring;
  readonly signature: Signature;
  readonly sample: Sample;
  readonly group: Group;
}

const KINDS: Readonly<Record<string, string>> = {
  pointwise: 'pointwise: an element of the result comes from the same element of each operand',
  view: 'view: index arithmetic alone',
  guarded: 'guarded view: index arithmetic, with gaps or with values as indices',
  reduction: 'reduction',
  contraction: 'contraction: a sum of products',
  recurrence: 'recurrence along one axis',
  scatter: 'scatter: writes where a value says',
  procedure: 'procedure: written as statements',
  composite: 'composite: defined by other ops',
};

/** The page of an op, as Markdown. `linked` turns the links of docstrings into links of pages. */
export function opPage({ docstring, signature, sample, group }: OpPage, linked: (text: string) => string): string {
  const { name, text, tags } = docstring;
  const sections = [
    `---\ntitle: ${name}\n---`,
    `\`\`\`ts\n${signature.text}\n\`\`\``,
    linked(text),
    formulas(tags),
    sample.plot ? picture(name, sample, sample.plot) : '',
    options(signature, linked),
    `## Example\n\n\`\`\`ts\n${tags.get('example') ?? ''}\n\`\`\``,
    `With numbers:\n\n${numbers(sample, group.tables === true)}`,
    facts(name, sample),
    isComposite(sample, name) ? `## Definition\n\nIn other ops, for the operands above:\n\n${fenced(definitionOf(sample))}` : '',
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function fenced(text: string, language = 'text'): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

/** Text as the cell of a table. */
export function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('*', '\\*').replaceAll('_', '\\_').replaceAll('\n', ' ');
}

function formulas(tags: Docstring['tags']): string {
  const row = (label: string, tag: string): string => `| **${label}** | ${cell(tags.get(tag) ?? '')} |`;
  return ['| | |', '| --- | --- |', row('Value', 'formula'), row('Derivative', 'derivative')].join('\n');
}

const POINTS = 480;
const [BLUE, ORANGE] = ['#3b82d6', '#e07b28'];

function picture(name: string, sample: Sample, { from, to, between, call = sample.call }: Plot): string {
  const xs = Array.from({ length: POINTS + 1 }, (_, i) => from + ((to - from) * i) / POINTS);
  const { value, slope } = curvesOf(call, xs);
  const curves: Curve[] = [
    { label: call.replaceAll('<', '&lt;'), values: value, colour: BLUE },
    { label: 'its derivative', values: slope, colour: ORANGE, dashed: true },
  ];
  const svg = plot({ title: `${name} and its derivative`, xs, curves, ...(between && { between }) });
  return `<figure>\n${svg}\n</figure>`;
}

function options({ options }: Signature, linked: (text: string) => string): string {
  if (options.length === 0) return '';
  const rows = options.map(
    ({ name, type, text }) => `| \`${name}\` | \`${type.replaceAll('|', '\\|')}\` | ${cell(linked(text))} |`,
  );
  return ['## Options', '', '| option | type | |', '| --- | --- | --- |', ...rows].join('\n');
}

function numbers(sample: Sample, tables: boolean): string {
  const shown = show(sample);
  const declared = Object.entries(sample.operands).map(([name, value]) => {
    const [of, dtype] = typeof value === 'object' && 'whole' in value ? [value.whole, ", 'int32'"] : [value, ''];
    return `const ${name} = graph.constant(${JSON.stringify(of).replaceAll(',', ', ')}${dtype});`;
  });
  const code = fenced([...declared, `${sample.call};`].join('\n'), 'ts');
  const flat = Object.values({ ...shown.operands, ...shown.results }).every(({ shape }) => shape.length <= 2);
  const drawn = tables && flat && declared.length > 0;
  const values = drawn
    ? sideBySide(shown)
    : Object.entries(shown.results)
        .map(([name, tensor]) => labelled(name, tensor))
        .join('\n\n');
  const slopes = Object.entries(shown.gradients);
  if (slopes.length === 0) return `${code}\n\n${fenced(values)}`;
  const gradients = slopes.map(([name, tensor]) => labelled(name, tensor)).join('\n\n');
  return `${code}\n\n${fenced(values)}\n\nThe gradient of the sum of the result:\n\n${fenced(gradients)}`;
}

function rowsOf(tensor: Tensor): string[] {
  return `${tensor}`.split('\n').flatMap((line, i) => (i === 0 ? line.replace(/^Tensor \S+ (\[[^[\]]*\] ?)?/, '') : line) || []);
}

function labelled(name: string, tensor: Tensor): string {
  return name === '' ? `${tensor}` : `${name}: ${tensor}`;
}

/** Operands, an arrow, and the results, as tables beside each other. */
function sideBySide({ operands, results }: Shown): string {
  const table = ([name, tensor]: readonly [string, Tensor]): string[] => {
    const rows = rowsOf(tensor).map((row) => row.replaceAll(/[[\],]/g, ' ').trimEnd());
    const indent = Math.min(...rows.map((row) => row.length - row.trimStart().length));
    return [`${name || 'result'} [${tensor.shape.join(', ')}]`, ...rows.map((row) => row.slice(indent))];
  };
  const blocks = [...Object.entries(operands).map(table), ['', '→'], ...Object.entries(results).map(table)];
  const height = Math.max(...blocks.map((block) => block.length));
  const widths = blocks.map((block) => Math.max(...block.map((line) => line.length)));
  const lines = Array.from({ length: height }, (_, i) =>
    blocks.map((block, j) => (block[i] ?? '').padEnd(widths[j]!)).join('    '),
  );
  return lines.map((line) => line.trimEnd()).join('\n');
}

function facts(name: string, sample: Sample): string {
  const kind = kindOf(sample, name);
  const lines = [`- **Kind**: ${(kind && KINDS[kind]) ?? 'written in other ops'}.`];
  const dtypes = dtypesOf(sample);
  const hasFloats = Object.values(sample.operands).some((value) => typeof value !== 'object' || !('whole' in value));
  if (hasFloats && dtypes.size > 0) lines.push(`- **Dtypes**: ${dtypesText(dtypes)}.`);
  return `## Facts\n\n${lines.join('\n')}`;
}

function dtypesText(dtypes: ReadonlyMap<DType, DType>): string {
  const results = new Set(dtypes.values());
  const taken = [...dtypes.keys()].join(', ');
  if ([...dtypes].every(([from, to]) => from === to)) return `${taken}; the result has the same`;
  if (results.size === 1) return `${taken}; the result is ${[...results].join('')}`;
  return [...dtypes].map(([from, to]) => `${from} gives ${to}`).join(', ');
}
