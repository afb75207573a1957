import type { Backend } from '@tapegrad/core';
import type { Decimal } from 'decimal.js';
import { Graph, TapeMachine, type Tensor } from 'tapegrad';
import { decimalOf, exponentOf } from './decimal.js';
import { DIGITS, EXPONENTS, type FloatType, type Sampler } from './sample.js';
import type { Kind, Line } from './table.js';

/** The greatest error allowed, in ulp. */
export const BOUNDS: { readonly [D in FloatType]: { readonly [K in Kind]: number } } = {
  float64: { rounded: 0.5, elementary: 2.5, composed: 4, relative: 4 },
  float32: { rounded: 0.5, elementary: 1, composed: 4, relative: 4 },
};

export interface Accuracy {
  readonly max: number;
  readonly mean: number;
  /** The arguments of the greatest error. */
  readonly at: readonly number[];
  readonly count: number;
}

/** Values for columns of arguments. */
export type Compiled = (...columns: number[][]) => Promise<Tensor>;

export async function compiled(line: Line, dtype: FloatType, backend: Backend): Promise<Compiled> {
  const graph = new Graph({ dtype });
  const x = graph.input('x', ['n']);
  const typed = (column: number[]) => (dtype === 'float32' ? Float32Array.from(column) : Float64Array.from(column));
  const names = 'exact' in line ? ['x'] : ['x', 'y'];
  const result = 'exact' in line ? line.call(x) : line.call(x, graph.input('y', ['n']));
  const program = await new TapeMachine(graph, { backend }).compile({ result });
  return async (...columns) => (await program.run(Object.fromEntries(names.map((name, i) => [name, typed(columns[i]!)])))).result;
}

/** Runs a line on a sample, and compares with the exact values. Results below the normal numbers only have to be small. */
export async function measure(line: Line, sampler: Sampler, backend: Backend): Promise<Accuracy> {
  const { dtype } = sampler;
  const points = 'exact' in line ? sampler.unary(line.hard).map((x) => [x]) : sampler.binary();
  const columns = points[0]!.map((_, i) => points.map((point) => point[i]!));
  const { data } = await (await compiled(line, dtype, backend))(...columns);
  let [max, sum, count] = [-1, 0, 0];
  let at = points[0]!;
  points.forEach((point, i) => {
    const exact = exactAt(line, point);
    const scale = line.kind === 'relative' ? Math.max(...point.map(Math.abs)) : 0;
    const growth = 'condition' in line && line.condition ? Math.max(line.condition(point[0]!), 1) : 1;
    const least = ('vanishing' in line && line.vanishing ? line.vanishing : 1) * 2 ** EXPONENTS[dtype][0];
    const error = errorOf(data[i]!, exact, dtype, { scale, least }) / growth;
    if (error > max) [max, at] = [error, point];
    sum += error;
    count++;
  });
  return { max, mean: sum / count, at, count };
}

function exactAt(line: Line, point: readonly number[]): Decimal {
  const [x, y] = point.map(decimalOf) as [Decimal, Decimal];
  return 'exact' in line ? line.exact(x) : line.exactOfTwo(x, y);
}

export interface ErrorOptions {
  /** Where this is greater than the exact value, its units in the last place count. */
  readonly scale?: number;
  /** Below it a result only has to be as small; the least normal number unless said. */
  readonly least?: number;
}

/** How far `got` is from `exact`, in units of the last place of the exact value. */
export function errorOf(
  got: number,
  exact: Decimal,
  dtype: FloatType,
  { scale = 0, least = 2 ** EXPONENTS[dtype][0] }: ErrorOptions = {},
): number {
  if (exact.isNaN() || Number.isNaN(got)) return exact.isNaN() && Number.isNaN(got) ? 0 : Infinity;
  const [, greatest] = EXPONENTS[dtype];
  const nearest = exact.toNumber();
  const size = Math.max(Math.abs(nearest), scale);
  if (size < least) return Math.abs(got) <= least ? 0 : Infinity;
  const top = 2 ** greatest;
  const overflows = (x: number): boolean => Math.abs(x) / 2 >= top;
  if (overflows(nearest) && overflows(got)) return nearest > 0 === got > 0 ? 0 : Infinity;
  const unit = 2 ** (Math.min(exponentOf(size), greatest) - DIGITS[dtype]);
  // Infinity stands for the power of two that is no longer a number, taken by halves.
  const half = overflows(got) ? decimalOf(Math.sign(got) * top) : decimalOf(got).div(2);
  return Math.abs(half.minus(exact.div(2)).div(decimalOf(unit)).toNumber()) * 2;
}
