import { Graph, grad, type Node, ShapeError, sum } from '@tapegrad/core';
import { describe, expect, it } from 'vitest';
import {
  type ConvolutionOptions,
  conv1d,
  conv2d,
  conv3d,
  convolve,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  mul,
  pad,
} from '../src/index.js';
import { type Argument, checkDerivatives, expectClose, inputsOf, spread, valuesOf } from './derivatives.js';

interface Relation {
  readonly stride: number;
  readonly dilation: number;
  readonly spacing: number;
  readonly offset: number;
}

/** One spatial axis, straight from the definition. */
function convolveByLoops(x: Argument, w: Argument, relation: Relation, size: number): number[] {
  const [groups, m, channels, inputs] = x.shape as [number, number, number, number];
  const [, n, , kernels] = w.shape as [number, number, number, number];
  const { stride, dilation, spacing, offset } = relation;
  const result: number[] = [];
  for (let g = 0; g < groups; g++)
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++)
        for (let q = 0; q < size; q++) {
          let total = 0;
          for (let c = 0; c < channels; c++)
            for (let k = 0; k < kernels; k++)
              for (let p = 0; p < inputs; p++) {
                if (stride * q + dilation * k !== spacing * p + offset) continue;
                total += x.data[((g * m + i) * channels + c) * inputs + p]! * w.data[((g * n + j) * channels + c) * kernels + k]!;
              }
          result.push(total);
        }
  return result;
}

const range = [-1, 1] as const;
const some = (...shapes: number[][]): Argument[] => shapes.map((shape, i) => spread(shape, range, 11 * i));

const relations: Relation[] = [1, 2, 3, -1].flatMap((stride) =>
  [1, 2, -2].flatMap((dilation) =>
    [1, 2, 3, -2].flatMap((spacing) => [-3, 0, 2].map((offset) => ({ stride, dilation, spacing, offset }))),
  ),
);

describe('convolve', () => {
  it('follows its relation for every sign and factor', () => {
    const [x, w] = some([1, 2, 2, 7], [1, 3, 2, 3]) as [Argument, Argument];
    const { inputs, feeds } = inputsOf([x, w]);
    for (const relation of relations) {
      for (const size of [0, 1, 5]) {
        const y = convolve(inputs[0]!, inputs[1]!, { relations: [relation], sizes: [size] });
        expectClose(valuesOf(y, feeds), convolveByLoops(x, w, relation, size), JSON.stringify({ relation, size }), 1e-12);
      }
    }
  });

  it.each([
    { stride: 1, dilation: 1, spacing: 1, offset: 1 },
    { stride: 2, dilation: 1, spacing: 1, offset: 0 },
    { stride: 2, dilation: 3, spacing: 1, offset: 2 },
    { stride: 1, dilation: -1, spacing: 2, offset: -1 },
    { stride: 3, dilation: 2, spacing: 2, offset: 1 },
    { stride: -1, dilation: 2, spacing: 3, offset: -2 },
  ])('has derivatives to third order under %j', (relation) => {
    const operands = some([2, 2, 2, 5], [2, 2, 2, 3]);
    const call = (x: Node, w: Node) => convolve(x, w, { relations: [relation], sizes: [4] });
    checkDerivatives(call, operands);
    checkDerivatives((x, w) => {
      const y = call(x, w);
      return mul(grad(sum(mul(y, mul(y, y))), w), sum(x));
    }, operands);
  });

  it('takes a named batch', () => {
    const graph = new Graph();
    const relation = { stride: 1, dilation: 1, spacing: 1, offset: 0 };
    const y = convolve(graph.input('x', [1, 'batch', 3, 5]), graph.input('w', [1, 4, 3, 2]), {
      relations: [relation],
      sizes: [4],
    });
    expect(y.shape.join()).toBe('1,batch,4,4');
  });

  it('refuses operands that do not fit', () => {
    const graph = new Graph();
    const options = { relations: [{ stride: 1, dilation: 1, spacing: 1, offset: 0 }], sizes: [4] };
    const x = graph.input('x', [1, 2, 3, 5]);
    expect(() => convolve(x, graph.input('a', [1, 4, 2, 2]), options)).toThrow(
      'convolve: channels differ: [1, 2, 3, 5] has 3, [1, 4, 2, 2] has 2.',
    );
    expect(() => convolve(x, graph.input('b', [1, 4, 2]), options)).toThrow(
      'convolve: with 1 spatial axes it takes operands of 4 axes, not [1, 2, 3, 5] and [1, 4, 2].',
    );
    expect(() => convolve(graph.input('c', [1, 2, 3, 'width']), graph.input('d', [1, 4, 3, 2]), options)).toThrow(
      "convolve: needs a number where 'width' is given. Give this axis a fixed size.",
    );
  });
});

