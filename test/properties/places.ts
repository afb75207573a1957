import fc from 'fast-check';
import {
  add,
  type Backend,
  concat,
  cumsum,
  Graph,
  grad,
  js,
  matmul,
  mul,
  type Node,
  pad,
  relu,
  reshape,
  stack,
  sum,
  TapeMachine,
  Tensor,
  transpose,
  wasm,
} from 'tapegrad';
import { expect } from 'vitest';
import { eager, ready } from '../machine/threaded.js';

/** A matrix that others are put together with, and what is done to it. */
const piece = fc.record({
  made: fc.constantFrom('product', 'product', 'transposed product', 'sum', 'scan', 'state'),
  next: fc.constantFrom('nothing', 'nothing', 'relu', 'bias', 'itself'),
  inner: fc.constantFrom(1, 3, 8, 17, 40),
  /** Does somebody else want it, too? */
  wanted: fc.constantFrom(false, false, false, true),
});
type Piece = typeof piece extends fc.Arbitrary<infer T> ? T : never;
const size = fc.constantFrom(1, 4, 16, 17, 24, 33, 48);
const program = fc.record({
  rows: size,
  columns: size,
  pieces: fc.array(piece, { minLength: 1, maxLength: 4 }),
  put: fc.constantFrom('rows', 'columns', 'stack', 'stack last', 'pad', 'transpose', 'reshape'),
  after: fc.constantFrom('nothing', 'relu', 'transpose', 'double'),
  /** Is it the new value of a state? */
  kept: fc.boolean(),
  differentiated: fc.boolean(),
});
type Program = typeof program extends fc.Arbitrary<infer T> ? T : never;

/** Whole numbers, so that sums are exact in whatever order. */
function state(graph: Graph, name: string, shape: readonly number[]): Node {
  const values = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => ((i * 7 + name.length * 5) % 9) - 4);
  return graph.state(name, Tensor.from(values, { shape, dtype: 'float32' }));
}

function made(graph: Graph, { rows, columns }: Program, { made, inner }: Piece, name: string): Node {
  const given = (which: string, ...shape: number[]): Node => state(graph, `${name}${which}`, shape);
  if (made === 'product') return matmul(given('a', rows, inner), given('b', inner, columns));
  if (made === 'transposed product') return transpose(matmul(given('a', columns, inner), given('b', inner, rows)));
  if (made === 'sum') return sum(given('a', rows, columns, inner), { axis: 2 });
  if (made === 'scan') return cumsum(given('a', rows, columns), { axis: 1 });
  return given('a', rows, columns);
}

function followed(x: Node, { next }: Piece, bias: Node): Node {
  if (next === 'relu') return relu(x);
  if (next === 'bias') return add(x, bias);
  return next === 'itself' ? mul(x, x) : x;
}

function put(parts: readonly Node[], { put, rows, columns }: Program): Node {
  const [first, ...rest] = parts as [Node, ...Node[]];
  const together = (): Node => rest.reduce((a, b) => add(a, b), first);
  switch (put) {
    case 'rows':
      return concat(parts, { axis: 0 });
    case 'columns':
      return concat(parts, { axis: 1 });
    case 'stack':
      return stack(parts, { axis: 0 });
    case 'stack last':
      return stack(parts, { axis: -1 });
    case 'pad':
      return concat([
        pad(first, [
          [2, 0],
          [0, 0],
        ]),
        ...rest,
      ]);
    case 'transpose':
      return transpose(together());
    case 'reshape':
      return reshape(together(), [columns, rows]);
  }
}

async function valuesOf(random: Program, backend: Backend, fuse: boolean): Promise<Record<string, number[]>> {
  const graph = new Graph();
  const bias = state(graph, 'bias', [random.columns]);
  const parts = random.pieces.map((piece, i) => made(graph, random, piece, `p${'x'.repeat(i)}`));
  const whole = put(
    parts.map((part, i) => followed(part, random.pieces[i]!, bias)),
    random,
  );
  const { after } = random;
  const last = after === 'relu' ? relu(whole) : after === 'double' ? mul(whole, 2) : whole;
  const result = after === 'transpose' ? transpose(last) : last;
  const wanted = parts.filter((_, i) => random.pieces[i]!.wanted);
  const gradients = random.differentiated ? [grad(sum(result), bias)] : [];
  const updated = state(graph, 'kept', result.shape as number[]);
  const updates = random.kept ? [{ state: updated, value: add(result, updated) }] : [];
  const outputs = Object.fromEntries([result, ...wanted, ...gradients].map((node, i) => [`y${i}`, node]));
  const machine = new TapeMachine(graph, { backend });
  const compiled = await machine.compile(outputs, { updates, passes: { fuse, inPlace: fuse } });
  await ready();
  await compiled.run();
  const results = Object.entries(await compiled.run()).map(([name, { data }]) => [name, numbers(data)] as const);
  const kept = numbers(machine.get(updated).data);
  machine.dispose();
  return { ...Object.fromEntries(results), kept };
}

const numbers = (data: ArrayLike<number>): number[] => Array.from(data, (value) => value + 0);

/** What is made, and where it is put: the same values whether it is written there or copied, on every backend. */
export async function checkPlaces(parameters: fc.Parameters<[Program]>): Promise<void> {
  await fc.assert(
    fc.asyncProperty(program, async (random) => {
      const expected = await valuesOf(random, js(), false);
      for (const backend of [js(), wasm({ threads: 1 }), eager(2)])
        expect(await valuesOf(random, backend, true), backend.name).toEqual(expected);
    }),
    parameters,
  );
}
