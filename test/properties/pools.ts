import { js, wasm } from '@tapegrad/backend-cpu';
import { type Backend, Graph, grad, interpreter, sum, TapeMachine } from '@tapegrad/core';
import { avgPool1d, avgPool2d, maxPool1d, maxPool2d, mul } from '@tapegrad/ops';
import fc from 'fast-check';

/** One axis that a window runs over. */
interface Side {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

type Kind = 'max' | 'average' | 'average of what is held';

/** Sizes on both sides of where lanes and borders begin; a padding is at most half a kernel. */
const sides: fc.Arbitrary<Side> = fc
  .record({ kernel: fc.integer({ min: 1, max: 5 }), stride: fc.integer({ min: 1, max: 4 }), more: fc.nat(40), half: fc.nat(2) })
  .map(({ kernel, stride, more, half }) => ({
    size: kernel + more,
    kernel,
    stride,
    padding: Math.min(half, Math.floor(kernel / 2)),
  }));

/** Random pools, forward and their gradients, on every backend: values and shares are those of plain loops. */
export async function checkPools(options: fc.Parameters<unknown>): Promise<void> {
  const pools = fc.record({
    rows: sides,
    columns: fc.option(sides, { nil: null }),
    images: fc.integer({ min: 1, max: 3 }),
    kind: fc.constantFrom<Kind>('max', 'average', 'average of what is held'),
    values: fc.infiniteStream(fc.integer({ min: -4, max: 4 })),
  });
  await fc.assert(
    fc.asyncProperty(pools, async ({ rows, columns, images, kind, values }) => {
      const spatial = columns ? [rows, columns] : [rows];
      const count = images * spatial.reduce((product, { size }) => product * size, 1);
      const x = Float32Array.from({ length: count }, () => values.next().value!);
      const places = spatial.map(placesOf);
      const slopes = Float32Array.from({ length: images * places.reduce((a, b) => a * b, 1) }, () => values.next().value!);
      const wanted = byLoops({ x, slopes }, images, rows, columns ?? { size: 1, kernel: 1, stride: 1, padding: 0 }, kind);
      for (const backend of [interpreter(), js(), wasm({ threads: 1 })]) {
        const got = await pooled(backend, { x, slopes }, [images, ...spatial.map(({ size }) => size)], spatial, kind);
        close(got.y, wanted.y, `${backend.name}: ${kind}`);
        close(got.slope, wanted.slope, `${backend.name}: gradient of ${kind}`);
      }
    }),
    options,
  );
}

interface Data {
  readonly x: Float32Array;
  readonly slopes: Float32Array;
}

interface Results {
  readonly y: ArrayLike<number>;
  readonly slope: ArrayLike<number>;
}

async function pooled(
  backend: Backend,
  data: Data,
  shape: readonly number[],
  spatial: readonly Side[],
  kind: Kind,
): Promise<Results> {
  const graph = new Graph();
  const x = graph.input('x', shape);
  const window = {
    kernel: spatial.map(({ kernel }) => kernel),
    stride: spatial.map(({ stride }) => stride),
    padding: spatial.map(({ padding }) => padding),
  };
  const isFlat = spatial.length === 1;
  const y =
    kind === 'max'
      ? (isFlat ? maxPool1d : maxPool2d)(x, window)
      : (isFlat ? avgPool1d : avgPool2d)(x, { ...window, countIncludePad: kind === 'average' });
  const slopes = graph.input('slopes', y.shape);
  const slope = grad(sum(mul(y, slopes)), x);
  const program = await new TapeMachine(graph, { backend }).compile({ y, slope });
  const results = program.runSync({ x: data.x, slopes: data.slopes });
  return { y: results.y.data, slope: results.slope.data };
}

function placesOf({ size, kernel, stride, padding }: Side): number {
  return Math.floor((size + 2 * padding - kernel) / stride) + 1;
}

/** The positions of an axis that a window holds. */
function heldAt({ size, kernel, stride, padding }: Side, place: number): number[] {
  const all = Array.from({ length: kernel }, (_, k) => place * stride + k - padding);
  return all.filter((at) => at >= 0 && at < size);
}

function byLoops({ x, slopes }: Data, images: number, rows: Side, columns: Side, kind: Kind): Results {
  const y: number[] = [];
  const slope = new Float64Array(x.length);
  for (let image = 0; image < images; image++)
    for (let i = 0; i < placesOf(rows); i++)
      for (let j = 0; j < placesOf(columns); j++) {
        const held = heldAt(rows, i).flatMap((r) => heldAt(columns, j).map((c) => (image * rows.size + r) * columns.size + c));
        const greatest = Math.max(...held.map((at) => x[at]!));
        const chosen = kind === 'max' ? held.filter((at) => x[at] === greatest) : held;
        const divisor = kind === 'average' ? rows.kernel * columns.kernel : chosen.length;
        const share = slopes[y.length]! / divisor;
        for (const at of chosen) slope[at] = slope[at]! + share;
        y.push(chosen.reduce((total, at) => total + x[at]!, 0) / divisor);
      }
  return { y, slope };
}

function close(got: ArrayLike<number>, wanted: ArrayLike<number>, what: string): void {
  if (got.length !== wanted.length) throw new Error(`${what}: ${got.length} values instead of ${wanted.length}`);
  const wrong = Array.from(wanted).findIndex((value, i) => !(Math.abs(got[i]! - value) <= 1e-5));
  if (wrong >= 0) throw new Error(`${what}: ${got[wrong]} at ${wrong} instead of ${wanted[wrong]}`);
}