/** A convolution of images by loops, groups and all. */
function conv2dByLoops(
  x: Argument,
  w: Argument,
  o: Required<Pick<ConvolutionOptions, 'groups'>> & Record<'s' | 'p' | 'd', [number, number]>,
) {
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const [outputs, inner, rows, columns] = w.shape as [number, number, number, number];
  const places = (size: number, kernel: number, i: 0 | 1) =>
    Math.floor((size + 2 * o.p[i] - o.d[i] * (kernel - 1) - 1) / o.s[i]) + 1;
  const [down, across] = [places(height, rows, 0), places(width, columns, 1)];
  const result: number[] = [];
  for (let b = 0; b < batch; b++)
    for (let n = 0; n < outputs; n++)
      for (let i = 0; i < down; i++)
        for (let j = 0; j < across; j++) {
          let total = 0;
          for (let c = 0; c < inner; c++)
            for (let r = 0; r < rows; r++)
              for (let q = 0; q < columns; q++) {
                const y = i * o.s[0] + r * o.d[0] - o.p[0];
                const z = j * o.s[1] + q * o.d[1] - o.p[1];
                if (y < 0 || y >= height || z < 0 || z >= width) continue;
                const channel = Math.floor(n / (outputs / o.groups)) * inner + c;
                total +=
                  x.data[((b * channels + channel) * height + y) * width + z]! *
                  w.data[((n * inner + c) * rows + r) * columns + q]!;
              }
          result.push(total);
        }
  return result;
}

