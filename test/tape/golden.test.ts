import { Graph, grad, type Node, type Update } from '@tapegrad/core';
import {
  add,
  attention,
  batchNorm,
  concat,
  conv2d,
  crossEntropy,
  exp,
  layerNorm,
  logSoftmax,
  matmul,
  maxPool2d,
  mean,
  mul,
  relu,
  rmsNorm,
  softmax,
  square,
  sub,
  sum,
  tanh,
} from '@tapegrad/ops';
import { adam } from '@tapegrad/train';
import { describe, expect, test } from 'vitest';
import { textOfTape } from '../../packages/core/src/tape/text.js';
import { compile } from '../../packages/core/test/tape-support.js';

const of = (...shape: number[]) => ({ shape, build: (graph: Graph) => graph.splat(0, shape, 'float32') });

function descend(loss: Node, parameters: readonly Node[]): Update[] {
  const gradients = grad(loss, parameters);
  return parameters.map((state, i) => ({ state, value: sub(state, mul(0.1, gradients[i]!)) }));
}

test('a training step of a perceptron: the gradients of the weights are never stored', () => {
  const graph = new Graph();
  const x = graph.input('x', [32, 784]);
  const y = graph.input('y', [32], 'int32');
  const [w1, b1] = [graph.parameter('w1', of(784, 128)), graph.parameter('b1', of(128))];
  const [w2, b2] = [graph.parameter('w2', of(128, 10)), graph.parameter('b2', of(10))];
  const hidden = relu(add(matmul(x, w1), b1));
  const loss = crossEntropy(add(matmul(hidden, w2), b2), y);
  const tape = compile({ outputs: { loss }, updates: descend(loss, [w1, b1, w2, b2]) });
  expect(textOfTape(tape)).toMatchInlineSnapshot(`
    "tape: 9 instructions, 9 distinct kernels, 13,319,669 flops, 1,549,820 bytes moved, 134,592 of scratch, 407,080 of state
    input x: @0 float32 [32, 784]
    input y: @134400 int32 [32]
    state w1: float32 [784, 128], updated
    state b1: float32 [128], updated
    state w2: float32 [128, 10], updated
    state b2: float32 [10], updated
    0  kernel contract.14 add.15 relu.16: x, w1, b1 → @100352 float32 [32, 128]; 518,656 bytes, 6,430,720 flops
    1  kernel contract.17 add.18: @100352, w2, b2 → @133120 float32 [32, 10]; 22,824 bytes, 82,240 flops
    2  kernel max.19 eq.27 ge.32 lt.34 …12 more… sum.120 log.121 sub.122 where.123: @133120, y → @133120 float32 [32, 10], @116736 float32 [32]; 2,816 bytes, 4,160 flops
    3  kernel sum.109 mul.117 sub.118: @133120, b2 → b2 float32 [10]; 1,360 bytes, 340 flops
    4  kernel sum.124 div.125: @116736 → @134528 float32 []; 132 bytes, 33 flops
    5  kernel le.55 contract.105 where.107: @133120, w2, @100352 → @116736 float32 [32, 128]; 39,168 bytes, 90,112 flops
    6  kernel contract.106 mul.115 sub.116: @100352, @133120, w2 → w2 float32 [128, 10]; 27,904 bytes, 84,480 flops
    7  kernel contract.108 mul.111 sub.112: x, @116736, w1 → w1 float32 [784, 128]; 919,552 bytes, 6,623,232 flops
    8  kernel sum.110 mul.113 sub.114: @116736, b1 → b1 float32 [128]; 17,408 bytes, 4,352 flops
    output loss: @134528 float32 []"
  `);
});

test('cross-entropy, forward and backward', () => {
  const graph = new Graph({ dtype: 'float64' });
  const logits = graph.input('logits', [4, 10]);
  const labels = graph.input('labels', [4], 'int32');
  const loss = crossEntropy(logits, labels);
  expect(textOfTape(compile({ outputs: { loss, gradient: grad(loss, logits) } }))).toMatchInlineSnapshot(`
    "tape: 2 instructions, 2 distinct kernels, 525 flops, 728 bytes moved, 832 of scratch, 0 of state
    input logits: @0 float64 [4, 10]
    input labels: @320 int32 [4]
    0  kernel max.3 eq.11 ge.16 lt.18 …12 more… sum.70 log.71 sub.72 where.73: logits, labels → @384 float64 [4, 10], @704 float64 [4]; 688 bytes, 520 flops
    1  kernel sum.74 div.75: @704 → @768 float64 []; 40 bytes, 5 flops
    output loss: @768 float64 []
    output gradient: @384 float64 [4, 10]"
  `);
});

