import { expect, test } from 'vitest';
import { Graph } from '../src/graph/graph.js';
import { add, linear, mul, reshapeTo, sum } from '../src/primitives/forms.js';
import { compile, runEveryWay } from './tape-support.js';
import { tanh } from './test-ops.js';

const graph = new Graph();
const x = graph.input('x', [2, 3]);
const w = graph.state('w', [1, 2, 3, 4, 5, 6]);
const row = reshapeTo(x, [6]);

test('a result that is another value in another shape is not copied', () => {
  const squares = mul(x, x);
  const tape = compile({ outputs: { squares, view: reshapeTo(squares, [3, 2]), row } }, { fuse: false });
  expect(tape.instructions).toHaveLength(1);
  expect(tape.outputs.map(({ node, slot }) => [node.shape, slot.shape])).toEqual([
    [
      [2, 3],
      [2, 3],
    ],
    [
      [3, 2],
      [2, 3],
    ],
    [[6], [2, 3]],
  ]);
  expect([...tape.notes.values()]).toContain('the memory of input %0, in another shape');
});

test('its memory lives to the end of the run', () => {
  const squares = mul(x, x);
  runEveryWay({ outputs: { view: reshapeTo(squares, [6]), next: tanh(add(squares, 1)), last: sum(add(row, w)) } });
});

test('the first part of a value is copied', () => {
  const part = linear<undefined>('part', { shape: () => [1, 3], adjoint: (_node, g) => g, lower: (k) => k.load(0, k.at) });
  const { part: got } = runEveryWay({ outputs: { part: part(x, undefined), x } });
  expect(got).toHaveLength(3);
});

test('what a state takes over, and what is the state, is copied', () => {
  const next = add(w, row);
  const updates = [{ state: w, value: next }];
  const outputs = { old: reshapeTo(w, [2, 3]), renewed: reshapeTo(next, [2, 3]), same: reshapeTo(x, [3, 2]) };
  const { same, renewed, "w'": after } = runEveryWay({ outputs, updates });
  expect(renewed).toEqual(after);
  expect(same).toHaveLength(6);
});
