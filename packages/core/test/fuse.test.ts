import { describe, expect, test } from 'vitest';
import { fuse } from '../src/fusion/fuse.js';
import { Graph } from '../src/graph/graph.js';
import type { Node } from '../src/graph/node.js';
import { add, broadcastTo, linear, mul, multilinear, reshapeTo, sum, unary } from '../src/primitives/forms.js';
import { compile, TARGET } from './tape-support.js';
import { tanh } from './test-ops.js';

const product = multilinear<undefined>('product', {
  shape: ([a, b]) => [a!.shape[0]!, b!.shape[1]!],
  adjoint: (_node, g) => g,
  lower: (k) => {
    const [i, j] = k.at;
    return k.reduce('sum', [k.shapeOf(0)[1]!], (r) => k.load(0, [i!, r!]).mul(k.load(1, [r!, j!])));
  },
});
const turn = linear<undefined>('turn', {
  shape: ([x]) => x!.shape.toReversed(),
  adjoint: (_node, g) => g,
  lower: (k) => k.load(0, k.at.toReversed()),
});

const dear = unary('dear', { cost: 10, partial: null, lower: (x) => x.tanh() });

/** Which nodes each kernel stores. */
function kernels(outputs: readonly Node[], options: { fuse?: boolean; statements?: number } = {}): Node[][] {
  const { fuse: on = true, ...target } = options;
  return fuse(outputs, { target: { ...TARGET, ...target }, fuse: on }).units.map(({ roots }) => [...roots]);
}

function setUp(shape: readonly number[] = [4, 8]): { graph: Graph; x: Node; y: Node } {
  const graph = new Graph();
  return { graph, x: graph.input('x', shape), y: graph.input('y', shape) };
}

describe('one kernel', () => {
  test('a chain, with views in it, and what stays in registers', () => {
    const { x, y } = setUp();
    const z = add(reshapeTo(mul(reshapeTo(x, [32]), 2), [4, 8]), y);
    expect(kernels([tanh(z)])).toEqual([[tanh(z)]]);
  });

  test('several results over one index space, those of another shape of the same axes too', () => {
    const { x, y } = setUp([4, 1, 8]);
    const a = add(x, y);
    const b = reshapeTo(mul(a, y), [1, 4, 8]);
    const c = add(b, 1);
    expect(kernels([a, b, c])).toEqual([[a, b, c]]);
  });

  test('scalars', () => {
    const { x, y } = setUp([]);
    const nodes = [add(x, y), mul(x, y), tanh(add(x, 2))];
    expect(kernels(nodes)).toHaveLength(1);
  });

  test('a product and what follows it at its own index', () => {
    const { graph, x } = setUp([4, 8]);
    const w = graph.state('w', { shape: [8, 3], build: (g) => g.splat(0, [8, 3], 'float32') });
    const y = tanh(add(product(x, w, undefined), 1));
    expect(kernels([y])).toEqual([[y]]);
  });

  test('a product whose value is used twice, both times after the same sum', () => {
    const { graph, x } = setUp([4, 8]);
    const logits = add(product(x, graph.input('w', [8, 3]), undefined), 1);
    const total = sum(logits, { axis: 1 });
    const spread = mul(logits, broadcastTo(reshapeTo(total, [4, 1]), [4, 3]));
    expect(kernels([spread])).toEqual([[logits], [spread]]);
  });

  test('a reduction with what comes before and after it', () => {
    const { x, y } = setUp();
    const mean = mul(sum(tanh(mul(x, y)), { axis: 1 }), 1 / 8);
    expect(kernels([mean])).toEqual([[mean]]);
  });
});

