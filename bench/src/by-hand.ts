/**
 * Products of matrices on OpenGL through gpu.js: the backend `gpujs` beside a kernel written by hand, in turn. Operands stay on the GPU, the
 * product is fetched. `npm run opengl -- node --conditions=tapegrad-source --import tsx bench/src/by-hand.ts`
 */
import { gpujs } from '@tapegrad/backend-gpu';
import { GPU, type IKernelRunShortcut, type Texture } from 'gpu.js';
import { Graph, matmul, TapeMachine, Tensor } from 'tapegrad';
import { product } from './work/matmul.js';
import { expectClose } from './work/numbers.js';

const ROUNDS = 15;
type Run = () => Float32Array | Float32Array[];

/** What a reader of gpu.js's own documentation would write. */
function byHand(size: number, a: Float32Array, b: Float32Array): Run {
  const gpu = new GPU({ mode: 'headlessgl' });
  const settings = { output: [size, size], precision: 'single', pipeline: true, immutable: true } as const;
  const upload = gpu.createKernel('function (x) { return x[this.thread.y][this.thread.x]; }', {
    ...settings,
    output: [size, size],
  });
  const rows = (x: Float32Array): Float32Array[] => Array.from({ length: size }, (_, i) => x.subarray(i * size, (i + 1) * size));
  const multiply: IKernelRunShortcut = gpu.createKernel(
    'function (a, b) { let sum = 0; for (let k = 0; k < this.constants.size; k++) sum += a[this.thread.y][k] * b[k][this.thread.x]; return sum; }',
    { ...settings, output: [size, size], constants: { size } },
  );
  const [left, right] = [upload(rows(a)) as Texture, upload(rows(b)) as Texture];
  return () => {
    const made = multiply(left, right) as Texture;
    const result = made.toArray() as Float32Array[];
    made.delete();
    return result;
  };
}

async function byBackend(size: number, a: Float32Array, b: Float32Array): Promise<Run> {
  const shape = [size, size];
  const graph = new Graph();
  const c = matmul(graph.state('a', Tensor.from(a, { shape })), graph.state('b', Tensor.from(b, { shape })));
  const program = await new TapeMachine(graph, { backend: gpujs({ mode: 'headlessgl' }) }).compile({ c });
  return () => program.runSync().c.data as Float32Array;
}

function timed(run: Run): number {
  const begin = performance.now();
  run();
  return performance.now() - begin;
}

for (const size of [64, 256, 512]) {
  const { a, b } = product(size);
  const [mine, theirs] = [await byBackend(size, a, b), byHand(size, a, b)];
  const [got, wanted] = [mine() as Float32Array, (theirs() as Float32Array[]).flatMap((row) => [...row])];
  for (let i = 0; i < got.length; i++)
    expectClose(`product at ${i}`, got[i]!, wanted[i]!, { absolute: size * 1e-6, relative: 1e-4 });
  const best = [Infinity, Infinity] as [number, number];
  for (let round = 0; round < ROUNDS; round++) {
    best[0] = Math.min(best[0], timed(mine));
    best[1] = Math.min(best[1], timed(theirs));
  }
  const [ours, hand] = best;
  console.log(`${size}: gpujs ${ours.toFixed(2)} ms, by hand ${hand.toFixed(2)} ms, ratio ${(ours / hand).toFixed(2)}`);
}
process.exit();
