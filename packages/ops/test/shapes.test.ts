import { Graph, type Node } from '@tapegrad/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as ops from '../src/index.js';
import { checkDerivatives, spread, valuesOf } from './derivatives.js';

const graph = new Graph();
const counting = (...shape: number[]): Node => {
  const count = shape.reduce((a, b) => a * b, 1);
  return ops.reshape(
    graph.constant(
      Array.from({ length: count }, (_, i) => i),
      'int32',
    ),
    shape,
  );
};
const shown = (node: Node) => [node.shape, valuesOf(node)];

describe('movement', () => {
  it('transposes, also by names of axes from the back', () => {
    expect(shown(ops.transpose(counting(2, 3)))).toEqual([
      [3, 2],
      [0, 3, 1, 4, 2, 5],
    ]);
    expect(ops.transpose(counting(2, 3, 4), [-1, 0, 1]).shape).toEqual([4, 2, 3]);
    expect(ops.transpose(counting(2, 3), [0, 1])).toBe(counting(2, 3));
  });

  it('reshapes, squeezes and unsqueezes', () => {
    expect(ops.reshape(counting(2, 6), [3, -1]).shape).toEqual([3, 4]);
    expect(ops.squeeze(counting(1, 3, 1)).shape).toEqual([3]);
    expect(ops.squeeze(counting(1, 3, 1), { axis: -1 }).shape).toEqual([1, 3]);
    expect(ops.unsqueeze(counting(2, 3), { axis: -1 }).shape).toEqual([2, 3, 1]);
    expect(ops.unsqueeze(counting(2, 3), { axis: 0 }).shape).toEqual([1, 2, 3]);
  });

  it('slices as Python does', () => {
    const bound = fc.option(fc.integer({ min: -8, max: 8 }), { nil: null });
    const step = fc.integer({ min: -3, max: 3 }).filter((n) => n !== 0);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6 }), bound, bound, step, (n, start, stop, by) => {
        const sliced = ops.slice(counting(n), [[start, stop, by]]);
        const wanted = pythonSlice(n, start, stop, by);
        expect(sliced.shape).toEqual([wanted.length]);
        expect(valuesOf(sliced)).toEqual(wanted);
      }),
    );
  });

  it('embeds what it slices', () => {
    const x = graph.constant([1, 2, 3], 'int32');
    expect(valuesOf(ops.embed(x, { start: [0], step: [2], shape: [6] }))).toEqual([1, 0, 2, 0, 3, 0]);
    expect(valuesOf(ops.embed(x, { start: [5], step: [-2], shape: [6] }))).toEqual([0, 3, 0, 2, 0, 1]);
    expect(valuesOf(ops.embed(counting(0), { start: [0], step: [1], shape: [2] }))).toEqual([0, 0]);
  });

  it('flips', () => {
    expect(valuesOf(ops.flip(counting(2, 3)))).toEqual([5, 4, 3, 2, 1, 0]);
    expect(valuesOf(ops.flip(counting(2, 3), { axis: -1 }))).toEqual([2, 1, 0, 5, 4, 3]);
    expect(ops.flip(counting(0, 3)).shape).toEqual([0, 3]);
  });

  it('rolls', () => {
    expect(valuesOf(ops.roll(counting(5), 2))).toEqual([3, 4, 0, 1, 2]);
    expect(valuesOf(ops.roll(counting(5), -7))).toEqual([2, 3, 4, 0, 1]);
    expect(valuesOf(ops.roll(counting(2, 3), 1))).toEqual([5, 0, 1, 2, 3, 4]);
    expect(valuesOf(ops.roll(counting(2, 3), 1, { axis: [0, -1] }))).toEqual([5, 3, 4, 2, 0, 1]);
    expect(valuesOf(ops.roll(counting(2, 3), [1, -2], { axis: [1, 1] }))).toEqual([1, 2, 0, 4, 5, 3]);
    expect(ops.roll(counting(2, 3), [1, -1], { axis: [1, 1] })).toBe(counting(2, 3));
    expect(ops.roll(counting(0, 3), 5, { axis: 0 }).shape).toEqual([0, 3]);
    expect(valuesOf(ops.roll(graph.constant(7), 3))).toEqual([7]);
  });

  it('concatenates, stacks and splits', () => {
    expect(shown(ops.concat([counting(2, 1), counting(2, 0), counting(2, 2)], { axis: 1 }))).toEqual([
      [2, 3],
      [0, 0, 1, 1, 2, 3],
    ]);
    expect(shown(ops.stack([counting(2), ops.neg(counting(2))], { axis: -1 }))).toEqual([
      [2, 2],
      [0, 0, 1, -1],
    ]);
    expect(ops.split(counting(5), [2, 3]).map((x) => valuesOf(x))).toEqual([
      [0, 1],
      [2, 3, 4],
    ]);
    expect(ops.split(counting(2, 4), 2, { axis: 1 }).map((x) => x.shape)).toEqual([
      [2, 2],
      [2, 2],
    ]);
    expect(ops.concat([[1, 2], [3]].map((row) => graph.constant(row))).dtype).toBe('float32');
  });

  it('concatenates long lists in a tree', () => {
    const pieces = Array.from({ length: 100 }, (_, i) => graph.constant([i], 'int32'));
    expect(valuesOf(ops.concat(pieces))).toEqual(pieces.map((_, i) => i));
  });

  it('keeps the sign of zero and NaN when it concatenates', () => {
    const [negative, nan] = valuesOf(ops.concat([graph.constant([-0]), graph.constant([NaN])]));
    expect([Object.is(negative, -0), nan]).toEqual([true, NaN]);
  });

  it('pads by a constant, mirrored and repeated', () => {
    const x = counting(3);
    expect(valuesOf(ops.pad(x, [[1, 2]]))).toEqual([0, 0, 1, 2, 0, 0]);
    expect(valuesOf(ops.pad(x, [[1, 2]], { value: 9 }))).toEqual([9, 0, 1, 2, 9, 9]);
    expect(valuesOf(ops.pad(x, [[2, 1]], { mode: 'reflect' }))).toEqual([2, 1, 0, 1, 2, 1]);
    expect(valuesOf(ops.pad(x, [[2, 1]], { mode: 'replicate' }))).toEqual([0, 0, 0, 1, 2, 2]);
    expect(
      shown(
        ops.pad(counting(1, 2), [
          [1, 0],
          [0, 1],
        ]),
      ),
    ).toEqual([
      [2, 3],
      [0, 0, 0, 0, 1, 0],
    ]);
  });

  it('tiles and repeats', () => {
    expect(valuesOf(ops.tile(counting(2), [2]))).toEqual([0, 1, 0, 1]);
    expect(shown(ops.tile(counting(2), [2, 1]))).toEqual([
      [2, 2],
      [0, 1, 0, 1],
    ]);
    expect(shown(ops.repeat(counting(2, 2), 2, { axis: 1 }))).toEqual([
      [2, 4],
      [0, 0, 1, 1, 2, 2, 3, 3],
    ]);
  });

  it('counts and marks', () => {
    expect(valuesOf(ops.oneHot(graph.constant([1, 3, -1], 'int32'), 3))).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0]);
    expect(() => ops.iota([2])).toThrow('iota: no node among its operands. Call it as a method of a graph: graph.iota(…).');
  });

  it('takes named dims', () => {
    const named = new Graph();
    const x = named.input('x', ['batch', 4], 'int32');
    expect(`${ops.slice(x, [[1, -1]]).shape}`).toBe('batch - 2,4');
    expect(`${ops.slice(x, [[null, null, 2]]).shape}`).toBe('floor((batch + 1)/2),4');
    expect(`${ops.concat([x, x]).shape}`).toBe('2*batch,4');
    expect(`${ops.reshape(x, [-1]).shape}`).toBe('4*batch');
    expect(`${ops.tile(x, [3, 1]).shape}`).toBe('3*batch,4');
    const feeds = { x: [1, 2, 3].map((row) => [row, row, row, row]) };
    const column = ops.slice(x, [[], [0, 1]]);
    expect(valuesOf(ops.flip(column, { axis: 0 }), feeds)).toEqual([3, 2, 1]);
    expect(valuesOf(ops.roll(column, 4, { axis: 0 }), feeds)).toEqual([3, 1, 2]);
    expect(valuesOf(ops.slice(column, [[1, -1]]), feeds)).toEqual([2]);
    expect(valuesOf(ops.slice(column, [[null, null, -2]]), feeds)).toEqual([3, 1]);
    expect(
      valuesOf(
        ops.pad(
          column,
          [
            [1, 1],
            [0, 0],
          ],
          { mode: 'reflect' },
        ),
        feeds,
      ),
    ).toEqual([2, 1, 2, 3, 2]);
    expect(valuesOf(ops.concat([column, ops.neg(column)]), feeds)).toEqual([1, 2, 3, -1, -2, -3]);
  });
});