describe('two kernels', () => {
  test('what is costly and read along an axis', () => {
    const { graph, x } = setUp([4000, 8]);
    const row = dear(graph.input('row', [8]));
    const y = add(x, broadcastTo(row, [4000, 8]));
    expect(kernels([y])).toEqual([[row], [y]]);
  });

  test('what is costly and read twice in different places', () => {
    const { x } = setUp([200, 200]);
    const cheap = tanh(x);
    expect(kernels([add(cheap, turn(cheap, undefined))])).toHaveLength(1);
    const costly = dear(x);
    expect(kernels([add(costly, turn(costly, undefined))])).toHaveLength(2);
  });

  test('a product reads buffers below views, and another product begins anew', () => {
    const { x } = setUp([4, 4]);
    const h = mul(x, 2);
    const p = product(turn(h, undefined), x, undefined);
    const q = product(p, p, undefined);
    expect(kernels([q])).toEqual([[h], [p], [q]]);
  });

  test('a result that is read at another index', () => {
    const { x } = setUp([4, 4]);
    const p = product(x, x, undefined);
    const turned = add(turn(p, undefined), 1);
    expect(kernels([turned])).toEqual([[p], [turned]]);
  });

  test('a kernel that is full', () => {
    const { x } = setUp();
    let y = x;
    for (let i = 0; i < 200; i++) y = tanh(y);
    expect(kernels([y], { statements: 80 }).length).toBeGreaterThan(2);
    expect(kernels([y], { statements: 400 })).toHaveLength(1);
  });
});

test('without fusion every node but splats has a kernel', () => {
  const { x, y } = setUp();
  expect(kernels([tanh(add(reshapeTo(mul(x, 2), [8, 4]), reshapeTo(y, [8, 4])))], { fuse: false })).toHaveLength(5);
});

test('deep and wide graphs do not recurse', () => {
  const { x } = setUp([2]);
  let y = x;
  for (let i = 0; i < 20_000; i++) y = i % 2 ? add(y, x) : reshapeTo(turn(reshapeTo(y, [1, 2]), undefined), [2]);
  expect(() => compile({ outputs: { y: sum(y) } })).not.toThrow();
});

describe('rows', () => {
  /** The exponential of each element and of the sum of its row, which is read across. */
  function spread(shape: readonly [number, number], axis: number): { e: Node; total: Node; y: Node } {
    const { x } = setUp(shape);
    const e = dear(x);
    const total = reshapeTo(sum(e, { axis }), axis === 0 ? [1, shape[1]] : [shape[0], 1]);
    return { e, total, y: mul(e, broadcastTo(total, shape)) };
  }

  test('what stages hand on is kept for one row, unless somebody else wants it', () => {
    const { e, y } = spread([100, 200], 1);
    const [unit, ...more] = fuse([y], { target: TARGET, fuse: true }).units;
    expect(more).toEqual([]);
    expect(unit!.rows).toEqual([e]);
    expect(unit!.nest!.rows).toEqual([{ dtype: 'float32', length: 200 }]);
    const wanted = fuse([y, e], { target: TARGET, fuse: true }).units[0]!;
    expect(wanted.rows).toEqual([]);
    expect(wanted.reread).toEqual(new Set([e]));
  });

  test('where it went is told', () => {
    const { e, y } = spread([100, 200], 1);
    const told = [...compile({ outputs: { y } }).notes].find(([node]) => node.op === e.op);
    expect(told![1]).toBe('kept by instruction 0 for one row at a time; stored because it is costly and read more than once');
  });

  test.each([
    ['the last axis', [200, 100], 0, /it shares too few rows with dear %2$/],
    ['few rows', [2, 20000], 1, /it shares too few rows with dear %2$/],
    ['short rows', [20000, 3], 1, /the rows that it shares with dear %2 are short$/],
  ] as const)('%s are not shared, and why is told', (_, shape, axis, why) => {
    const { total, y } = spread(shape, axis);
    const { units, notes } = fuse([y], { target: TARGET, fuse: true });
    expect(units.length).toBeGreaterThan(1);
    expect(notes.get(total.inputs[0]!)).toMatch(why);
  });

  test('of few elements share a kernel all the same', () => {
    for (const [shape, axis] of [
      [[20, 10], 0],
      [[2, 200], 1],
      [[200, 3], 1],
    ] as const)
      expect(kernels([spread(shape, axis).y])).toHaveLength(1);
  });

  test('an axis that means another in each of two members is none', () => {
    const { x } = setUp([200, 200]);
    const e = dear(x);
    const y = mul(e, broadcastTo(reshapeTo(sum(e, { axis: 0 }), [200, 1]), [200, 200]));
    expect(kernels([y]).length).toBeGreaterThan(1);
  });
});
