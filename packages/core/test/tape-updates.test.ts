import { describe, expect, test } from 'vitest';
import { Graph } from '../src/graph/graph.js';
import type { Node } from '../src/graph/node.js';
import { add, broadcastTo, linear, mul, reshapeTo, sum } from '../src/primitives/forms.js';
import { compile, runEveryWay } from './tape-support.js';

/** Matrix transpose: reads at another index than its own. */
const flipAxes = linear<{ axes: number }>('flipAxes', {
  shape: ([x]) => x!.shape.toReversed(),
  adjoint: (_node, g) => g,
  lower: (k) => k.load(0, k.at.toReversed()),
});

function states(count: number, shape: readonly number[] = [3]): { graph: Graph; nodes: Node[] } {
  const graph = new Graph();
  const first = { shape: shape as number[], build: (g: Graph) => g.splat(0, shape, 'float32') };
  return { graph, nodes: Array.from({ length: count }, (_, i) => graph.state(`s${i}`, first)) };
}

/** First values as `runEveryWay` sets them. */
function first(i: number, count: number): number[] {
  return Array.from({ length: count }, (_, k) => ((k * 7 + (i + 5) * 13) % 23) - 9);
}

describe('updates are simultaneous', () => {
  test('swapped states', () => {
    const { nodes } = states(2);
    const [a, b] = nodes as [Node, Node];
    const program = {
      outputs: {},
      updates: [
        { state: a, value: b },
        { state: b, value: a },
      ],
    };
    expect(runEveryWay(program)).toEqual({ "s0'": first(1, 3), "s1'": first(0, 3) });
    const { instructions, scratchBytes } = compile(program);
    expect(instructions).toHaveLength(1);
    expect(scratchBytes).toBe(0);
  });

  test('a rotation of three', () => {
    const { nodes } = states(3);
    const [a, b, c] = nodes as [Node, Node, Node];
    const updates = [
      { state: a, value: b },
      { state: b, value: c },
      { state: c, value: a },
    ];
    expect(runEveryWay({ outputs: {}, updates })).toEqual({ "s0'": first(1, 3), "s1'": first(2, 3), "s2'": first(0, 3) });
  });

  test('two states that take the value of one, which changes too', () => {
    const { nodes } = states(3);
    const [a, b, c] = nodes as [Node, Node, Node];
    const updates = [
      { state: a, value: b },
      { state: c, value: b },
      { state: b, value: add(b, 1) },
    ];
    const old = first(1, 3);
    expect(runEveryWay({ outputs: { b }, updates })).toEqual({ b: old, "s0'": old, "s1'": old.map((v) => v + 1), "s2'": old });
  });

  test('a transposed state', () => {
    const { nodes } = states(1, [3, 3]);
    const [w] = nodes as [Node];
    const program = { outputs: {}, updates: [{ state: w, value: flipAxes(w, { axes: 2 }) }] };
    const old = first(0, 9);
    expect(runEveryWay(program)).toEqual({ "s0'": old.map((_, i) => old[(i % 3) * 3 + Math.floor(i / 3)]) });
    expect(compile(program).instructions.map(({ kind }) => kind)).toEqual(['kernel', 'copy']);
  });

  test('a state read old and new', () => {
    const { nodes } = states(1);
    const [w] = nodes as [Node];
    const next = mul(w, 3);
    const program = { outputs: { old: sum(w), both: sum(mul(w, next)) }, updates: [{ state: w, value: next }] };
    const old = first(0, 3);
    expect(runEveryWay(program)).toEqual({
      old: [old[0]! + old[1]! + old[2]!],
      both: [old.reduce((total, v) => total + v * v * 3, 0)],
      "s0'": old.map((v) => v * 3),
    });
  });

  test('a state that only itself reads is updated in place, without scratch', () => {
    const { nodes } = states(1);
    const [w] = nodes as [Node];
    const { instructions, scratchBytes } = compile({ outputs: {}, updates: [{ state: w, value: add(mul(w, 2), 1) }] });
    expect(instructions.map(({ kind }) => kind)).toEqual(['kernel']);
    expect(scratchBytes).toBe(0);
  });

  test.each([
    [4, ['kernel']],
    [20000, ['kernel', 'kernel', 'kernel']],
  ])('the other readers of a state that is updated in place run before: %d elements', (size, instructions) => {
    const { nodes } = states(2, [size]);
    const [a, b] = nodes as [Node, Node];
    // Each update needs the sum of the other state, so both sums come first.
    const updates = [
      { state: a, value: add(a, broadcastTo(sum(b), [size])) },
      { state: b, value: mul(b, broadcastTo(sum(a), [size])) },
    ];
    const [x, y] = [first(0, size), first(1, size)];
    const total = (values: number[]): number => values.reduce((s, v) => s + v, 0);
    const expected = { "s0'": x.map((v) => v + total(y)), "s1'": y.map((v) => v * total(x)) };
    expect(runEveryWay({ outputs: {}, updates })).toEqual(expected);
    expect(compile({ outputs: {}, updates }).instructions.map(({ kind }) => kind)).toEqual(instructions);
  });

  test('a circle of updates, each of which reads the next state across', () => {
    const { nodes } = states(3, [2, 2]);
    const flipped = nodes.map((node) => flipAxes(node, { axes: 2 }));
    const updates = nodes.map((state, i) => ({ state, value: add(state, flipped[(i + 1) % 3]!) }));
    const old = nodes.map((_, i) => first(i, 4));
    const across = (v: number[]): number[] => [v[0]!, v[2]!, v[1]!, v[3]!];
    const expected = old.map((v, i) => v.map((x, k) => x + across(old[(i + 1) % 3]!)[k]!));
    expect(runEveryWay({ outputs: {}, updates })).toEqual({ "s0'": expected[0], "s1'": expected[1], "s2'": expected[2] });
  });
});

