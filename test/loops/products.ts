import { type Backend, HostSession, interpreter, interpretTape } from '@tapegrad/core';
import fc from 'fast-check';
import { add, conv1d, conv2d, conv3d, einsum, Graph, grad, js, mul, type Node, sum, TapeMachine, Tensor, wasm } from 'tapegrad';
import { expect } from 'vitest';
import { eager, ready } from '../machine/threaded.js';

/** Runs what another backend would run, on the interpreter. */
function interpretedAs({ target }: Backend): Backend {
  return { name: 'as', target, open: () => new HostSession((tape) => interpretTape('as', tape)) };
}

export type DType = 'float32' | 'float64';
type Build = (graph: Graph, dtype: DType) => { readonly y: Node; readonly inputs: readonly Node[] };

/** A product, and its gradients by its factors. */
async function computed(build: Build, dtype: DType, backend: Backend): Promise<ArrayLike<number>[]> {
  const graph = new Graph();
  const { y, inputs } = build(graph, dtype);
  const gradients = grad(sum(mul(y, y)), inputs);
  const machine = new TapeMachine(graph, { backend });
  const program = await machine.compile({ y, ...Object.fromEntries(gradients.map((node, i) => [`g${i}`, node])) });
  await ready();
  const results = await program.run();
  machine.dispose();
  return Object.values(results).map(({ data }) => data);
}

/** Whole numbers up to `most`, so that sums are exact in whatever order; otherwise fractions. */
function operand(graph: Graph, name: string, shape: readonly number[], dtype: DType, whole: boolean, most = 11): Node {
  const count = shape.reduce((a, b) => a * b, 1);
  const values = Array.from(
    { length: count },
    (_, i) => ((i * 7919 + name.length * 31) % (2 * most + 1)) - most + (whole ? 0 : i / count),
  );
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
/** How a convolution goes over its input. */
export interface Convolution {
  readonly axes: readonly {
    readonly size: number;
    readonly kernel: number;
    readonly stride: number;
    readonly dilation: number;
    readonly padding: number;
  }[];
  readonly batch: number;
  readonly groups: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly dtype: DType;
}
const convolution: fc.Arbitrary<Convolution> = fc
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
export async function checkConvolutions(parameters: fc.Parameters<[Convolution]>): Promise<void> {
  await fc.assert(
    fc.asyncProperty(convolution, (each) => check((whole) => convolving(each, whole), each.dtype)),
    parameters,
  );
}

const largeAxis = fc.record({
  size: fc.integer({ min: 12, max: 40 }),
  kernel: fc.integer({ min: 1, max: 4 }),
  stride: fc.integer({ min: 1, max: 2 }),
  dilation: fc.integer({ min: 1, max: 2 }),
  padding: fc.integer({ min: 0, max: 2 }),
});
/** Inputs of more than a panel holds: many channels of a few images, or many images of a few channels. */
const largeConvolution: fc.Arbitrary<Convolution> = fc
  .record({
    axes: fc.tuple(largeAxis, largeAxis),
    few: fc.integer({ min: 1, max: 2 }),
    isDeep: fc.boolean(),
    groups: fc.integer({ min: 1, max: 2 }),
    outputs: fc.integer({ min: 1, max: 9 }),
    dtype: dtypes,
  })
  .map(({ few, isDeep, ...convolution }) => {
    const [height, width] = convolution.axes;
    const many = Math.ceil(70_000 / (height.size * width.size));
    return { ...convolution, batch: isDeep ? few : many, inputs: isDeep ? many : few };
  });

/** Convolutions of more than is copied at once have the same values on both backends, and the same bits on every number of threads. */
export async function checkLargeConvolutions(parameters: fc.Parameters<[Convolution]>): Promise<void> {
  await fc.assert(
    fc.asyncProperty(largeConvolution, async (convolution) => {
      const { dtype } = convolution;
      const exact = convolving(convolution, true, 2);
      const expected = await computed(exact, 'float64', js());
      expect((await computed(exact, dtype, wasm())).map(plain)).toEqual(expected.map(plain));
      const fractions = convolving(convolution, false);
      const alone = await computed(fractions, dtype, wasm({ threads: 1 }));
      for (const threads of [2, 3]) expect(await computed(fractions, dtype, eager(threads)), `${threads}`).toEqual(alone);
    }),
    parameters,
  );
}

function convolving({ axes, batch, groups, inputs, outputs }: Convolution, whole: boolean, most?: number): Build {
  const op = [conv1d, conv2d, conv3d][axes.length - 1]!;
  const options = {
    stride: axes.map(({ stride }) => stride),
    dilation: axes.map(({ dilation }) => dilation),
    padding: axes.map(({ padding }) => padding),
    groups,
  };
  return (graph, type) => {
    const x = operand(graph, 'x', [batch, groups * inputs, ...axes.map(({ size }) => size)], type, whole, most);
    const w = operand(graph, 'kernel', [groups * outputs, inputs, ...axes.map(({ kernel }) => kernel)], type, whole, most);
    return { y: op(x, w, { ...options }), inputs: [x, w] };
  };
}

/** Products of matrices in all layouts, likewise. */
export async function checkMatrices(parameters: fc.Parameters<unknown>): Promise<void> {
  const size = fc.oneof(
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 10, max: 40 }),
    fc.constantFrom(15, 16, 17, 31, 32, 33, 63, 64, 65),
  );
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