describe('movement, differentiated', () => {
  const x = spread([3, 4], [-2, 2]);
  const y = spread([3, 2], [-2, 2], 12);
  it.each<[string, (...x: Node[]) => Node]>([
    ['transpose', (a) => ops.square(ops.transpose(a!))],
    ['reshape', (a) => ops.square(ops.reshape(a!, [2, -1]))],
    ['roll', (a) => ops.square(ops.roll(a!, [1, -3], { axis: [0, 1] }))],
    [
      'slice',
      (a) =>
        ops.square(
          ops.slice(a!, [
            [2, null, -2],
            [1, 4, 2],
          ]),
        ),
    ],
    ['embed', (a) => ops.square(ops.embed(a!, { start: [4, 0], step: [-2, 1], shape: [5, 4] }))],
    ['flip', (a) => ops.square(ops.flip(a!))],
    [
      'pad',
      (a) =>
        ops.square(
          ops.pad(
            a!,
            [
              [1, 0],
              [0, 2],
            ],
            { value: 3 },
          ),
        ),
    ],
    [
      'pad reflect',
      (a) =>
        ops.square(
          ops.pad(
            a!,
            [
              [1, 0],
              [0, 2],
            ],
            { mode: 'reflect' },
          ),
        ),
    ],
    [
      'pad replicate',
      (a) =>
        ops.square(
          ops.pad(
            a!,
            [
              [1, 0],
              [0, 2],
            ],
            { mode: 'replicate' },
          ),
        ),
    ],
    ['tile', (a) => ops.square(ops.tile(a!, [2, 1, 2]))],
    ['repeat', (a) => ops.square(ops.repeat(a!, 2, { axis: 1 }))],
    ['split', (a) => ops.mul(...(ops.split(a!, 2, { axis: 1 }) as [Node, Node]))],
  ])('%s', (_name, call) => {
    checkDerivatives(call, [x]);
  });
  it('concat', () => {
    checkDerivatives((a, b) => ops.square(ops.concat([a!, b!, a!], { axis: 1 })), [x, y]);
  });
});

