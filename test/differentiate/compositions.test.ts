import { Graph, grad, interpreter, jvp, type Node, TapeMachine } from '@tapegrad/core';
import * as ops from '@tapegrad/ops';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const POINTS = [
  [0.31, -0.72, 1.13],
  [-1.41, 0.52, 0.23],
];
const ALONG = [
  [0.3, -0.2, 0.9],
  [0.5, 1, -0.4],
];

type Make = (x: Node, y: Node) => Node;

/** Of one or two [2, 3] nodes another one, of moderate size. Kinks are at points that are met with probability 0. */
const MAKES: Readonly<Record<string, Make>> = {
  add: (x, y) => ops.add(x, y),
  mul: (x, y) => ops.mul(x, ops.tanh(y)),
  div: (x, y) => ops.div(x, ops.add(1.5, ops.square(y))),
  maximum: (x, y) => ops.maximum(x, y),
  where: (x, y) => ops.where(ops.gt(x, 0.1), ops.sin(y), x),
  relu: (x) => ops.relu(ops.add(x, 0.05)),
  sigmoid: (x) => ops.sigmoid(x),
  oneLess: (x) => ops.sub(1, ops.sigmoid(x)),
  softplus: (x) => ops.log(ops.add(1, ops.exp(ops.tanh(x)))),
  softmax: (x) => ops.softmax(x),
  logSoftmax: (x) => ops.tanh(ops.log(ops.softmax(x, { axis: 0 }))),
  max: (x, y) => ops.sub(y, ops.max(x, { axis: 1, keepDims: true })),
  mean: (x, y) => ops.mul(y, ops.mean(x, { axis: 0, keepDims: true })),
  norm: (x, y) => ops.div(x, ops.add(0.5, ops.norm(y))),
  logSumExp: (x, y) => ops.add(ops.tanh(y), ops.log(ops.sum(ops.exp(ops.tanh(x)), { axis: 1, keepDims: true }))),
  transpose: (x) => ops.reshape(ops.transpose(x), [2, 3]),
  slice: (x, y) =>
    ops.concat(
      [ops.slice(x, [[0, 1]]), ops.slice(y, [[null, null, -1]])].map((z) => ops.slice(z, [[0, 1]])),
      { axis: 0 },
    ),
  gather: (x) => ops.take(x, [1, 0], { axis: 0 }),
  matmul: (x, y) => ops.matmul(ops.tanh(ops.matmul(x, ops.transpose(y))), ops.tanh(x)),
};

const step = fc.record({ name: fc.constantFrom(...Object.keys(MAKES)), a: fc.nat(9), b: fc.nat(9) });

test('random compositions: forward = reverse = differences, to the third order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
      const graph = new Graph({ dtype: 'float64' });
      const x = graph.input('x', [2, 3]);
      const e = graph.scalar('e');
      const moved = ops.add(x, ops.mul(e, ALONG));
      const nodes: Node[] = [moved];
      for (const { name, a, b } of steps) nodes.push(MAKES[name]!(nodes[a % nodes.length]!, nodes[b % nodes.length]!));
      const one = graph.constant(1);
      const orders: Node[] = [ops.sum(ops.mul(nodes.at(-1)!, [[1, -2, 0.5]]))];
      const checks: Record<string, Node> = {};
      for (let n = 1; n <= 3; n++) {
        const value = orders.at(-1)!;
        const forwards = jvp([value], [e], [one])[0]!;
        checks[`forward${n}`] = forwards;
        checks[`reverse${n}`] = n === 2 ? ops.sum(ops.mul(grad(value, x), ALONG)) : grad(value, e);
        orders.push(n === 2 ? checks.reverse2! : forwards);
      }
      const values = Object.fromEntries(orders.map((order, n) => [`order${n}`, order]));
      const program = await new TapeMachine(graph, { backend: interpreter() }).compile({ ...checks, ...values });
      const at = (to: number) => program.runSync({ x: POINTS, e: to });
      const [low, mid, high] = [at(-1e-5), at(0), at(1e-5)];
      for (let n = 1; n <= 3; n++) {
        const forwards = Number(mid[`forward${n}`]!.item());
        const difference = (Number(high[`order${n - 1}`]!.item()) - Number(low[`order${n - 1}`]!.item())) / 2e-5;
        const scale = 1 + Math.abs(forwards);
        expect(Math.abs(forwards - Number(mid[`reverse${n}`]!.item())) / scale).toBeLessThan(1e-9);
        expect(Math.abs(forwards - difference) / scale).toBeLessThan(1e-5);
      }
    }),
    { numRuns: 25 },
  );
});
