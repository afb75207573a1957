import type { Backend } from '@tapegrad/core';
import * as ops from '@tapegrad/ops';
import { js, wasm } from 'tapegrad';
import { type Accuracy, type Bounds, CALLS, measure, referenceOf, TIMED, timeOf } from './measure.js';
import { type Density, type FloatType, Sampler } from './sample.js';
import { binaryLines, type Kind, type Line, notMeasured, unaryLines } from './table.js';

/** A backend, and how near it must come. */
export interface Subject {
  readonly name: string;
  readonly open: () => Backend;
  readonly bounds: Bounds;
}

const FLOAT64 = { rounded: 0.5, elementary: 2.5, composed: 4, relative: 4 } as const;

export const SUBJECTS: readonly Subject[] = [
  {
    name: 'js',
    open: () => js(),
    bounds: { float64: FLOAT64, float32: { rounded: 0.5, elementary: 1, composed: 4, relative: 4 } },
  },
  {
    name: 'wasm',
    open: () => wasm({ threads: 1 }),
    bounds: { float64: FLOAT64, float32: { rounded: 0.5, elementary: 4, composed: 4, relative: 4 } },
  },
];

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

/** What was measured of a function in a dtype, by the name of the backend. */
export interface Row {
  readonly line: Line;
  readonly dtype: FloatType;
  readonly results: ReadonlyMap<string, Measured>;
}

interface Measured extends Accuracy {
  /** Nanoseconds for an element, where that was asked for. */
  readonly time: number | null;
}

interface MeasureOptions {
  readonly seed?: number;
  readonly timed?: boolean;
}

/** Every function of the table in every dtype, measured on all backends. */
export async function measureAll(
  density: Readonly<Record<FloatType, Density>>,
  { seed = 1, timed = false }: MeasureOptions = {},
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const dtype of DTYPES) {
    for (const line of [...unaryLines, ...binaryLines]) {
      const reference = referenceOf(line, new Sampler(dtype, density[dtype], seed));
      const results = new Map<string, Measured>();
      for (const { name, open } of SUBJECTS) {
        const accuracy = await measure(reference, open());
        results.set(name, { ...accuracy, time: timed ? await timeOf(reference, open()) : null });
      }
      rows.push({ line, dtype, results });
    }
  }
  return rows;
}

/** What is beyond its bound, in words. */
export function violations(rows: readonly Row[]): string[] {
  return rows.flatMap(({ line, dtype, results }) =>
    SUBJECTS.flatMap(({ name, bounds }) => {
      const { max, at } = results.get(name)!;
      const bound = bounds[dtype][line.kind];
      return max <= bound + SLACK
        ? []
        : [`${line.op} in ${dtype} on ${name} is ${max.toFixed(2)} ulp off at (${at.join(', ')}); its bound is ${bound}`];
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

const COLUMNS = SUBJECTS.flatMap(({ name, bounds }) =>
  DTYPES.map((dtype) => ({ head: `${dtype} on ${name}`, bounds: bounds[dtype] })),
);

const HEAD = `# Accuracy

How far the pointwise functions are from the exact values, in units in the last place (ulp) of the exact result, on the \`js\` backend and on
\`wasm\`; the interpreter gives the same bits as \`js\`. \`npm run docs:accuracy\` measures and writes this page; the tests hold the bounds.

- The reference is computed with 45 digits by [decimal.js](https://mikemcl.github.io/decimal.js/), with series and continued fractions for
  what it lacks.
- The sample is seeded: numbers of both signs from the binades of the whole normal range, many from 2⁻¹⁰ to 2¹⁰, and points ever nearer to
  zeros, poles and edges: next to multiples of π/2 up to 10²², around 1 for logarithms, where exponentials overflow and vanish. Pairs are
  independent, nearly equal, nearly opposite, and for powers such that the result is in range.
- The nearest number is at most ½ ulp off. A result below the least normal number may be 0; one beyond the greatest must be infinite. silu
  and mish may vanish below 1024 least normal numbers, as one of their factors does.
- ±0, ±∞ and NaN are compared exactly, by the tests.
- \`js\` calls \`Math\`, of which JavaScript leaves the last digit open. These are the figures of the V8 in Node ${process.versions.node.split('.')[0]}. In float32 they are computed
  in float64 and rounded once.
- \`wasm\` has statements of its own for all functions, so that lanes and threads compute them, with the same bits on every engine. It asks
  \`Math\` only for sines, cosines and tangents of float64 beyond 2²⁰ and of float32 beyond 10⁶. An fmod is exact; where the quotient is
  beyond 2⁵³, or 2²⁹ in float32, it takes some more steps.
- Times are nanoseconds for an element, on one thread, where arguments are between 2⁻¹⁰ and 2¹⁰ in size and the function has a value:
  ${TIMED} elements in the cache, the fastest of ${CALLS} calls.

${table([
  ['bound', ...COLUMNS.map(({ head }) => head)],
  ...Object.entries(MEANINGS).map(([kind, meaning]) => [
    `${kind}: ${meaning}`,
    ...COLUMNS.map(({ bounds }) => String(bounds[kind as Kind])),
  ]),
])}

gelu takes an exponential of a rounded argument, which grows as x² does, so its errors are given divided by that: by x² + x⁴/10 for the
approximation by tanh, where x² or this is above 1.
`;

function shown(x: number): string {
  return String(Number(x.toPrecision(6)));
}

const MEASURED = ['greatest error', 'mean error', 'greatest at', 'ns'];

function measuredCells({ max, mean, at, time }: Measured): string[] {
  return [max.toFixed(3), mean.toFixed(3), max > 0 ? at.map(shown).join(', ') : '', time === null ? '' : time.toFixed(1)];
}

/** The page as Markdown. */
export function page(rows: readonly Row[]): string {
  const tables = DTYPES.flatMap((dtype) =>
    SUBJECTS.map(({ name }) => {
      const lines = rows
        .filter((row) => row.dtype === dtype)
        .map(({ line, results }) => [line.op, line.kind, ...measuredCells(results.get(name)!)]);
      return `\n## ${dtype} on ${name}\n\n${table([['function', 'bound', ...MEASURED], ...lines])}\n`;
    }),
  );
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