/** A product whose sum is long, and the lengths of what it is added up over. */
export interface LongProduct {
  readonly layout: string;
  readonly k: number;
  readonly b: number;
}
/** Sums that are added up in blocks, by several axes or one, in layouts that are read in place or copied. The last block may be of one number. */
const longProduct: fc.Arbitrary<LongProduct> = fc.oneof(
  fc.record({
    layout: fc.constantFrom('mk,kn->mn', 'mk,nk->mn', 'km,kn->mn', 'km,nk->mn', 'mk,kn->nm', 'bkm,bnk->bmn'),
    k: fc.oneof(fc.constantFrom(1025, 1028, 1029, 1032, 1280, 1281), fc.integer({ min: 1024, max: 1400 })),
    b: fc.constant(2),
  }),
  fc.record({ layout: fc.constant('bmk,bnk->mn'), k: fc.integer({ min: 130, max: 300 }), b: fc.integer({ min: 8, max: 10 }) }),
  fc.record({ layout: fc.constant('bkm,bkn->mn'), k: fc.integer({ min: 9, max: 120 }), b: fc.integer({ min: 114, max: 130 }) }),
  fc.record({ layout: fc.constantFrom('km,kn->mn', 'bkm,kn->bmn'), k: fc.integer({ min: 250, max: 600 }), b: fc.constant(2) }),
);

/**
 * Long products have the same values on every backend, the bits of their statements, and the same on threads. The result takes the place of
 * what is added to it.
 */
export async function checkLongProducts(parameters: fc.Parameters<[LongProduct, number, number, DType]>): Promise<void> {
  const rows = fc.integer({ min: 4, max: 40 });
  const columns = fc.oneof(fc.integer({ min: 4, max: 40 }), fc.integer({ min: 60, max: 80 }));
  await fc.assert(
    fc.asyncProperty(longProduct, rows, columns, dtypes, async ({ layout, k, b }, m, n, dtype) => {
      const sizes: Record<string, number> = { m, k, n, b };
      const shapes = layout.split(/,|->/).map((axes) => [...axes].map((name) => sizes[name]!));
      const built = async (backend: Backend, type: DType, whole: boolean): Promise<number[]> => {
        const graph = new Graph();
        const [x, w, state] = ['x', 'weight', 'sum'].map((name, i) => operand(graph, name, shapes[i]!, type, whole));
        const value = add(einsum(layout, x!, w!), state!);
        const machine = new TapeMachine(graph, { backend });
        const program = await machine.compile({}, { updates: [{ state: state!, value }] });
        await ready();
        await program.run();
        const { data } = machine.get(state!);
        machine.dispose();
        return plain(data);
      };
      expect(await built(wasm(), dtype, true)).toEqual(await built(js(), 'float64', true));
      const fractions = await built(interpretedAs(wasm()), dtype, false);
      for (const backend of [wasm({ subnormals: 'keep', threads: 1 }), eager(2)])
        expect(await built(backend, dtype, false)).toEqual(fractions);
    }),
    parameters,
  );
}
