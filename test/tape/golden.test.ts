import { Graph, grad, type Node, type Update } from '@tapegrad/core';
import { add, conv2d, crossEntropy, matmul, maxPool2d, mean, mul, relu, square, sub, sum } from '@tapegrad/ops';
import { expect, test } from 'vitest';
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
    "tape: 12 instructions, 12 distinct kernels, 13,319,797 flops, 1,555,964 bytes moved, 134,656 of scratch, 407,080 of state
    input x: @0 float32 [32, 784]
    input y: @100352 int32 [32]
    state w1: float32 [784, 128], updated
    state b1: float32 [128], updated
    state w2: float32 [128, 10], updated
    state b2: float32 [10], updated
     0  kernel contract.14 add.15 relu.16: x, w1, b1 → @100480 float32 [32, 128]; 518,656 bytes, 6,430,720 flops
     1  kernel contract.17 add.18: @100480, w2, b2 → @116864 float32 [32, 10]; 22,824 bytes, 82,240 flops
     2  kernel max.19 eq.27 sub.86 where.119 sum.120: @116864, y → @118144 float32 [32], @118272 float32 [32]; 1,664 bytes, 1,600 flops
     3  kernel sub.86 exp.87: @116864, @118144 → @116864 float32 [32, 10]; 2,688 bytes, 640 flops
     4  kernel ge.32 lt.34 and.35 sum.88 where.94 reciprocal.96 mul.97 log.121 sub.122 where.123: @116864, y, @118272 → @118272 float32 [32], @118144 float32 [32]; 1,792 bytes, 608 flops
     5  kernel eq.27 ge.32 lt.34 and.35 where.94 neg.95 mul.100 where.103 add.104: @118272, @116864, y → @116864 float32 [32, 10]; 2,816 bytes, 1,440 flops
     6  kernel le.55 contract.105 where.107: @116864, w2, @100480 → @118272 float32 [32, 128]; 39,168 bytes, 90,112 flops
     7  kernel contract.106 mul.115 sub.116: @100480, @116864, w2 → w2 float32 [128, 10]; 27,904 bytes, 84,480 flops
     8  kernel contract.108 mul.111 sub.112: x, @118272, w1 → w1 float32 [784, 128]; 919,552 bytes, 6,623,232 flops
     9  kernel sum.109 mul.117 sub.118: @116864, b2 → b2 float32 [10]; 1,360 bytes, 340 flops
    10  kernel sum.110 mul.113 sub.114: @118272, b1 → b1 float32 [128]; 17,408 bytes, 4,352 flops
    11  kernel sum.124 div.125: @118144 → @118272 float32 []; 132 bytes, 33 flops
    output loss: @118272 float32 []"
  `);
});

test('cross-entropy, forward and backward', () => {
  const graph = new Graph({ dtype: 'float64' });
  const logits = graph.input('logits', [4, 10]);
  const labels = graph.input('labels', [4], 'int32');
  const loss = crossEntropy(logits, labels);
  expect(textOfTape(compile({ outputs: { loss, gradient: grad(loss, logits) } }))).toMatchInlineSnapshot(`
    "tape: 5 instructions, 5 distinct kernels, 541 flops, 2,232 bytes moved, 832 of scratch, 0 of state
    input logits: @0 float64 [4, 10]
    input labels: @320 int32 [4]
    0  kernel max.3 eq.11 sub.50 where.69 sum.70: logits, labels → @384 float64 [4], @448 float64 [4]; 400 bytes, 200 flops
    1  kernel sub.50 exp.51: logits, @384 → @512 float64 [4, 10]; 672 bytes, 80 flops
    2  kernel ge.16 lt.18 and.19 sum.52 where.58 reciprocal.60 mul.61 log.71 sub.72 where.73: @512, labels, @448 → @448 float64 [4], @384 float64 [4]; 432 bytes, 76 flops
    3  kernel eq.11 ge.16 lt.18 and.19 where.58 neg.59 mul.64 where.67 add.68: @448, @512, labels → @512 float64 [4, 10]; 688 bytes, 180 flops
    4  kernel sum.74 div.75: @384 → @448 float64 []; 40 bytes, 5 flops
    output loss: @448 float64 []
    output gradient: @512 float64 [4, 10]"
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
    "tape: 6 instructions, 6 distinct kernels, 1,210,577 flops, 778,212 bytes moved, 276,032 of scratch, 160 of state
    input x: @0 float32 [8, 1, 28, 28]
    state w: float32 [4, 1, 3, 3], updated
    state b: float32 [4], updated
    0  kernel convolve.13 add.15 relu.16: x, w, b → @25088 float32 [8, 4, 28, 28]; 125,600 bytes, 501,760 flops
    1  kernel max.18 mul.24 lt.28 where.31 sum.32 mul.64 div.65: @25088 → @125440 float32 [8, 4, 14, 14], @150528 float32 [8, 4, 14, 14]; 150,528 bytes, 119,168 flops
    2  kernel square.56 sum.57 div.58: @125440 → @175616 float32 []; 25,092 bytes, 12,545 flops
    3  kernel lt.28 le.39 where.68 unwindows.69 where.70: @25088, @125440, @150528 → @175680 float32 [8, 4, 28, 28]; 250,880 bytes, 100,352 flops
    4  kernel convolve.73 mul.79 sub.80: x, @175680, w → w float32 [4, 1, 3, 3]; 125,728 bytes, 451,656 flops
    5  kernel sum.76 mul.81 sub.82: @175680, b → b float32 [4]; 100,384 bytes, 25,096 flops
    output loss: @175616 float32 []"
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
