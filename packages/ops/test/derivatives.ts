import { evaluate, Graph, jvp, type Node, type TensorLike, vjp } from '@tapegrad/core';
import { expect } from 'vitest';

export type Feeds = Readonly<Record<string, TensorLike>>;

/** The elements of a node, row-major. */
export function valuesOf(node: Node, feeds: Feeds = {}): number[] {
  return Array.from(evaluate(node, feeds).data);
}

/** A float64 graph with one input for each array, named a, b, c, …, and their feeds. */
export function inputsOf(arrays: readonly Argument[]): { graph: Graph; inputs: Node[]; feeds: Record<string, Float64Array> } {
  const graph = new Graph({ dtype: 'float64' });
  const inputs = arrays.map(({ shape }, i) => graph.input(nameOf(i), shape));
  const feeds = Object.fromEntries(arrays.map(({ data }, i) => [nameOf(i), Float64Array.from(data)]));
  return { graph, inputs, feeds };
}

export interface Argument {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

function nameOf(i: number): string {
  return String.fromCharCode('a'.charCodeAt(0) + i);
}

/** An argument of values between two bounds, spread without ties and without round numbers. */
export function spread(shape: readonly number[], [low, high]: readonly [number, number], offset = 0): Argument {
  const count = shape.reduce((a, b) => a * b, 1);
  const data = Array.from({ length: count }, (_, i) => low + (high - low) * ((0.31 + 0.618034 * (i + offset)) % 1));
  return { shape, data };
}

/** An argument of values between -1 and 1 whose matrices are far from singular, with singular values well apart. */
export function scattered(shape: readonly number[], offset = 0): Argument {
  const count = shape.reduce((a, b) => a * b, 1);
  return { shape, data: Array.from({ length: count }, (_, i) => Math.sin(1.7 * (i + offset + 1) ** 2)) };
}

/** Checks first derivatives in both modes, and second ones, against central differences in float64. */
export function checkDerivatives(call: (...inputs: Node[]) => Node, args: readonly Argument[]): void {
  const { graph, inputs, feeds } = inputsOf(args);
  const y = call(...inputs);
  const w = graph.input('weights', y.shape);
  const directions = inputs.map((x, i) => graph.input(`direction${i}`, x.shape));
  const all: Record<string, Float64Array> = {
    ...feeds,
    weights: Float64Array.from(spread(y.shape as number[], [-1, 1], 7).data),
  };
  args.forEach(({ shape }, i) => {
    all[`direction${i}`] = Float64Array.from(spread(shape, [-1, 1], 3 * i + 1).data);
  });
  const gradients = vjp([y], inputs, [w]);
  const [tangent] = jvp([y], inputs, directions);
  const moved = (node: Node, step: number): number[] => {
    const there = { ...all };
    args.forEach(({ data }, i) => {
      there[nameOf(i)] = Float64Array.from(data, (v, j) => v + step * all[`direction${i}`]![j]!);
    });
    return valuesOf(node, there);
  };
  const slope = (node: Node): number[] => {
    const h = 1e-5;
    const [ahead, behind] = [moved(node, h), moved(node, -h)];
    return ahead.map((v, j) => (v - behind[j]!) / (2 * h));
  };
  expectClose(valuesOf(tangent!, all), slope(y), 'jvp');
  const along = inner(
    gradients.map((g) => valuesOf(g, all)),
    directions.map((_, i) => [...all[`direction${i}`]!]),
  );
  const across = inner([valuesOf(tangent!, all)], [[...all.weights!]]);
  expectClose([along], [across], 'adjoint');
  const second = jvp(gradients, inputs, directions);
  second.forEach((node, i) => {
    expectClose(valuesOf(node, all), slope(gradients[i]!), `second derivative by ${nameOf(i)}`);
  });
}

function inner(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number {
  return a.reduce((total, row, i) => row.reduce((s, v, j) => s + v * b[i]![j]!, total), 0);
}

export function expectClose(got: readonly number[], wanted: readonly number[], what: string, tolerance = 1e-6): void {
  expect(got.length, what).toBe(wanted.length);
  got.forEach((value, i) => {
    const close = Object.is(value, wanted[i]) || Math.abs(value - wanted[i]!) <= tolerance * (1 + Math.abs(wanted[i]!));
    expect(close || value === wanted[i], `${what}[${i}]: got ${value}, wanted ${wanted[i]}`).toBe(true);
  });
}