test('a convolution, its activation and pooling, forward and backward: adjoints are convolutions too', () => {
  const graph = new Graph();
  const x = graph.input('x', [8, 1, 28, 28]);
  const w = graph.parameter('w', of(4, 1, 3, 3));
  const b = graph.parameter('b', of(4));
  const pooled = maxPool2d(relu(conv2d(x, w, b, { padding: 1 })), { kernel: 2 });
  const loss = mean(square(pooled));
  expect(textOfTape(compile({ outputs: { loss }, updates: descend(loss, [w, b]) }))).toMatchInlineSnapshot(`
    "tape: 5 instructions, 5 distinct kernels, 1,210,577 flops, 602,596 bytes moved, 150,592 of scratch, 160 of state
    input x: @0 float32 [8, 1, 28, 28]
    state w: float32 [4, 1, 3, 3], updated
    state b: float32 [4], updated
    0  kernel convolve.13 add.15 relu.16: x, w, b → @25088 float32 [8, 4, 28, 28]; 125,600 bytes, 501,760 flops
    1  kernel max.18 mul.24 lt.28 where.31 …3 more… div.65 where.68 unwindows.69 where.70: @25088 → @125440 float32 [8, 4, 14, 14], @25088 float32 [8, 4, 28, 28]; 225,792 bytes, 219,520 flops
    2  kernel square.56 sum.57 div.58: @125440 → @150528 float32 []; 25,092 bytes, 12,545 flops
    3  kernel convolve.73 mul.79 sub.80: x, @25088, w → w float32 [4, 1, 3, 3]; 125,728 bytes, 451,656 flops
    4  kernel sum.76 mul.81 sub.82: @25088, b → b float32 [4]; 100,384 bytes, 25,096 flops
    output loss: @150528 float32 []"
  `);
});

test('a weight used on every leading axis: its gradient is one contraction over all of them', () => {
  const graph = new Graph();
  const x = graph.input('x', [32, 128, 64]);
  const w = graph.parameter('w', of(64, 256));
  const gradient = grad(sum(square(matmul(x, w))), w);
  expect(textOfTape(compile({ outputs: { gradient } }))).toMatchInlineSnapshot(`
    "tape: 2 instructions, 2 distinct kernels, 269,484,032 flops, 10,616,832 bytes moved, 5,308,416 of scratch, 65,536 of state
    input x: @0 float32 [32, 128, 64]
    state w: float32 [64, 256]
    0  kernel contract.2 mul.4: x, w → @1048576 float32 [32, 128, 256]; 5,308,416 bytes, 135,266,304 flops
    1  kernel contract.5: x, @1048576 → @5242880 float32 [64, 256]; 5,308,416 bytes, 134,217,728 flops
    output gradient: @5242880 float32 [64, 256]"
  `);
});

/** What each kernel computes, without the views. */
function kernels(outputs: Readonly<Record<string, Node>>, updates: readonly Update[] = []): string[] {
  return compile({ outputs, updates }).instructions.map(({ nodes }) =>
    nodes
      .filter(({ op }) => op.kind !== 'view' && op.name !== 'constant')
      .map(({ op }) => op.name)
      .join(' '),
  );
}

/** A function's value, and its gradient for some cotangent. */
function withGradient(y: Node, inputs: readonly Node[]): Record<string, Node> {
  const cotangent = y.graph.input('cotangent', y.shape);
  const gradients = grad(sum(mul(y, cotangent)), inputs);
  return { y, ...Object.fromEntries(gradients.map((gradient, i) => [`gradient${i}`, gradient])) };
}

