import { describe, expect, test } from 'vitest';
import { Graph } from '../src/graph/graph.js';
import type { Node } from '../src/graph/node.js';
import { between, reached, replace, replay } from '../src/graph/replay.js';
import { expand } from '../src/passes/expand.js';
import { simplify } from '../src/passes/simplify.js';
import { specialise } from '../src/passes/specialise.js';
import { stabilise } from '../src/passes/stabilise.js';
import { composite } from '../src/primitives/composite.js';
import { add, broadcastTo, cast, general, mul, reshapeTo, sum, unary } from '../src/primitives/forms.js';
import { stopGradient } from '../src/primitives/stop-gradient.js';
import { where } from '../src/primitives/where.js';
import { dim } from '../src/tensor/dim.js';
import { cos, exp, sin } from './test-ops.js';

describe('reached and between', () => {
  const graph = new Graph();
  const x = graph.input('x', []);
  const a = sin(x);
  const b = cos(a);
  const unused = exp(x);
  const c = add(b, a);

  test('what is needed, oldest first', () => {
    expect(reached([c])).toEqual([x, a, b, c]);
    expect(reached([unused, a])).toEqual([x, a, unused]);
    expect(reached([c], (node) => node === b)).toEqual([x, a, b, c]);
    expect(reached([b], (node) => node === a)).toEqual([a, b]);
  });

  test('what depends on a source, which sources themselves do not', () => {
    expect(between([x], [c])).toEqual([a, b, c]);
    expect(between([a], [c])).toEqual([b, c]);
    expect(between([x, a], [c])).toEqual([b, c]);
    expect(between([unused], [c])).toEqual([]);
  });
});

describe('replay', () => {
  test('keeps what does not change, in the same graph', () => {
    const graph = new Graph();
    const x = graph.input('x', []);
    const y = add(sin(x), cos(x));
    expect(replay([y], graph, () => null)).toEqual([y]);
    const [z] = replay([y], graph, (node, inputs) => (node.op === cos.op ? sin(inputs[0]!) : null));
    expect(z).toBe(add(sin(x), sin(x)));
  });

  test('carries origins: the line, and the node that a pass made it for', () => {
    const graph = new Graph();
    const y = sin(graph.input('x', ['batch']));
    const [bound] = specialise([y], { batch: 4 }, new Graph());
    expect(bound!.origin).toMatchObject({ site: y.origin.site, from: y, of: null });
    const [again] = replay([bound!], new Graph(), () => null);
    expect(again!.origin.from).toBe(y);
  });
});

describe('replace', () => {
  const graph = new Graph();
  const [x, y] = [graph.input('x', [2]), graph.input('y', [2])];

  test('swaps at once', () => {
    const swapped = replace(
      [add(sin(x), y), x],
      new Map([
        [x, y],
        [y, x],
      ]),
    );
    expect(swapped).toEqual([add(sin(y), x), y]);
  });

  test('uses the values as they are', () => {
    expect(replace([mul(x, 2)], new Map([[x, add(x, 1)]]))).toEqual([mul(add(x, 1), 2)]);
  });

  test('replaces an intermediate node, and nothing that it was made of', () => {
    expect(replace([add(sin(x), x)], new Map([[sin(x), y]]))).toEqual([add(y, x)]);
  });

  test('asks for the same type and graph', () => {
    expect(() => replace([x], new Map([[x, sum(x)]]))).toThrow(
      /^replace: %0 is float32 \[2\], and %\d+ in its place is float32 \[\]; they must agree\. \(replay\.test\.ts:\d+\)$/,
    );
    expect(() => replace([x], new Map([[x, new Graph().input('z', [2])]]))).toThrow(
      'replace: %0 and %0 belong to two graphs; build both on one graph.',
    );
  });
});

describe('specialise', () => {
  test('puts numbers for names, in shapes, attrs and values', () => {
    const graph = new Graph();
    const x = graph.input('x', ['batch', 'batch*seq']);
    const flat = reshapeTo(x, [dim('batch*batch*seq')]);
    const scaled = mul(flat, graph.constant(dim('batch')));
    const [y] = specialise([scaled], { batch: 2, seq: 3 }, new Graph());
    expect(reached([y!]).map(String)).toEqual([
      '%0 = input(x) float32 [2, 6]',
      '%1 = reshape(%0) float32 [12]',
      '%2 = constant(value: 2) float32 [12]',
      '%3 = mul(%1, %2) float32 [12]',
    ]);
  });

  test('an attr that happens to be a name is no dim', () => {
    const pooled = general<{ mode: string }>('pooled', { shape: ([x]) => x!.shape, lower: (k) => k.load(0, k.at) });
    const [y] = specialise([pooled(new Graph().input('x', ['batch']), { mode: 'batch' })], { batch: 4 }, new Graph());
    expect(String(y)).toBe('%1 = pooled(%0, mode: batch) float32 [4]');
  });

  test('a name without a size', () => {
    const graph = new Graph();
    expect(() => specialise([sin(graph.input('x', ['batch']))], {}, new Graph())).toThrow(
      /'batch' has no size: feed an input that has it, or give dims: \{ batch: … \}\. \(replay\.test\.ts:\d+\)$/,
    );
  });
});