describe('values of updates', () => {
  test('an input', () => {
    const { graph, nodes } = states(1);
    const x = graph.input('x', [3]);
    const result = runEveryWay({ outputs: { x }, updates: [{ state: nodes[0]!, value: x }] });
    expect(result["s0'"]).toEqual(result.x);
  });

  test('one value at every index, and data', () => {
    const { graph, nodes } = states(2);
    const updates = [
      { state: nodes[0]!, value: graph.splat(4, [3], 'float32') },
      { state: nodes[1]!, value: graph.constant([1, 2, 3]) },
    ];
    expect(runEveryWay({ outputs: {}, updates })).toEqual({ "s0'": [4, 4, 4], "s1'": [1, 2, 3] });
  });

  test('one node for two states, which is an output as well', () => {
    const { nodes } = states(3);
    const value = add(nodes[2]!, nodes[2]!);
    const updates = [
      { state: nodes[0]!, value },
      { state: nodes[1]!, value },
    ];
    const doubled = first(2, 3).map((v) => 2 * v);
    const expected = { value: doubled, "s0'": doubled, "s1'": doubled, "s2'": first(2, 3) };
    // The third state is met last, so `runEveryWay` gives the states values in the order of their age.
    expect(runEveryWay({ outputs: { value }, updates })).toEqual(expected);
  });

  test('the state itself', () => {
    const { nodes } = states(1);
    const { instructions, updated } = compile({ outputs: { y: nodes[0]! }, updates: [{ state: nodes[0]!, value: nodes[0]! }] });
    expect(instructions).toHaveLength(0);
    expect([...updated]).toEqual([]);
  });

  test('a view of another state', () => {
    const { graph, nodes } = states(1, [6]);
    const other = graph.state('other', [
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const updates = [
      { state: nodes[0]!, value: reshapeTo(other, [6]) },
      { state: other, value: reshapeTo(nodes[0]!, [2, 3]) },
    ];
    const result = runEveryWay({ outputs: {}, updates });
    expect(result).toEqual({ "s0'": first(1, 6), "other'": first(0, 6) });
  });
});

describe('refused', () => {
  const { graph, nodes } = states(1);
  const [w] = nodes as [Node];
  const program = (state: Node, ...values: Node[]) => ({ outputs: {}, updates: values.map((value) => ({ state, value })) });

  test('what is no state', () => {
    const x = graph.input('x', [3]);
    expect(() => compile(program(x, w))).toThrow('updates: input %1 is no state; only parameters and state are updated.');
  });
  test('two values', () => {
    expect(() => compile(program(w, add(w, 1), add(w, 2)))).toThrow(
      "updates: 's0' has two updates; a state takes one value a run.",
    );
  });
  test('another shape or dtype', () => {
    expect(() => compile(program(w, sum(w)))).toThrow("updates: the value for 's0' is float32 []; the state is float32 [3].");
    expect(() => compile(program(w, graph.splat(1, [3], 'int32')))).toThrow(
      "updates: the value for 's0' is int32 [3]; the state is float32 [3].",
    );
  });
});
