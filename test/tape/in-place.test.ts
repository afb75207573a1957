import { Graph, grad, type Node } from '@tapegrad/core';
import {
  add,
  concat,
  conv2d,
  cumsum,
  flip,
  matmul,
  mean,
  mul,
  pad,
  relu,
  reshape,
  stack,
  sum,
  tanh,
  transpose,
} from '@tapegrad/ops';
import { describe, expect, test } from 'vitest';
import { compile, expectSameBits, type Program, run, runEveryWay } from '../../packages/core/test/tape-support.js';

const graph = new Graph();
const [a, b] = [graph.input('a', [20, 6]), graph.input('b', [20, 6])];
const [v, w] = [graph.parameter('v', zeros(6, 24)), graph.parameter('w', zeros(6, 24))];
const bias = graph.parameter('bias', zeros(24));
const image = graph.input('image', [2, 3, 6, 6]);
const kernels = graph.parameter('kernels', zeros(4, 3, 3, 3));
const filters = graph.parameter('filters', zeros(2, 3, 3, 3));
const [rows, others] = [graph.input('rows', [1000, 17]), graph.input('others', [1100, 16])];
const [first, second] = [matmul(a, v), matmul(b, w)];

function zeros(...shape: number[]) {
  return { shape, build: (made: Graph) => made.splat(0, shape, 'float32') };
}

/** The instructions of a program, which gives the same bits however it is compiled, with lanes too. */
function instructionsOf(program: Program): number {
  runEveryWay(program);
  const lanes = { lanes: 4, tile: [4, 8] } as const;
  const plain = run(program, compile(program, { fuse: false, inPlace: false }, lanes));
  expectSameBits(plain, run(program, compile(program, {}, lanes)), 'lanes');
  return compile(program, {}, lanes).instructions.length;
}

describe('is one kernel', () => {
  test.each<[string, Node]>([
    ['products in rows', concat([first, second], { axis: 0 })],
    ['products side by side', concat([first, second], { axis: 1 })],
    ['dense layers', concat([relu(add(first, bias)), tanh(second)], { axis: 1 })],
    ['what follows a concatenation', relu(mul(concat([first, second], { axis: 1 }), 2))],
    ['a product between copies', concat([a, first, tanh(b)], { axis: 1 })],
    ['a stack', stack([first, second])],
    ['convolutions of one image', concat([conv2d(image, kernels), conv2d(image, filters)], { axis: 1 })],
    [
      'a padded product',
      pad(first, [
        [2, 0],
        [0, 0],
      ]),
    ],
    ['sums of rows', concat([sum(rows, { axis: 1 }), sum(others, { axis: 1 })])],
    ['scans', concat([cumsum(a, { axis: 0 }), b], { axis: 0 })],
    ['a product transposed', transpose(first)],
    ['what follows a product transposed', relu(add(transpose(first), 1))],
    ['a product with its rows in pairs', transpose(reshape(first, [10, 2, 24]), [1, 0, 2])],
  ])('%s', (_what, node) => {
    expect(instructionsOf({ outputs: { y: node } })).toBe(1);
  });
});

describe('is stored and copied', () => {
  test('what an earlier kernel reads', () => {
    const again = matmul(reshape(first, [24, 20]), first);
    expect(instructionsOf({ outputs: { y: concat([first, again], { axis: 0 }) } })).toBe(2);
  });

  test('what is reversed', () => {
    expect(instructionsOf({ outputs: { y: concat([flip(first, { axis: 0 }), second], { axis: 0 }) } })).toBe(2);
  });

  test('what a transposition would make slower', () => {
    const [left, right] = [graph.input('left', [20, 40]), graph.input('right', [40, 24])];
    expect(instructionsOf({ outputs: { y: transpose(matmul(left, right)) } })).toBe(2);
  });

  test('what would lie apart', () => {
    expect(instructionsOf({ outputs: { y: stack([first, second], { axis: 2 }) } })).toBe(3);
  });
});

test('with other readers', () => {
  const both = concat([first, second], { axis: 1 });
  expect(instructionsOf({ outputs: { both, next: sum(mul(first, 2)) } })).toBe(2);
});

test('gradients of what was concatenated', () => {
  const loss = mean(mul(concat([first, second], { axis: 1 }), concat([second, first], { axis: 1 })));
  const [dv, dw] = grad(loss, [v, w]);
  instructionsOf({ outputs: { loss, joined: concat([dv!, dw!], { axis: 0 }) } });
});

test('straight into a state', () => {
  const state = graph.parameter('state', zeros(20, 48));
  const value = add(state, concat([first, second], { axis: 1 }));
  const tape = compile({ outputs: {}, updates: [{ state, value }] });
  expect(tape.instructions).toHaveLength(1);
  expect(tape.scratchBytes).toBe(2 * 512);
  runEveryWay({ outputs: {}, updates: [{ state, value }] });
});

test('is told', () => {
  const { notes } = compile({ outputs: { y: concat([first, second], { axis: 1 }) } });
  const fates = [...notes].filter(([{ op }]) => op.name === 'contract').map(([, note]) => note.replace(/%\d+/, '%'));
  expect(fates).toEqual(Array(2).fill('written by instruction 0 where concat % has it'));
});
