import { Graph, type Node } from '@tapegrad/core';
import { describe, expect, it } from 'vitest';
import * as ops from '../src/index.js';
import { checkDerivatives, expectClose, spread, valuesOf } from './derivatives.js';

const graph = new Graph({ dtype: 'float64' });
const picture = graph.constant([
  [1, 2],
  [3, 5],
]);

describe('upsampling', () => {
  it('repeats the nearest element', () => {
    expect(valuesOf(ops.upsampleNearest2d(picture, { scale: [1, 2] }))).toEqual([1, 1, 2, 2, 3, 3, 5, 5]);
    expect(valuesOf(ops.upsampleNearest2d(picture, { scale: [1, 1.5] }))).toEqual([1, 1, 2, 3, 3, 5]);
    expect(valuesOf(ops.upsampleNearest2d(graph.constant([[1, 2, 3, 4]]), { scale: [1, 0.5] }))).toEqual([1, 3]);
  });

  it('interpolates between element centres', () => {
    const across = [1, 1.25, 1.75, 2, 3, 3.5, 4.5, 5];
    expectClose(valuesOf(ops.upsampleBilinear2d(picture, { scale: [1, 2] })), across, 'across', 1e-15);
    const down = [1, 2, 1.5, 2.75, 2.5, 4.25, 3, 5];
    expectClose(valuesOf(ops.upsampleBilinear2d(picture, { scale: [2, 1] })), down, 'down', 1e-15);
    const half = ops.upsampleBilinear2d(graph.constant([[1, 2, 4, 8]]), { scale: [1, 0.5] });
    expectClose(valuesOf(half), [1.5, 6], 'half', 1e-15);
    expectClose(valuesOf(ops.upsampleBilinear2d(picture, { scale: 3 })).slice(0, 6), [1, 1, 4 / 3, 5 / 3, 2, 2], 'thirds', 1e-15);
  });

  it.each<[string, (x: Node) => Node]>([
    ['nearest', (x) => ops.upsampleNearest2d(x, { scale: 2 })],
    ['nearest by 1.5', (x) => ops.upsampleNearest2d(x, { scale: [1.5, 2] })],
    ['bilinear', (x) => ops.upsampleBilinear2d(x, { scale: [2, 3] })],
    ['bilinear by 1.5', (x) => ops.upsampleBilinear2d(x, { scale: 1.5 })],
  ])('%s has its derivatives', (_name, call) => {
    checkDerivatives((x) => ops.square(call(x!)), [spread([2, 1, 3, 2], [-2, 2])]);
  });

  it('takes named batches, and refuses what has no picture', () => {
    expect(`${ops.upsampleBilinear2d(graph.input('x', ['batch', 3, 4, 5]), { scale: 2 }).shape}`).toBe('batch,3,8,10');
    expect(() => ops.upsampleNearest2d(graph.input('y', [4]), { scale: 2 })).toThrow(
      'upsampleNearest2d: takes […, height, width] of at least one element each, not [4].',
    );
    expect(() => ops.upsampleBilinear2d(picture, { scale: 0 })).toThrow(
      'upsampleBilinear2d: scale is [0, 0]; it takes one number above 0, or two, one for each axis.',
    );
  });
});