describe('convolutions', () => {
  it.each([
    { s: [1, 1], p: [0, 0], d: [1, 1], groups: 1 },
    { s: [2, 1], p: [1, 2], d: [1, 1], groups: 1 },
    { s: [1, 2], p: [2, 0], d: [2, 1], groups: 2 },
    { s: [3, 3], p: [1, 1], d: [1, 2], groups: 4 },
  ] as const)('conv2d agrees with loops under %j', ({ s, p, d, groups }) => {
    const operands = some([2, 4, 6, 5], [4, 4 / groups, 3, 2]);
    const { inputs, feeds } = inputsOf(operands);
    const y = conv2d(inputs[0]!, inputs[1]!, { stride: s, padding: p, dilation: d, groups });
    const wanted = conv2dByLoops(operands[0]!, operands[1]!, { s: [...s], p: [...p], d: [...d], groups });
    expectClose(valuesOf(y, feeds), wanted, 'conv2d', 1e-12);
  });

  it('adds a bias to each output channel', () => {
    const { inputs, feeds } = inputsOf(some([1, 2, 4], [3, 2, 2], [3]));
    const [x, w, b] = inputs as [Node, Node, Node];
    const [bare, biased] = [valuesOf(conv1d(x, w), feeds), valuesOf(conv1d(x, w, b), feeds)];
    expectClose(
      biased,
      bare.map((value, i) => value + feeds.c![Math.floor(i / 3)]!),
      'bias',
      1e-12,
    );
  });

  it.each([
    [5, 3, 1, 1],
    [5, 4, 1, 1],
    [5, 3, 2, 1],
    [6, 3, 2, 1],
    [7, 2, 3, 2],
  ])('pads %d by a kernel of %d, stride %d, dilation %d to the same size', (length, kernel, stride, dilation) => {
    const { inputs, feeds } = inputsOf(some([1, 1, length], [1, 1, kernel]));
    const [x, w] = inputs as [Node, Node];
    const y = conv1d(x, w, { stride, dilation, padding: 'same' });
    const places = Math.ceil(length / stride);
    expect(y.shape).toEqual([1, 1, places]);
    const total = Math.max((places - 1) * stride + dilation * (kernel - 1) + 1 - length, 0);
    const before = Math.floor(total / 2);
    const wide = pad(x, [
      [0, 0],
      [0, 0],
      [before, total - before],
    ]);
    expectClose(valuesOf(y, feeds), valuesOf(conv1d(wide, w, { stride, dilation }), feeds), 'same', 1e-12);
  });

  it('has derivatives in one, two and three dimensions', () => {
    checkDerivatives((x, w, b) => conv1d(x, w, b, { padding: 1, stride: 2 }), some([2, 2, 5], [2, 2, 3], [2]));
    checkDerivatives((x, w) => conv2d(x, w, { padding: 'same', groups: 2 }), some([1, 2, 3, 3], [2, 1, 2, 2]));
    checkDerivatives((x, w) => conv3d(x, w, { padding: [0, 1, 0] }), some([1, 1, 2, 2, 2], [1, 1, 2, 2, 1]));
  });

  it.each([
    { stride: 1 },
    { stride: 2, padding: 1 },
    { stride: 3, padding: 1, outputPadding: 2 },
    { stride: 2, dilation: 2, groups: 2, outputPadding: 1 },
    { stride: 2, dilation: 3, padding: 2 },
  ])('a transposed convolution is the adjoint under %j', ({ outputPadding = 0, ...options }) => {
    const groups = options.groups ?? 1;
    const { inputs, feeds } = inputsOf(some([2, 4, 3], [4, 2 / groups, 3]));
    const [y, w] = inputs as [Node, Node];
    const back = convTranspose1d(y, w, { ...options, outputPadding });
    const x = y.graph.input('x', back.shape);
    const forward = conv1d(x, w, options);
    expect(forward.shape).toEqual(y.shape);
    const all = { ...feeds, x: Float64Array.from(spread(back.shape as number[], range, 5).data) };
    expectClose(valuesOf(sum(mul(forward, y)), all), valuesOf(sum(mul(x, back)), all), 'adjoint', 1e-12);
  });

  it('transposed convolutions have derivatives', () => {
    checkDerivatives((x, w, b) => convTranspose1d(x, w, b, { stride: 2 }), some([1, 2, 3], [2, 2, 2], [2]));
    checkDerivatives(
      (x, w) => convTranspose2d(x, w, { stride: [2, 1], padding: [1, 0], outputPadding: [1, 0] }),
      some([1, 2, 2, 2], [2, 1, 3, 2]),
    );
    checkDerivatives((x, w) => convTranspose3d(x, w), some([1, 1, 2, 1, 2], [1, 1, 1, 2, 2]));
  });

  it('stays one node of its own name', () => {
    const graph = new Graph();
    const y = conv2d(graph.input('x', ['batch', 3, 28, 28]), graph.input('w', [16, 3, 3, 3]), { stride: 2, padding: 1 });
    expect(y.toString()).toBe('%2 = conv2d(%0, %1, stride: 2, padding: 1) float32 [batch, 16, 14, 14]');
  });

  it('refuses what does not fit', () => {
    const graph = new Graph();
    const x = graph.input('x', [1, 3, 5, 5]);
    const w = graph.input('w', [8, 3, 7, 7]);
    expect(() => conv2d(x, w)).toThrow(ShapeError);
    expect(() => conv2d(x, w)).toThrow(
      'conv2d: a kernel that reaches over 7 does not fit 5 elements and 0 of padding. Pad more, or use a smaller kernel.',
    );
    expect(() => conv2d(x, w, { stride: [1, 2, 3] })).toThrow(
      'conv2d: stride is [1, 2, 3]; it takes one number, or 2, one for each spatial axis.',
    );
    expect(() => conv2d(x, w, { stride: 0 })).toThrow('conv2d: stride is 0; it must be a whole number of at least 1.');
    expect(() => conv2d(x, graph.input('v', [8, 2, 3, 3]))).toThrow(
      'conv2d: the kernel [8, 2, 3, 3] takes 2 channels, but each of 1 groups of [1, 3, 5, 5] has 3.',
    );
    expect(() => conv2d(x, graph.input('u', [8, 1, 3, 3]), { groups: 2 })).toThrow(
      'conv2d: 3 channels are not divisible by 2 groups.',
    );
    expect(() => conv2d(x, graph.input('t', [8, 3, 3]))).toThrow(
      'conv2d: takes an input and a kernel of 4 axes, not [1, 3, 5, 5] and [8, 3, 3].',
    );
    expect(() => conv2d(x, graph.input('s', [8, 3, 3, 3]), graph.input('b', [3]))).toThrow(
      'conv2d: the bias is [3]; it must be [8], one for each output channel.',
    );
    expect(() => conv1d(graph.input('n', [1, 3, 'length']), graph.input('k', [8, 3, 3]))).toThrow(
      "conv1d: needs a number where 'length' is given. Give this axis a fixed size.",
    );
    expect(() => convTranspose2d(x, graph.input('r', [4, 8, 3, 3]))).toThrow(
      'convTranspose2d: the kernel [4, 8, 3, 3] takes 4 channels, but [1, 3, 5, 5] has 3.',
    );
    expect(() => convTranspose1d(graph.input('q', [1, 1, 1]), graph.input('p', [1, 1, 1]), { padding: 2 })).toThrow(
      'convTranspose1d: padding 2 cuts more than there is: the result would have -3 elements.',
    );
  });
});
