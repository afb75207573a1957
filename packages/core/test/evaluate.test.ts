import { describe, expect, it } from 'vitest';
import { Graph } from '../src/graph/graph.js';
import type { Initialiser } from '../src/graph/leaves.js';
import { evaluate } from '../src/machine/evaluate.js';
import { FirstValues } from '../src/machine/first-values.js';
import type { StateNode } from '../src/machine/states.js';
import { add, cast, mul, sum } from '../src/primitives/forms.js';

describe('evaluate', () => {
  it('gives the value of a node at once', () => {
    const graph = new Graph({ dtype: 'float64' });
    const [x, y] = [graph.scalar('x'), graph.scalar('y')];
    const z = add(mul(x, y), 1);
    expect(evaluate(z, { x: 2, y: 3 }).item()).toBe(7);
    expect(evaluate(x, { x: 2.5 }).item()).toBe(2.5);
    expect(evaluate(graph.constant([1, 2])).toArray()).toEqual([1, 2]);
  });

  it('gives several values by name, and binds names by what is fed', () => {
    const graph = new Graph();
    const x = graph.input('x', ['n', 2]);
    const { total, twice } = evaluate({ total: sum(x), twice: mul(x, 2) }, { x: new Float32Array([1, 2, 3, 4, 5, 6]) });
    expect(total.item()).toBe(21);
    expect(twice.toArray()).toEqual([
      [2, 4],
      [6, 8],
      [10, 12],
    ]);
    expect(evaluate({})).toEqual({});
  });

  it('takes first values of state', () => {
    const graph = new Graph();
    const w = graph.parameter('w', [1, 2]);
    expect(evaluate(mul(w, 3)).toArray()).toEqual([3, 6]);
  });

  it('leaves the graph as it is', () => {
    const graph = new Graph();
    const x = graph.input('x', ['n']);
    const y = mul(x, x);
    const count = graph.nodes.length;
    evaluate(y, { x: [1, 2] });
    expect(graph.nodes.length).toBe(count);
  });

  it('refuses feeds that do not fit, and nodes of two graphs', () => {
    const graph = new Graph();
    const x = graph.input('x', [2]);
    expect(() => evaluate(x)).toThrow("feeds: missing 'x' float32 [2].");
    expect(() => evaluate({ x, y: new Graph().constant(1) }, { x: [1, 2] })).toThrow(
      'evaluate: constant %0 belongs to another graph than input %0.',
    );
  });
});

describe('FirstValues', () => {
  /** The words that a draw of this graph would see, as a first value. */
  const words: Initialiser = {
    shape: [],
    build: (graph) => {
      const { seed, step } = graph.draw();
      return add(sum(seed), step);
    },
  };

  it('makes an initialiser see the seed and a step of its own for every state', () => {
    const graph = new Graph();
    const a = graph.state('a', words, { dtype: 'uint32' }) as StateNode;
    const b = graph.state('b', words, { dtype: 'uint32' }) as StateNode;
    expect([...new FirstValues(0).of(a)]).toEqual([0xffffffff]);
    expect([...new FirstValues(0).of(b)]).toEqual([0xfffffffe]);
    expect([...new FirstValues(2 ** 32 + 1).of(b)]).toEqual([0]);
  });

  it('gives the seed in two words, low first', () => {
    const graph = new Graph();
    const { seed } = graph.draw();
    expect([...new FirstValues(3 * 2 ** 32 + 7).of(seed as StateNode)]).toEqual([7, 3]);
  });

  it('refuses an initialiser that makes something else', () => {
    const graph = new Graph();
    const wrong: Initialiser = { shape: [2], build: (into) => cast(into.splat(1, [3], 'float32'), 'float32') };
    const w = graph.parameter('w', wrong);
    expect(() => evaluate(w)).toThrow("parameter: the initialiser of 'w' made float32 [3]; it must make float32 [2].");
  });
});