describe('movement refuses', () => {
  it.each([
    [() => ops.transpose(counting(2, 3), [0, 0]), 'transpose: axes [0, 0] do not reorder [2, 3]. Name each of its 2 axes once.'],
    [() => ops.reshape(counting(2, 3), [4, -1]), 'reshape: [2, 3] does not fit [4, -1]: 6 is no multiple of 4.'],
    [() => ops.squeeze(counting(2, 1), { axis: 0 }), 'squeeze: axis 0 of [2, 1] has size 2; only axes of size 1 can be dropped.'],
    [() => ops.slice(counting(2), [[0], [0]]), 'slice: 2 ranges for [2]: give at most one per axis.'],
    [() => ops.slice(counting(2), [[0, 1, 0]]), 'slice: axis 0 has step 0; a step is a whole number other than 0.'],
    [
      () => ops.embed(counting(3), { start: [1], step: [2], shape: [5] }),
      'embed: 3 elements from 1 by 2 do not lie within axis 0 of [5].',
    ],
    [() => ops.concat([]), 'concat: an empty list; give at least one.'],
    [() => ops.concat([counting(2, 3), counting(3, 3)], { axis: 1 }), 'concat: shapes [2, 3] and [3, 3] differ beside axis 1.'],
    [() => ops.stack([counting(2), counting(3)]), 'stack: shapes [2] and [3] differ.'],
    [() => ops.split(counting(5), [2, 2]), 'split: sizes [2, 2] do not add up to the 5 elements of [5].'],
    [() => ops.split(counting(5), 2), 'split: 2 equal parts do not come from 5 elements of [5].'],
    [
      () => ops.pad(counting(2, 2), [[1, 1]]),
      'pad: pads [[1,1]] for [2, 2]: give one [before, after] per axis, whole numbers of at least 0.',
    ],
    [() => ops.pad(counting(2), [[2, 0]], { mode: 'reflect' }), 'pad: axis 0 of [2] cannot reflect 2; at most its size less 1.'],
    [() => ops.roll(counting(2), [1, 2], { axis: 0 }), 'roll: shifts [1, 2] for axes [0]: give one whole number for each.'],
    [() => ops.roll(counting(2), 1, { axis: 1 }), 'roll: there is no axis 1 in rank 1: axes go from -1 to 0.'],
    [() => ops.tile(counting(2), [-1]), 'tile: counts [-1]; give whole numbers of at least 0.'],
  ])('%#', (call, message) => {
    expect(call).toThrow(message);
  });

  it('a slice that a named axis turns out not to hold', () => {
    const x = new Graph().input('x', ['n']);
    expect(() => valuesOf(ops.slice(x, [[0, 5]]), { x: [1, 2] })).toThrow(
      'slice: 5 elements from 0 by 1 do not lie within axis 0 of [2].',
    );
  });
});

function pythonSlice(n: number, start: number | null, stop: number | null, step: number): number[] {
  const clamp = (bound: number) => {
    const at = bound < 0 ? bound + n : bound;
    return step > 0 ? Math.min(Math.max(at, 0), n) : Math.min(Math.max(at, -1), n - 1);
  };
  const from = start === null ? (step > 0 ? 0 : n - 1) : clamp(start);
  const to = stop === null ? (step > 0 ? n : -1) : clamp(stop);
  const out: number[] = [];
  for (let i = from; step > 0 ? i < to : i > to; i += step) out.push(i);
  return out;
}

it('ops made of several know the line of their user', () => {
  const x = counting(4);
  const sites = [ops.pad(x, [[1, 1]]), ops.tile(x, [2]), ops.repeat(x, 2), ops.oneHot(x, 4), ops.split(x, 2)[1]!];
  for (const node of sites) expect(node.origin.site?.location).toMatch(/^shapes\.test\.ts:\d+$/);
  expect(() => ops.split(x, 3)).toThrow(/shapes\.test\.ts:\d+\)$/);
});
