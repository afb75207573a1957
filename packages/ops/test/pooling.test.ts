import { Graph, grad, type Node, sum } from '@tapegrad/core';
import { describe, expect, it } from 'vitest';
import { avgPool1d, avgPool2d, avgPool3d, maxPool1d, maxPool2d, maxPool3d, mul, windows } from '../src/index.js';
import { checkDerivatives, expectClose, inputsOf, spread, valuesOf } from './derivatives.js';

const range = [-1, 1] as const;

describe('windows', () => {
  it('lays out every window, places first', () => {
    const graph = new Graph();
    const y = windows(graph.constant([1, 2, 3, 4, 5, 6]), { kernel: [3], stride: 2 });
    expect([y.shape, valuesOf(y)]).toEqual([
      [2, 3],
      [1, 2, 3, 3, 4, 5],
    ]);
    const dilated = windows(graph.constant([1, 2, 3, 4, 5, 6]), { kernel: [2], dilation: 3 });
    expect([dilated.shape, valuesOf(dilated)]).toEqual([
      [3, 2],
      [1, 4, 2, 5, 3, 6],
    ]);
  });

  it('runs over the last axes, the others may be names', () => {
    const y = windows(new Graph().input('x', ['batch', 4, 5]), { kernel: [2, 3], stride: [2, 1] });
    expect(y.shape.join()).toBe('batch,2,3,2,3');
  });

  it.each([
    [[3], 1, 1, [2, 6]],
    [[2], 3, 1, [2, 7]],
    [[3], 2, 2, [9]],
    [[2], 2, 4, [8]],
    [[2, 2], 1, 1, [3, 3]],
  ])('has derivatives with kernel %j, stride %d, dilation %d over %j', (kernel, stride, dilation, shape) => {
    const call = (x: Node) => windows(x, { kernel, stride, dilation });
    checkDerivatives(call, [spread(shape, range)]);
    checkDerivatives((x) => grad(sum(mul(call(x), mul(call(x), call(x)))), x), [spread(shape, range)]);
  });

  it('refuses a window that does not fit', () => {
    expect(() => windows(new Graph().input('x', [4]), { kernel: [3], dilation: 2 })).toThrow(
      'windows: a kernel that reaches over 5 does not fit 4 elements and 0 of padding. Pad more, or use a smaller kernel.',
    );
  });
});

/** Pools one image by loops. */
function poolByLoops(
  image: readonly number[],
  [height, width]: [number, number],
  { kernel, stride, padding }: Record<'kernel' | 'stride' | 'padding', [number, number]>,
  reduce: (held: number[], size: number) => number,
): number[] {
  const places = (size: number, i: 0 | 1) => Math.floor((size + 2 * padding[i] - kernel[i]) / stride[i]) + 1;
  const result: number[] = [];
  for (let i = 0; i < places(height, 0); i++)
    for (let j = 0; j < places(width, 1); j++) {
      const held: number[] = [];
      for (let r = 0; r < kernel[0]; r++)
        for (let c = 0; c < kernel[1]; c++) {
          const [y, x] = [i * stride[0] + r - padding[0], j * stride[1] + c - padding[1]];
          if (y >= 0 && y < height && x >= 0 && x < width) held.push(image[y * width + x]!);
        }
      result.push(reduce(held, kernel[0] * kernel[1]));
    }
  return result;
}

const total = (held: number[]) => held.reduce((a, b) => a + b, 0);

describe('pooling', () => {
  it.each([
    { kernel: [2, 2], stride: [2, 2], padding: [0, 0] },
    { kernel: [3, 2], stride: [1, 2], padding: [1, 1] },
    { kernel: [4, 3], stride: [3, 1], padding: [2, 0] },
  ] as Record<'kernel' | 'stride' | 'padding', [number, number]>[])('agrees with loops under %j', (options) => {
    const image = spread([5, 6], range);
    const { inputs, feeds } = inputsOf([image]);
    const expectPool = (y: Node, reduce: (held: number[], size: number) => number) =>
      expectClose(valuesOf(y, feeds), poolByLoops(image.data, [5, 6], options, reduce), y.op.name, 1e-12);
    expectPool(maxPool2d(inputs[0]!, options), (held) => Math.max(...held));
    expectPool(avgPool2d(inputs[0]!, options), (held, size) => total(held) / size);
    expectPool(avgPool2d(inputs[0]!, { ...options, countIncludePad: false }), (held) => total(held) / held.length);
  });

  it('has derivatives in one, two and three dimensions', () => {
    checkDerivatives((x) => maxPool1d(x, { kernel: 3, stride: 2, padding: 1 }), [spread([2, 6], range)]);
    checkDerivatives((x) => maxPool2d(x, { kernel: 2 }), [spread([1, 4, 4], range)]);
    checkDerivatives((x) => maxPool3d(x, { kernel: [1, 2, 2] }), [spread([2, 2, 4], range)]);
    checkDerivatives((x) => avgPool1d(x, { kernel: 3, stride: 1, padding: 1, countIncludePad: false }), [spread([5], range)]);
    checkDerivatives((x) => avgPool2d(x, { kernel: 2, stride: 1 }), [spread([3, 3], range)]);
    checkDerivatives((x) => avgPool3d(x, { kernel: 2 }), [spread([2, 2, 2], range)]);
  });

  it('shares the gradient of a maximum among equals, and passes NaN on', () => {
    const graph = new Graph();
    const x = graph.input('x', [4]);
    const y = maxPool1d(x, { kernel: 2 });
    expect(valuesOf(grad(sum(y), x), { x: [3, 3, 1, 2] })).toEqual([0.5, 0.5, 0, 1]);
    expect(valuesOf(y, { x: [1, NaN, 1, 2] })).toEqual([NaN, 2]);
  });

  it('takes a named batch and stays one node', () => {
    const y = maxPool2d(new Graph().input('x', ['batch', 3, 28, 28]), { kernel: 2 });
    expect(y.toString()).toBe('%1 = maxPool2d(%0, kernel: 2) float32 [batch, 3, 14, 14]');
  });

  it('refuses what does not fit', () => {
    const x = new Graph().input('x', [3, 5]);
    expect(() => maxPool1d(x, { kernel: 3, padding: 2 })).toThrow(
      'maxPool1d: padding 2 is more than half of the kernel 3: a window would hold nothing of the input.',
    );
    expect(() => avgPool2d(x, { kernel: 4 })).toThrow(
      'avgPool2d: a kernel that reaches over 4 does not fit 3 elements and 0 of padding. Pad more, or use a smaller kernel.',
    );
    expect(() => maxPool3d(x, { kernel: 2 })).toThrow('maxPool3d: takes at least 3 axes, not [3, 5].');
    expect(() => maxPool1d(x, { kernel: 1.5 })).toThrow('maxPool1d: kernel is 1.5; it must be a whole number of at least 1.');
  });
});
