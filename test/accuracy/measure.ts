import type { Backend, Node } from '@tapegrad/core';
import type { Decimal } from 'decimal.js';
import { Graph, type Program, TapeMachine, type Tensor } from 'tapegrad';
import { decimalOf, exponentOf } from './decimal.js';
import { DIGITS, EXPONENTS, type FloatType, type Sampler } from './sample.js';
import type { Kind, Line } from './table.js';

/** The greatest error allowed, in ulp. */
export type Bounds = { readonly [D in FloatType]: { readonly [K in Kind]: number } };

export interface Accuracy {
  readonly max: number;
  readonly mean: number;
  /** The arguments of the greatest error. */
  readonly at: readonly number[];
  readonly count: number;
}

/** Values for columns of arguments. */
export type Compiled = (...columns: number[][]) => Promise<Tensor>;

function typed(column: readonly number[], dtype: FloatType): Float32Array | Float64Array {
  return dtype === 'float32' ? Float32Array.from(column) : Float64Array.from(column);
}

function columnsOf(points: readonly (readonly number[])[]): number[][] {
  return points[0]!.map((_, i) => points.map((point) => point[i]!));
}

/** A program of one function, and the names of its arguments. */
async function programOf(
  line: Line,
  dtype: FloatType,
  backend: Backend,
): Promise<{ readonly program: Program<{ result: Node }>; readonly names: readonly string[] }> {
  const graph = new Graph({ dtype });
  const x = graph.input('x', ['n']);
  const names = 'exact' in line ? ['x'] : ['x', 'y'];
  const result = 'exact' in line ? line.call(x) : line.call(x, graph.input('y', ['n']));
  return { program: await new TapeMachine(graph, { backend }).compile({ result }), names };
}

export async function compiled(line: Line, dtype: FloatType, backend: Backend): Promise<Compiled> {
  const { program, names } = await programOf(line, dtype, backend);
  return async (...columns) =>
    (await program.run(Object.fromEntries(names.map((name, i) => [name, typed(columns[i]!, dtype)])))).result;
}

/** A function, a sample of arguments and the exact values there. */
export interface Reference {
  readonly line: Line;
  readonly dtype: FloatType;
  readonly points: readonly (readonly number[])[];
  readonly exact: readonly Decimal[];
}

export function referenceOf(line: Line, sampler: Sampler): Reference {
  const points = 'exact' in line ? sampler.unary(line.hard).map((x) => [x]) : sampler.binary();
  return { line, dtype: sampler.dtype, points, exact: points.map((point) => exactAt(line, point)) };
}

/** Runs a function on a sample, and compares with the exact values. Results below the normal numbers only have to be small. */
export async function measure({ line, dtype, points, exact }: Reference, backend: Backend): Promise<Accuracy> {
  const { data } = await (await compiled(line, dtype, backend))(...columnsOf(points));
  let [max, sum, count] = [-1, 0, 0];
  let at = points[0]!;
  points.forEach((point, i) => {
    const scale = line.kind === 'relative' ? Math.max(...point.map(Math.abs)) : 0;
    const growth = 'condition' in line && line.condition ? Math.max(line.condition(point[0]!), 1) : 1;
    const least = ('vanishing' in line && line.vanishing ? line.vanishing : 1) * 2 ** EXPONENTS[dtype][0];
    const error = errorOf(data[i]!, exact[i]!, dtype, { scale, least }) / growth;
    if (error > max) [max, at] = [error, point];
    sum += error;
    count++;
  });
  return { max, mean: sum / count, at, count };
}

/** Elements that are timed at once: they stay in the cache of the second level. */
export const TIMED = 65536;
/** Runs in one call, so that feeds and results are copied once for all. */
const STEPS = 3;
/** Calls, of which the fastest counts. */
export const CALLS = 24;

function isMiddling(x: number): boolean {
  return Math.abs(x) >= 2 ** -10 && Math.abs(x) <= 2 ** 10;
}

/** Nanoseconds for an element, at arguments of the sample that are neither small nor large, where the function has a value. */
export async function timeOf({ line, dtype, points, exact }: Reference, backend: Backend): Promise<number> {
  const usual = points.filter((point, i) => point.every(isMiddling) && exact[i]!.isFinite());
  const { program, names } = await programOf(line, dtype, backend);
  const columns = columnsOf(Array.from({ length: TIMED }, (_, i) => usual[i % usual.length]!));
  const feeds = Object.fromEntries(names.map((name, i) => [name, typed(columns[i]!, dtype)]));
  let best = Number.POSITIVE_INFINITY;
  for (let call = 0; call < CALLS; call++) {
    const begin = performance.now();
    program.runSync(feeds, { steps: STEPS });
    best = Math.min(best, performance.now() - begin);
  }
  return (best * 1e6) / (STEPS * TIMED);
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
