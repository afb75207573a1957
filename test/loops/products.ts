import { type Backend, HostSession, interpreter, interpretTape } from '@tapegrad/core';
import fc from 'fast-check';
import { conv1d, conv2d, conv3d, einsum, Graph, grad, js, mul, type Node, sum, TapeMachine, Tensor, wasm } from 'tapegrad';
import { expect } from 'vitest';

/** Runs what another backend would run, on the interpreter. */
function interpretedAs({ target }: Backend): Backend {
  return { name: 'as', target, open: () => new HostSession((tape) => interpretTape('as', tape)) };
}

type DType = 'float32' | 'float64';
type Build = (graph: Graph, dtype: DType) => { readonly y: Node; readonly inputs: readonly Node[] };

/** A product, and its gradients by its factors. */
async function computed(build: Build, dtype: DType, backend: Backend): Promise<ArrayLike<number>[]> {
  const graph = new Graph();
  const { y, inputs } = build(graph, dtype);
  const gradients = grad(sum(mul(y, y)), inputs);
  const machine = new TapeMachine(graph, { backend });
  const program = await machine.compile({ y, ...Object.fromEntries(gradients.map((node, i) => [`g${i}`, node])) });
  const results = await program.run();
  machine.dispose();
  return Object.values(results).map(({ data }) => data);
}

/** Whole numbers, so that sums are exact in whatever order; otherwise fractions. */
function operand(graph: Graph, name: string, shape: readonly number[], dtype: DType, whole: boolean): Node {
  const count = shape.reduce((a, b) => a * b, 1);
  const values = Array.from({ length: count }, (_, i) => ((i * 7919 + name.length * 31) % 23) - 11 + (whole ? 0 : i / count));
  return graph.state(name, Tensor.from(values, { shape, dtype }));
}

async function check(build: (whole: boolean) => Build, dtype: DType): Promise<void> {
  const exact = build(true);
  const expected = await computed(exact, 'float64', interpreter());
  for (const backend of [js(), wasm()]) {
    const got = await computed(exact, dtype, backend);
    expect(got.map(plain), backend.name).toEqual(expected.map(plain));
  }
  const fractions = build(false);
  for (const backend of [js(), wasm({ subnormals: 'keep' })]) {
    expect(await computed(fractions, dtype, backend), backend.name).toEqual(
      await computed(fractions, dtype, interpretedAs(backend)),
    );
  }
}

const plain = (values: ArrayLike<number>): number[] => Array.from(values, (value) => value + 0);
const dtypes = fc.constantFrom<DType>('float32', 'float64');
const axis = fc.record({
  size: fc.integer({ min: 1, max: 9 }),
  kernel: fc.integer({ min: 1, max: 4 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 2 }),
  padding: fc.integer({ min: 0, max: 2 }),
});
const convolution = fc
  .record({
    axes: fc.array(axis, { minLength: 1, maxLength: 3 }),
    batch: fc.integer({ min: 1, max: 3 }),
    groups: fc.integer({ min: 1, max: 2 }),
    inputs: fc.integer({ min: 1, max: 3 }),
    outputs: fc.integer({ min: 1, max: 9 }),
    dtype: dtypes,
  })
  .filter(({ axes }) => axes.every(({ size, kernel, dilation, padding }) => size + 2 * padding > dilation * (kernel - 1)));

/** Convolutions of all kinds, and their gradients, have the same values on every backend, and the bits of their statements. */
export async function checkConvolutions(parameters: fc.Parameters<unknown>): Promise<void> {
  await fc.assert(
    fc.asyncProperty(convolution, async ({ axes, batch, groups, inputs, outputs, dtype }) => {
      const op = [conv1d, conv2d, conv3d][axes.length - 1]!;
      const options = {
        stride: axes.map(({ stride }) => stride),
        dilation: axes.map(({ dilation }) => dilation),
        padding: axes.map(({ padding }) => padding),
        groups,
      };
      await check(
        (whole) => (graph, type) => {
          const x = operand(graph, 'x', [batch, groups * inputs, ...axes.map(({ size }) => size)], type, whole);
          const w = operand(graph, 'kernel', [groups * outputs, inputs, ...axes.map(({ kernel }) => kernel)], type, whole);
          return { y: op(x, w, { ...options }), inputs: [x, w] };
        },
        dtype,
      );
    }),
    parameters,
  );
}

/** Products of matrices in all layouts, likewise. */
export async function checkMatrices(parameters: fc.Parameters<unknown>): Promise<void> {
  const size = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10, max: 40 }));
  const layouts = fc.constantFrom(
    'mk,kn->mn',
    'mk,nk->mn',
    'km,kn->mn',
    'km,nk->mn',
    'mk,kn->nm',
    'bmk,bkn->bmn',
    'mk,k->m',
    'bmk,bnk->mbn',
  );
  await fc.assert(
    fc.asyncProperty(layouts, size, size, size, dtypes, async (layout, m, k, n, dtype) => {
      const sizes: Record<string, number> = { m, k, n, b: 2 };
      const [a, b] = layout
        .split('->')[0]!
        .split(',')
        .map((axes) => [...axes].map((name) => sizes[name]!)) as [number[], number[]];
      await check(
        (whole) => (graph, type) => {
          const inputs = [operand(graph, 'a', a, type, whole), operand(graph, 'bb', b, type, whole)];
          return { y: einsum(layout, ...inputs), inputs };
        },
        dtype,
      );
    }),
    parameters,
  );
}
