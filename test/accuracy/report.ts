import * as ops from '@tapegrad/ops';
import { js } from 'tapegrad';
import { type Accuracy, BOUNDS, measure } from './measure.js';
import { type Density, type FloatType, Sampler } from './sample.js';
import { binaryLines, type Kind, type Line, notMeasured, unaryLines } from './table.js';

export const DTYPES: readonly FloatType[] = ['float64', 'float32'];
/** What rounding in the comparison itself may cost. */
export const SLACK = 1e-6;

/** The densest sample that takes about a minute. */
export const FULL: Readonly<Record<FloatType, Density>> = {
  float64: { stride: 5, perMiddleBinade: 30 },
  float32: { stride: 1, perMiddleBinade: 30 },
};
/** A sample that takes about two seconds. */
export const QUICK: Readonly<Record<FloatType, Density>> = {
  float64: { stride: 97, perMiddleBinade: 1 },
  float32: { stride: 13, perMiddleBinade: 1 },
};

export interface Row {
  readonly line: Line;
  readonly results: Readonly<Record<FloatType, Accuracy>>;
}

/** Every function of the table, measured on the js backend. */
export async function measureAll(density: Readonly<Record<FloatType, Density>>, seed = 1): Promise<Row[]> {
  const rows: Row[] = [];
  for (const line of [...unaryLines, ...binaryLines]) {
    const of = (dtype: FloatType) => measure(line, new Sampler(dtype, density[dtype], seed), js());
    rows.push({ line, results: { float64: await of('float64'), float32: await of('float32') } });
  }
  return rows;
}

/** What is beyond its bound, in words. */
export function violations(rows: readonly Row[]): string[] {
  return rows.flatMap(({ line, results }) =>
    DTYPES.filter((dtype) => !(results[dtype].max <= BOUNDS[dtype][line.kind] + SLACK)).map((dtype) => {
      const { max, at } = results[dtype];
      return `${line.op} in ${dtype} is ${max.toFixed(2)} ulp off at (${at.join(', ')}); its bound is ${BOUNDS[dtype][line.kind]}`;
    }),
  );
}

const MEANINGS: Readonly<Record<Kind, string>> = {
  rounded: 'the nearest number',
  elementary: 'one function, of `Math` or like it',
  composed: 'several roundings',
  relative: 'composed, in ulp of the greatest operand, as the sum of both terms may cancel',
};

/** Rows as a table of Markdown, the columns as wide as they must be; the first row is the head. */
function table(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const widths = head.map((_, i) => Math.max(3, ...rows.map((row) => row[i]!.length)));
  const line = (row: readonly string[]): string => `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  const rule = line(widths.map((width) => '-'.repeat(width)));
  return [line(head), rule, ...rows.slice(1).map(line)].join('\n');
}

const HEAD = `# Accuracy

How far the pointwise functions are from the exact values, in units in the last place (ulp) of the exact result, on the \`js\` backend; the
interpreter gives the same bits. \`npm run docs:accuracy\` measures and writes this page; the tests hold the bounds.

- The reference is computed with 45 digits by [decimal.js](https://mikemcl.github.io/decimal.js/), with series and continued fractions for
  what it lacks.
- The sample is seeded: numbers of both signs from the binades of the whole normal range, many from 2⁻¹⁰ to 2¹⁰, and points ever nearer to
  zeros, poles and edges: next to multiples of π/2 up to 10²², around 1 for logarithms, where exponentials overflow and vanish. Pairs are
  independent, nearly equal, nearly opposite, and for powers such that the result is in range.
- The nearest number is at most ½ ulp off. A result below the least normal number may be 0; one beyond the greatest must be infinite. silu
  and mish may vanish below 1024 least normal numbers, as one of their factors does.
- ±0, ±∞ and NaN are compared exactly, by the tests.
- JavaScript leaves the last digit of \`Math\`'s functions open. These are the figures of the V8 in Node ${process.versions.node.split('.')[0]}. In float32 they are computed in
  float64 and rounded once.

${table([
  ['bound', 'float64', 'float32'],
  ...Object.entries(MEANINGS).map(([kind, meaning]) => [
    `${kind}: ${meaning}`,
    ...DTYPES.map((dtype) => String(BOUNDS[dtype][kind as Kind])),
  ]),
])}

gelu takes an exponential of a rounded argument, which grows as x² does, so its errors are given divided by that: by x² + x⁴/10 for the
approximation by tanh, where x² or this is above 1.
`;

function shown(x: number): string {
  return String(Number(x.toPrecision(6)));
}

/** The page as Markdown. */
export function page(rows: readonly Row[]): string {
  const tables = DTYPES.map((dtype) => {
    const measured = rows.map(({ line, results }) => {
      const { max, mean, at, count } = results[dtype];
      return [line.op, line.kind, max.toFixed(3), mean.toFixed(3), max > 0 ? at.map(shown).join(', ') : '', String(count)];
    });
    const head = ['function', 'bound', 'greatest error', 'mean error', 'greatest at', 'arguments'];
    return `\n## ${dtype}\n\n${table([head, ...measured])}\n`;
  });
  return HEAD + tables.join('') + withoutReference();
}

/** Names the pointwise functions that have no exact reference in the table yet, so that the page does not pass over them. */
function withoutReference(): string {
  const known = new Set([...unaryLines.map(({ op }) => op), ...binaryLines.map(({ op }) => op), ...notMeasured]);
  const pointwise = Object.entries(ops).filter(
    ([, value]) => 'op' in value && (value.op as { kind: string }).kind === 'pointwise',
  );
  const names = pointwise.map(([name]) => name).filter((name) => !known.has(name));
  return names.length === 0 ? '' : `\nWithout an exact reference yet: ${names.join(', ')}.\n`;
}