describe('expand', () => {
  const double = composite<readonly [Node]>('double', { define: (x) => add(x, x) });
  const quadruple = composite<readonly [Node]>('quadruple', { define: (x) => double(double(x)) });

  test('definitions inside definitions', () => {
    const graph = new Graph();
    const x = graph.input('x', [2]);
    const y = quadruple(sin(x));
    expect([y.op.name, y.shape]).toEqual(['quadruple', [2]]);
    const [expanded] = expand([y], graph);
    expect(expanded).toBe(add(add(sin(x), sin(x)), add(sin(x), sin(x))));
    expect(expanded!.origin.from).toBe(y);
  });

  test('but for what is kept', () => {
    const graph = new Graph();
    const x = graph.input('x', [2]);
    expect(expand([quadruple(x)], graph, new Set(['double']))).toEqual([double(double(x))]);
    expect(expand([quadruple(x)], graph, new Set(['quadruple']))).toEqual([quadruple(x)]);
  });

  test('a chain deeper than the stack', () => {
    const graph = new Graph();
    let y: Node = graph.input('x', []);
    for (let i = 0; i < 20_000; i++) y = double(y);
    expect(reached(expand([y], graph))).toHaveLength(20_001);
  });
});

describe('simplify', () => {
  const graph = new Graph();
  const x = graph.input('x', [2, 3]);
  const on = graph.input('on', [2, 3], 'bool');
  const same = (y: Node): Node => simplify([y], graph)[0]!;

  test.each<[string, () => Node, () => Node]>([
    ['broadcasts of broadcasts', () => broadcastTo(broadcastTo(sum(x), [3]), [2, 3]), () => broadcastTo(sum(x), [2, 3])],
    ['reshapes of reshapes', () => reshapeTo(reshapeTo(x, [6]), [3, 2]), () => reshapeTo(x, [3, 2])],
    ['reshapes there and back', () => reshapeTo(reshapeTo(x, [6]), [2, 3]), () => x],
    ['products with a 1 that appears', () => mul(x, exp(graph.constant(0))), () => x],
    ['constants, as a kernel would compute them', () => exp(graph.constant(1)), () => graph.constant(Math.fround(Math.E))],
    ['views of constants', () => stopGradient(graph.constant(2)), () => graph.constant(2)],
    ['casts of folded constants', () => cast(mul(graph.constant(2.5), 1.5), 'int32'), () => graph.constant(3, 'int32')],
    [
      'sums of one whole number',
      () => sum(graph.splat(3, [2, 4], 'float32'), { axis: 1 }),
      () => graph.splat(12, [2], 'float32'),
    ],
    ['where, of a constant condition', () => where(graph.splat(0, [2, 3], 'bool'), sin(x), x), () => x],
    ['stopGradient, which is for derivatives only', () => sin(stopGradient(x)), () => sin(x)],
  ])('%s', (_name, before, after) => {
    expect(same(before())).toBe(after());
  });

  test.each<[string, () => Node]>([
    ['x + 0, for −0', () => add(x, 0)],
    ['0·x, for NaN', () => mul(x, 0)],
    ['sums that round', () => sum(graph.splat(0.1, [2, 4], 'float32'))],
    ['where, of a condition that is not known', () => where(on, x, 0)],
  ])('leaves %s', (_name, make) => {
    const y = make();
    expect(same(y)).toBe(y);
  });

  test('keeps the sign of zero', () => {
    const zero = same(mul(graph.constant(-0), graph.constant(5)));
    expect((zero.attrs as { value: number }).value).toBe(-0);
  });
});

describe('stabilise', () => {
  test('applies an op\u2019s own rule and those of what it uses, one after another', () => {
    const careful = unary('careful', { partial: null, lower: (x) => x });
    const middle = unary('middle', {
      partial: null,
      lower: (x) => x,
      stabilise: ({ inputs: [x] }) => (x!.op === sin.op ? careful(x!.inputs[0]!) : null),
    });
    const inner = unary('inner', {
      partial: null,
      lower: (x) => x,
      stabiliseUse: (user, { inputs: [x] }) => (user.op === exp.op ? middle(sin(x!)) : null),
    });
    const graph = new Graph();
    const x = graph.input('x', []);
    const y = exp(inner(x));
    const [stable] = stabilise([y], graph);
    expect(stable).toBe(careful(x));
    expect(stable!.origin.from).toBe(y);
    expect(stabilise([inner(x)], graph)).toEqual([inner(x)]);
  });
});
