import { add, type Node, sum } from '@tapegrad/core';
import { mul, reshape, sigmoid, slice, tile } from '@tapegrad/ops';
import fc from 'fast-check';
import { type SmoothLine, smoothLines } from '../ops/line.js';
import { table } from '../ops/table.js';

/** Every way of the table to use an op with derivatives. */
const lines: readonly SmoothLine[] = table.flatMap((line) => ('value' in line ? [] : smoothLines(line)));

export interface Step {
  readonly line: number;
  /** Which of the values so far are the arguments, counted from the last. */
  readonly from: readonly number[];
}

/** The deepest composition. */
const DEPTH = 6;

const stepOf = (line: fc.Arbitrary<number>): fc.Arbitrary<Step> =>
  fc.record<Step>({ line, from: fc.array(fc.nat({ max: 2 }), { minLength: 3, maxLength: 3 }) });

/** A composition of ops of the table, each applied to results of earlier ones. */
export const compositions = fc.array(stepOf(fc.nat({ max: lines.length - 1 })), { minLength: 1, maxLength: DEPTH });

/** The lines of each op. */
const linesOf = new Map<string, number[]>();
for (const [i, { op }] of lines.entries()) linesOf.set(op, [...(linesOf.get(op) ?? []), i]);
const names = [...linesOf.keys()];

/** The ops of some compositions, of depth 1, 2, … 6, 1, …: dealt from decks that hold each op once, so that all are used alike. */
export function dealt(count: number, seed: number): string[][] {
  const depths = Array.from({ length: count }, (_, k) => 1 + (k % DEPTH));
  const cards = depths.reduce((a, b) => a + b, 0);
  const shuffled = fc.shuffledSubarray(names, { minLength: names.length });
  const decks = fc.sample(shuffled, { seed, numRuns: Math.ceil(cards / names.length) }).flat();
  return depths.map((depth) => decks.splice(0, depth));
}

/** A composition of given ops, in any of their ways. */
export function compositionsOf(ops: readonly string[]): fc.Arbitrary<Step[]> {
  return fc.tuple(...ops.map((op) => stepOf(fc.constantFrom(...linesOf.get(op)!))));
}

/** How often each op with derivatives is in some hands. */
export function uses(hands: readonly (readonly string[])[]): Map<string, number> {
  const counts = new Map(names.map((op) => [op, 0]));
  for (const op of hands.flat()) counts.set(op, counts.get(op)! + 1);
  return counts;
}

/** The names of a composition's ops, for messages. */
export function namesOf(steps: readonly Step[]): string {
  return steps.map(({ line }) => lines[line]!.op).join(', ');
}

/** A scalar made of some inputs by a composition. */
export function composed(inputs: readonly Node[], steps: readonly Step[]): Node {
  const values = [...inputs];
  steps.forEach(({ line, from }, k) => {
    const { call, shapes, range = [-1, 1] } = lines[line]!;
    const args = shapes.map((shape, i) =>
      fitted(values[values.length - 1 - (from[i % from.length]! % values.length)]!, shape, range, k + 3 * i),
    );
    values.push(call(...args));
  });
  const last = values.at(-1)!;
  return sum(mul(last, ramp(last, last.shape as readonly number[], 0.77)));
}

/** Any value in a shape and range: its elements over and over, shifted apart so that none are tied. */
function fitted(x: Node, shape: readonly number[], [low, high]: readonly [number, number], salt: number): Node {
  const [has, wants] = [sizeOf(x.shape as readonly number[]), sizeOf(shape)];
  const long = tile(reshape(x, [-1]), [Math.ceil(wants / has)]);
  const cut = reshape(slice(long, [[0, wants]]), shape);
  const apart = add(cut, ramp(x, shape, 0.1 * salt));
  return add(mul(sigmoid(apart), high - low), low);
}

/** Different numbers from -1 to 1. */
function ramp({ graph }: Node, shape: readonly number[], salt: number): Node {
  const data = Float64Array.from({ length: sizeOf(shape) }, (_, i) => 2 * ((salt + 0.618034 * (i + 1)) % 1) - 1);
  return reshape(graph.constant(data), shape);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
