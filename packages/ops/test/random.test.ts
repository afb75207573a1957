import { callOn, evaluate, Graph, general, grad, Index, type Node, sum } from '@tapegrad/core';
import { describe, expect, it } from 'vitest';
import { dropout, randomBernoulli, randomBits, randomNormal, randomUniform } from '../src/index.js';
import { philox } from '../src/philox.js';
import { valuesOf } from './derivatives.js';

/** Word `word` of Philox for a counter of four words and a key of two, in one input. */
const word = general<{ word: number }>('word', {
  shape: () => [],
  lower: (k) => {
    const [a, b, c, d, key0, key1] = Array.from({ length: 6 }, (_, i) => k.load(0, [Index.of(i)]));
    return philox([a!, b!, c!, d!], [key0!, key1!])[k.attrs.word]!;
  },
});

/** Draws on a graph of their own, with this seed. */
function drawn(draw: (graph: Graph) => Node, seed = 0, dtype: 'float32' | 'float64' = 'float32') {
  const graph = new Graph({ dtype });
  return evaluate(
    callOn(graph, () => draw(graph)),
    {},
    { seed },
  );
}

function moments(values: ArrayLike<number>): { mean: number; variance: number } {
  const all = Array.from(values);
  const mean = all.reduce((a, b) => a + b, 0) / all.length;
  return { mean, variance: all.reduce((a, b) => a + (b - mean) ** 2, 0) / all.length };
}

describe('philox', () => {
  // Known answers of Random123, the authors' library.
  it.each([
    [[0, 0, 0, 0, 0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    [Array<number>(6).fill(0xffffffff), '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    [[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0], 'd16cfe09 94fdcceb 5001e420 24126ea1'],
  ])('gives the known answer for %j', (counterAndKey, wanted) => {
    const input = new Graph().constant(counterAndKey, 'uint32');
    const words = [0, 1, 2, 3].map((i) =>
      valuesOf(word(input, { word: i }))[0]!
        .toString(16)
        .padStart(8, '0'),
    );
    expect(words.join(' ')).toBe(wanted);
  });
});

describe('randomBits', () => {
  it('starts with the known answer of counter 0 and key 0', () => {
    const bits = drawn(() => randomBits([3]));
    expect([bits.dtype, bits.data[0]]).toEqual(['uint32', 0x6627e8d5]);
    expect(new Set(bits.data).size).toBe(3);
  });

  it('is the same for the same seed and place, and else another', () => {
    const bits = (seed: number) => [...drawn(() => randomBits([4]), seed).data];
    expect(bits(7)).toEqual(bits(7));
    expect(bits(7)).not.toEqual(bits(8));
    const graph = new Graph();
    const [first, second] = callOn(graph, () => [randomBits([4]), randomBits([4])]);
    expect(first).not.toBe(second);
    expect(valuesOf(first!)).not.toEqual(valuesOf(second!));
  });

  it('takes named dims, and does not depend on how elements are laid out', () => {
    const graph = new Graph();
    const named = callOn(graph, () => randomBits(['batch', 2]));
    expect(named.shape.join()).toBe('batch,2');
    expect([...drawn(() => randomBits([2, 3])).data]).toEqual([...drawn(() => randomBits([6])).data]);
  });

  it('is called as a method', () => {
    expect(() => randomBits([2])).toThrow(
      'randomBits: no node among its operands. Call it as a method of a graph: graph.randomBits(…).',
    );
  });
});

describe.each(['float32', 'float64'] as const)('%s', (dtype) => {
  it('uniform numbers are even between their bounds', () => {
    const { data, dtype: got } = drawn(() => randomUniform([20000], { low: -1, high: 3 }), 1, dtype);
    expect(got).toBe(dtype);
    expect(data.every((value) => value >= -1 && value < 3)).toBe(true);
    const { mean, variance } = moments(data);
    expect(mean).toBeCloseTo(1, 1);
    expect(variance).toBeCloseTo(16 / 12, 1);
    const fine = drawn(() => randomUniform([1000]), 1, dtype).data;
    const grid = dtype === 'float32' ? 2 ** 24 : 2 ** 53;
    expect(fine.every((value) => Number.isInteger(value * grid))).toBe(true);
    expect(fine.some((value) => !Number.isInteger((value * grid) / 2))).toBe(true);
  });

  it('normal numbers have the moments and tails of their distribution', () => {
    const { data } = drawn(() => randomNormal([40000], { mean: 2, std: 0.5 }), 3, dtype);
    const { mean, variance } = moments(data);
    expect(Math.abs(mean - 2)).toBeLessThan(0.02);
    expect(Math.abs(variance - 0.25)).toBeLessThan(0.01);
    const beyond = (limit: number) => data.filter((value) => Math.abs(value - 2) / 0.5 > limit).length / data.length;
    expect(Math.abs(beyond(1) - 0.3173)).toBeLessThan(0.01);
    expect(Math.abs(beyond(2) - 0.0455)).toBeLessThan(0.005);
    expect(Math.abs(beyond(3) - 0.0027)).toBeLessThan(0.001);
  });
});

describe('randomBernoulli', () => {
  it('is true as often as said', () => {
    const { data, dtype } = drawn(() => randomBernoulli([20000], 0.3));
    expect(dtype).toBe('bool');
    expect(Math.abs(moments(data).mean - 0.3)).toBeLessThan(0.02);
  });

  it('is never true at 0 and always at 1, element by element', () => {
    const chances = drawn((graph) => randomBernoulli([500, 2], graph.constant([0, 1]))).data;
    expect(chances.every((value, i) => value === i % 2)).toBe(true);
  });
});

describe('dropout', () => {
  it('drops, scales, and masks the gradient alike', () => {
    const graph = new Graph();
    const x = graph.input('x', [1000]);
    const y = dropout(x, 0.25);
    const feeds = { x: new Float32Array(1000).fill(3) };
    const { value, gradient } = evaluate({ value: y, gradient: grad(sum(y), x) }, feeds);
    expect([...new Set(value.data)].sort()).toEqual([0, 4]);
    expect([...gradient.data]).toEqual(Array.from(value.data, (v) => (v === 0 ? 0 : Math.fround(1 / 0.75))));
    expect(Math.abs(value.data.filter((v) => v === 0).length / 1000 - 0.25)).toBeLessThan(0.05);
  });

  it('leaves its input alone at rate 0, and refuses other rates', () => {
    const x = new Graph().input('x', ['batch', 2]);
    expect(dropout(x, 0)).toBe(x);
    expect(dropout(x, 0.5).shape.join()).toBe('batch,2');
    expect(() => dropout(x, 1)).toThrow('dropout: rate is 1; it must be at least 0 and less than 1.');
  });
});

it('draws floats alone', () => {
  expect(() => drawn(() => randomUniform([2], { dtype: 'int32' }))).toThrow(
    'randomUniform: dtype is int32; it draws float32 or float64. Cast what it draws.',
  );
});