describe('kernels over rows', () => {
  const x = (shape: readonly number[] = [128, 200]): Node => new Graph().input('x', shape);
  const beside = (node: Node, name: string, size: number): Node => node.graph.input(name, [size]);

  test('softmax is one kernel along any axis but the first, forward and backward', () => {
    expect(kernels({ y: softmax(x()) })).toEqual(['max sub exp sum div']);
    expect(kernels({ y: softmax(x([8, 20, 10, 40]), { axis: 1 }) })).toEqual(['max sub exp sum div']);
    expect(kernels({ y: softmax(x([1, 2000])) })).toEqual(['max sub exp sum div']);
    for (const y of [softmax(x()), logSoftmax(x())]) expect(kernels(withGradient(y, [y.graph.nodes[0]!]))).toHaveLength(1);
  });

  test('cross-entropy has one over rows, forward and backward, and one for the mean', () => {
    const logits = x();
    const loss = crossEntropy(logits, logits.graph.input('labels', [128], 'int32'));
    expect(kernels({ loss, gradient: grad(loss, logits) }).map((kernel) => kernel.split(' ').at(-1))).toEqual(['where', 'div']);
  });

  test('norms over rows: one forward, and one more for the sums over columns', () => {
    for (const norm of [layerNorm, rmsNorm]) {
      const input = x();
      const scale = beside(input, 'scale', 200);
      const inputs = norm === layerNorm ? [input, scale, beside(input, 'bias', 200)] : [input, scale];
      const y = norm === layerNorm ? layerNorm(input, scale, inputs[2]!) : rmsNorm(input, scale);
      expect(kernels({ y })).toHaveLength(1);
      const [rows, columns, ...more] = kernels(withGradient(y, inputs));
      expect(rows).toContain('rsqrt');
      expect(columns).toMatch(/sum$/);
      expect(more).toEqual([]);
    }
  });

  test('a batch norm shares channels, which are not the first axis; of vectors, it reads along columns', () => {
    const image = x([8, 16, 12, 12]);
    const y = batchNorm(image, beside(image, 'scale', 16), beside(image, 'bias', 16));
    expect(kernels(withGradient(y, [image]))).toHaveLength(1);
    const vectors = x([512, 64]);
    const z = batchNorm(vectors, beside(vectors, 'scale', 64), beside(vectors, 'bias', 64));
    expect(kernels({ z }).map((kernel) => kernel.split(' ').at(-1))).toEqual(['rsqrt', 'add']);
  });

  test('attention has a kernel for each product, and one for the softmax between them', () => {
    const q = x([8, 64, 32]);
    const [k, v] = [q.graph.input('k', [8, 64, 32]), q.graph.input('v', [8, 64, 32])];
    expect(kernels({ y: attention(q, k, v) })).toEqual(['contract div', 'max sub exp sum div', 'contract']);
  });

  test('rows are too few to share where threads could not divide them', () => {
    expect(kernels({ y: softmax(x([2, 20000])) })).toEqual(['max', 'sub exp', 'sum', 'div']);
  });
});

test('Adam of a perceptron: moments and weights are renewed by the kernels of their gradients', () => {
  const graph = new Graph();
  const x = graph.input('x', [32, 784]);
  const [w1, b1] = [graph.parameter('w1', of(784, 128)), graph.parameter('b1', of(128))];
  const [w2, b2] = [graph.parameter('w2', of(128, 10)), graph.parameter('b2', of(10))];
  const logits = add(matmul(relu(add(matmul(x, w1), b1)), w2), b2);
  const loss = crossEntropy(logits, graph.input('y', [32], 'int32'));
  const { instructions } = compile({ outputs: { loss }, updates: adam(loss, [w1, b1, w2, b2], { learningRate: 0.1 }) });
  const renewed = instructions.map(({ writes }) => writes.flatMap(({ place }) => (place.kind === 'state' ? [place.name] : [])));
  expect(renewed.filter((names) => names.length > 0).map((names) => names.at(-1))).toEqual(
    expect.arrayContaining(['adam.step', 'w1', 'b1', 'w2', 'b2']),
  );
  expect(renewed.filter((names) => names.length === 3)).toHaveLength(4);
  expect(instructions).toHaveLength(9);
});

test('updates of all small parameters are one kernel; those of large ones have kernels of their own', () => {
  const graph = new Graph();
  const parameters = [[300, 100], [100], [100, 10], [10]].map((shape, i) => graph.parameter(`w${i}`, of(...shape)));
  const speeds = parameters.map(({ shape }, i) => graph.state(`v${i}`, of(...(shape as number[]))));
  const gradients = parameters.map(({ shape }, i) => graph.input(`g${i}`, shape));
  const updates = parameters.flatMap((state, i) => {
    const speed = add(mul(0.9, speeds[i]!), gradients[i]!);
    return [
      { state: speeds[i]!, value: speed },
      { state, value: sub(state, mul(0.1, speed)) },
    ];
  });
  const { instructions } = compile({ outputs: {}, updates });
  expect(instructions.map(({ writes }) => writes.map(({ node }) => node.shape.join('×')))).toEqual([
    ['300×100', '300×100'],
    ['100', '100', '100×10', '100×10', '10', '10'],
  ]);
});

test('a concatenation computes its parts where they go, each in a loop of its own', () => {
  const x = new Graph().input('x', [64, 32]);
  const { instructions } = compile({ outputs: { y: concat([tanh(x), exp(mul(x, x))], { axis: 1 }) } });
  const [kernel] = instructions.map((instruction) => (instruction.kind === 'kernel' ? instruction.kernel.key : ''));
  expect(instructions).toHaveLength(1);
  expect(kernel).toBe(`float32 float32
for %0 < 64 parallel
 %1 = mul %0 32 int32
 %2 = mul %0 64 int32
 for %3 < 32 parallel
  %4 = add %1 %3 int32
  %5 = #0[%4]
  %6 = tanh %5 float32
  %7 = add %2 %3 int32
  #1[%7] = %6
for %8 < 64 parallel
 %9 = mul %8 32 int32
 %10 = mul %8 64 int32
 for %11 < 32 parallel
  %12 = add %9 %11 int32
  %13 = #0[%12]
  %14 = mul %13 %13 float32
  %15 = exp %14 float32
  %16 = add %10 %11 int32
  #1[%16 + 32] = %15`);
});
