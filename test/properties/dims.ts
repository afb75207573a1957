import { js } from '@tapegrad/backend-cpu';
import { type DimLike, Graph, grad, type Node, type Program, TapeMachine } from '@tapegrad/core';
import * as ops from '@tapegrad/ops';
import fc from 'fast-check';
import { type Choices, choices } from '../tape/random-program.js';

const CHANNELS = 3;

/** Each makes a `[batch, seq, 3]` of another, whatever the sizes; `weight` is a [3, 3] matrix. */
const MAKERS: readonly ((x: Node, weight: Node, pick: Choices) => Node)[] = [
  (x) => ops.tanh(x),
  (x, weight) => ops.matmul(x, weight),
  (x, weight) => ops.add(x, ops.sum(weight, { axis: 0 })),
  (x) => ops.sub(x, ops.mean(x, { axis: 0, keepDims: true })),
  (x) => ops.sub(x, ops.max(x, { axis: 1, keepDims: true })),
  (x) => ops.softmax(x, { axis: 1 }),
  (x) => ops.mul(x, ops.mean(ops.square(x), { axis: [1, 2], keepDims: true })),
  (x, _, pick) => ops.cumsum(x, { axis: pick.below(3) }),
  (x, _, pick) => ops.flip(x, { axis: pick.below(3) }),
  (x) => ops.gather(x, ops.argsort(x, { axis: 1 }), { axis: 1 }),
  (x) => ops.matmul(ops.softmax(ops.matmul(x, ops.transpose(x, [0, 2, 1]))), x),
  (x, weight) => ops.reshape(ops.matmul(ops.reshape(x, [-1, CHANNELS]), weight), x.shape),
  (x) => ops.reshape(ops.transpose(ops.reshape(x, [-1, CHANNELS])), x.shape),
  (x) => ops.slice(ops.concat([x, ops.neg(x)], { axis: 0 }), [[null, null, -2]]),
  (x) =>
    ops.slice(
      ops.pad(x, [
        [0, 0],
        [1, 2],
        [0, 0],
      ]),
      [[], [0, -3]],
    ),
  (x) => ops.where(ops.gt(x, 0), x, ops.mul(0.1, x)),
];

/** A chain of random makers, the mean square of what it gives, and the gradients of that. */
function randomOutputs(seed: number, length: number, batch: DimLike, seq: DimLike): Record<string, Node> {
  const pick = choices(seed);
  const graph = new Graph({ dtype: 'float64' });
  const x = graph.input('x', [batch, seq, CHANNELS]);
  const weight = graph.input('weight', [CHANNELS, CHANNELS]);
  let y = x;
  for (let i = 0; i < length; i++) y = MAKERS[pick.below(MAKERS.length)]!(y, weight, pick);
  const loss = ops.mean(ops.square(y));
  const [dx, dw] = grad(loss, [x, weight]) as [Node, Node];
  return { y, loss, dx, dw };
}

function compiled(outputs: Record<string, Node>): Promise<Program> {
  return new TapeMachine(outputs.y!.graph, { backend: js() }).compile(outputs);
}

function feedsOf(batch: number, seq: number): { x: number[][][]; weight: Float64Array } {
  const value = (i: number): number => Math.sin(2.7 * i + 0.3);
  const x = Array.from({ length: batch }, (_, b) =>
    Array.from({ length: seq }, (_, s) => Array.from({ length: CHANNELS }, (_, c) => value((b * seq + s) * CHANNELS + c))),
  );
  return { x, weight: Float64Array.from({ length: CHANNELS ** 2 }, (_, i) => value(i + 40)) };
}

/** A program with names gives for every size, in any order, the bits of the one that is built with numbers. */
export async function checkNames(options: fc.Parameters<unknown>): Promise<void> {
  const size = fc.record({ batch: fc.nat({ max: 4 }), seq: fc.integer({ min: 1, max: 4 }) });
  const programs = fc.record({
    seed: fc.nat(),
    length: fc.integer({ min: 1, max: 6 }),
    sizes: fc.array(size, { minLength: 1, maxLength: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(programs, async ({ seed, length, sizes }) => {
      const named = await compiled(randomOutputs(seed, length, 'batch', 'seq'));
      for (const { batch, seq } of [...sizes, ...sizes]) {
        const feeds = feedsOf(batch, seq);
        if (batch === 0) Object.assign(feeds, { x: new Float64Array(0) });
        const got = batch === 0 ? (await named.bind({ batch, seq })).runSync(feeds) : named.runSync(feeds);
        const wanted = (await compiled(randomOutputs(seed, length, batch, seq))).runSync(feeds);
        for (const [name, tensor] of Object.entries(wanted)) {
          if (!got[name]!.equals(tensor))
            throw new Error(`${name} at batch ${batch}, seq ${seq}: ${got[name]} instead of ${tensor}`);
        }
      }
    }),
    options,
  );
}
