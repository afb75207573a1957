import { js } from '@tapegrad/backend-cpu';
import { Graph, grad, hvp, jvp, type Node, TapeMachine } from '@tapegrad/core';
import * as ops from '@tapegrad/ops';
import fc from 'fast-check';

/** Each makes a [2, 3] of others, with a kink, a tie or a zero where they are whole numbers. */
const MAKERS: Readonly<Record<string, (x: Node, y: Node) => Node>> = {
  abs: (x) => ops.abs(x),
  sign: (x, y) => ops.mul(ops.sign(x), y),
  floor: (x, y) => ops.add(ops.floor(x), y),
  round: (x, y) => ops.sub(y, ops.round(ops.div(x, 2))),
  relu: (x) => ops.relu(x),
  leakyRelu: (x) => ops.leakyRelu(x, { slope: 0.5 }),
  elu: (x) => ops.elu(x),
  clamp: (x) => ops.clamp(x, { min: -1, max: 1 }),
  maximum: (x, y) => ops.maximum(x, y),
  minimum: (x, y) => ops.minimum(x, y),
  max: (x, y) => ops.add(y, ops.max(x, { axis: 1, keepDims: true })),
  min: (x, y) => ops.mul(y, ops.min(x, { axis: 0, keepDims: true })),
  maxPool: (x, y) =>
    ops.add(y, ops.reshape(ops.maxPool1d(ops.reshape(x, [1, 2, 3]), { kernel: 3, stride: 1, padding: 1 }), [2, 3])),
  prod: (x, y) => ops.add(y, ops.prod(x, { axis: 1, keepDims: true })),
  cumprod: (x) => ops.cumprod(x, { axis: 1 }),
  sort: (x) => ops.sort(x, { axis: 0 }),
  pow: (x) => ops.pow(x, 2),
  norm: (x, y) => ops.mul(y, ops.norm(x, { axis: 1, keepDims: true })),
  where: (x, y) => ops.where(ops.gt(x, 0), ops.mul(x, y), y),
};

const ALONG = [
  [0.3, -0.7, 1.1],
  [-0.2, 0.9, 0.4],
];

/** At kinks and ties, where differences say nothing, forward and reverse mode make the same choice, in the first three orders. */
export async function checkKinks(options: fc.Parameters<unknown>): Promise<void> {
  const cell = fc.integer({ min: -1, max: 1 });
  const row = fc.array(cell, { minLength: 3, maxLength: 3 });
  const makers = fc.array(fc.constantFrom(...Object.keys(MAKERS)), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(makers, fc.array(row, { minLength: 2, maxLength: 2 }), async (names, point) => {
      const graph = new Graph({ dtype: 'float64' });
      const x = graph.input('x', [2, 3]);
      const v = graph.constant(ALONG);
      const y = names.reduce((made, name) => MAKERS[name]!(made, x), x);
      const loss = ops.sum(ops.mul(y, [1, -2, 3]));
      const slope = ops.sum(ops.mul(grad(loss, x), v));
      const curve = ops.sum(ops.mul(hvp(loss, x, v), v));
      const outputs = {
        reverse: slope,
        forward: jvp([loss], [x], [v])[0]!,
        forwardOverReverse: hvp(loss, x, v),
        reverseOverReverse: grad(slope, x),
        thirdForward: jvp([curve], [x], [v])[0]!,
        thirdReverse: ops.sum(ops.mul(grad(curve, x), v)),
      };
      const results = (await new TapeMachine(graph, { backend: js() }).compile(outputs)).runSync({ x: point });
      const { forward, reverse, forwardOverReverse, reverseOverReverse, thirdForward, thirdReverse } = results;
      agree(forward.data, reverse.data, `${names}: forward and reverse`);
      agree(reverseOverReverse.data, forwardOverReverse.data, `${names}: second order`);
      agree(thirdForward.data, thirdReverse.data, `${names}: third order`);
    }),
    options,
  );
}

function agree(a: ArrayLike<number>, b: ArrayLike<number>, what: string): void {
  for (let i = 0; i < a.length; i++) {
    const close = Number.isFinite(a[i]!) && Math.abs(a[i]! - b[i]!) <= 1e-9 * (1 + Math.abs(b[i]!));
    if (!close) throw new Error(`${what} differ at ${i}: ${a[i]} and ${b[i]}`);
  }
}
