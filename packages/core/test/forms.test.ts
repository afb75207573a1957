import { describe, expect, test } from 'vitest';
import { grad, jvp, vjp } from '../src/differentiate/derivatives.js';
import { Graph } from '../src/graph/graph.js';
import type { Node } from '../src/graph/node.js';
import { evaluate } from '../src/machine/evaluate.js';
import { composite } from '../src/primitives/composite.js';
import { customGradient } from '../src/primitives/custom-gradient.js';
import { type DefinedFunction, defineOp } from '../src/primitives/define-op.js';
import {
  add,
  binary,
  broadcastTo,
  cast,
  general,
  linear,
  mul,
  multilinear,
  reshapeTo,
  sum,
  unary,
} from '../src/primitives/forms.js';
import { stopGradient } from '../src/primitives/stop-gradient.js';
import { where } from '../src/primitives/where.js';
import { dim } from '../src/tensor/dim.js';
import { valuesOf } from './reference.js';
import { cos, exp, sin } from './test-ops.js';

const float64 = (): Graph => new Graph({ dtype: 'float64' });

/** A value at one point, to 12 digits. */
function at(node: Node, leaves: readonly (readonly [Node, readonly number[]])[]): number[] {
  return valuesOf([node], new Map(leaves))[0]!.map((value) => Number(value.toPrecision(12)));
}

describe('derivatives with named dims', () => {
  test('of broadcasts and reshapes: adjoints carry their target shape', () => {
    const graph = new Graph();
    const x = graph.input('x', ['batch', 3]);
    const bias = graph.input('bias', [3]);
    const column = graph.input('column', ['batch', 1]);
    const y = reshapeTo(mul(add(x, bias), column), [dim('3*batch')]);
    const derivatives = grad(sum(mul(y, y)), [x, bias, column]);
    expect(derivatives.map((d) => d.shape.join())).toEqual(['batch,3', '3', 'batch,1']);
    expect(jvp([y], [bias], [bias])[0]!.shape.join()).toBe('3*batch');
  });
});

describe('dtypes', () => {
  const graph = new Graph();
  const x = graph.input('x', [2]);
  const n = graph.input('n', [2], 'int32');

  test('a derivative passes casts between floats, and stops at integers', () => {
    const wide = grad(sum(mul(cast(x, 'float64'), 2)), x);
    expect([wide.dtype, String(wide)]).toEqual(['float32', expect.stringContaining('constant(value: 2')]);
    expect(String(grad(sum(cast(cast(x, 'int32'), 'float32')), x))).toContain('constant(value: 0');
  });

  test('numbers take the dtype of the others, in arrays too', () => {
    expect([add(n, 1), add([1, 2], n), add(n, [[1], [2]]), mul(n, cast(n, 'bool'))].map(({ dtype }) => dtype)).toEqual(
      Array(4).fill('int32'),
    );
    expect(add(x, [1, 2]).dtype).toBe('float32');
    expect(() => add(n, [0.5, 1])).toThrow(
      'add: 0.5 is not a whole number, as int32 needs. Round it first, or use a float dtype.',
    );
    expect(() => add(n, Float32Array.of(1, 2))).toThrow(
      'add: int32 and float32 do not mix: neither holds every value of the other. Use cast to choose one.',
    );
  });

  test('integers among the operands of a linear op carry no tangent', () => {
    const pick = linear<undefined>('pick', {
      dtype: ([a]) => a!.dtype,
      shape: ([a]) => a!.shape,
      adjoint: (_y, g, i) => (i === 0 ? g : null),
      lower: (k) => k.load(0, k.at),
    });
    const [t] = jvp([pick(mul(x, 3), n, undefined)], [x], [x]);
    expect(String(t)).toMatch(/= pick\(%\d+, %1\)/);
  });
});

describe('where', () => {
  test('passes each branch its own, whatever the other is', () => {
    const graph = float64();
    const x = graph.input('x', [2]);
    const on = graph.input('on', [2], 'bool');
    const bad = mul(x, graph.constant(Number.NaN));
    const given = [
      [x, [2, 3]],
      [on, [1, 1]],
    ] as const;
    const y = where(on, mul(x, x), bad);
    expect(at(grad(sum(where(on, mul(x, x), stopGradient(bad))), x), given)).toEqual([4, 6]);
    expect(at(jvp([y], [x], [graph.constant([1, 1])])[0]!, given)).toEqual([4, 6]);
  });
});

describe('one rule from the other', () => {
  const onlyJvp = general<undefined>('onlyJvp', {
    shape: ([x]) => x!.shape,
    jvp: ({ inputs: [x, y] }, [dx, dy]) =>
      add(dx ? mul(dx, cos(x!)) : 0, dy ? mul(sin(x!), mul(broadcastTo(sum(dy), dy.shape), y!)) : mul(0, x!)),
    lower: (k) => k.load(0, k.at).sin(),
  });
  const onlyVjp = general<undefined>('onlyVjp', {
    shape: ([x]) => x!.shape,
    vjp: ({ inputs: [x] }, g, i) => (i === 0 ? broadcastTo(sum(mul(g, exp(x!))), x!.shape) : null),
    lower: (k) => k.load(0, k.at).exp(),
  });
  const graph = float64();
  const [x, y, g] = [graph.input('x', [2]), graph.input('y', [2]), graph.input('g', [2])];
  const given = [
    [x, [0.5, 1]],
    [y, [3, -2]],
    [g, [0.25, 4]],
  ] as const;

  test('a vjp from a jvp', () => {
    const z = onlyJvp(x, y, undefined);
    const pulled = vjp([z], [x, y], [g]);
    const [sx, cx] = [[0.5, 1].map(Math.sin), [0.5, 1].map(Math.cos)];
    expect(at(pulled[0]!, given)).toEqual([0.25 * cx![0]!, 4 * cx![1]!].map((v) => Number(v.toPrecision(12))));
    const shared = Number((0.25 * sx![0]! * 3 + 4 * sx![1]! * -2).toPrecision(12));
    expect(at(pulled[1]!, given)).toEqual([shared, shared]);
  });

  test('a jvp from a vjp', () => {
    const z = onlyVjp(x, y, undefined);
    const total = 0.25 + 4;
    const wanted = [0.5, 1].map((value) => Number((Math.exp(value) * total).toPrecision(12)));
    expect(at(jvp([z], [x], [g])[0]!, given)).toEqual(wanted);
    expect(at(jvp([z], [y], [g])[0]!, given)).toEqual([0, 0]);
  });

  test('through composites in a rule', () => {
    const twice = composite<readonly [Node]>('twice', { define: (a) => add(a, a) });
    const doubled = general<undefined>('doubled', {
      shape: ([a]) => a!.shape,
      vjp: (_y, cotangent) => twice(cotangent),
      lower: (k) => k.load(0, k.at).add(k.load(0, k.at)),
    });
    expect(jvp([doubled(x, undefined)], [x], [g])).toEqual([add(g, g)]);
  });

  test('a rule that is not linear', () => {
    const wrong = (rule: 'jvp' | 'vjp') =>
      general<undefined>('wrong', {
        shape: ([a]) => a!.shape,
        lower: (k) => k.load(0, k.at),
        ...(rule === 'vjp' ? { vjp: (_y, c) => mul(c, c) } : { jvp: (_y, [t]) => mul(t!, t!) }),
      })(x, undefined);
    expect(() => jvp([wrong('vjp')], [x], [g])).toThrow('wrong: this vjp is not linear in its cotangent; state a jvp too.');
    expect(() => vjp([wrong('jvp')], [x], [g])).toThrow('wrong: this jvp is not linear in its tangent; state a vjp too.');
  });

  test('no rule, and a rule of the wrong type', () => {
    const make = (rules: object) =>
      general<undefined>('odd', { shape: ([a]) => a!.shape, lower: (k) => k.load(0, k.at), ...rules })(x, undefined);
    expect(() => vjp([make({})], [x], [g])).toThrow(
      'odd: has no derivative, as it states neither jvp nor vjp. State one, or take it out of the derivative with stopGradient.',
    );
    expect(() => vjp([make({ vjp: (_y: Node, c: Node) => sum(c) })], [x], [g])).toThrow(
      'odd: its vjp by input 0 gives float64 [] for float64 [2]; they must agree.',
    );
    expect(() => jvp([make({ jvp: (_y: Node, [t]: Node[]) => sum(t!) })], [x], [g])).toThrow(
      'odd: its jvp gives float64 [] for float64 [2]; they must agree.',
    );
  });
});

describe('customGradient', () => {
  const graph = float64();
  const x = graph.input('x', []);
  const given = [[x, [0.5]]] as const;

  test.each<[string, Parameters<typeof customGradient>[1]]>([
    ['vjp', { vjp: (g, y, a) => [mul(g, mul(y, a))] }],
    ['jvp', { jvp: ([t], y, a) => mul(t!, mul(y, a!)) }],
  ])('either rule serves both modes and all orders: %s', (_name, rules) => {
    // The value is sin x; the stated derivative is x·y, so that the second one is y + x·(x·y).
    const y = customGradient((a) => sin(a), rules)(x);
    const [value, first, second] = [Math.sin(0.5), 0.5 * Math.sin(0.5), Math.sin(0.5) * 1.25].map((v) =>
      Number(v.toPrecision(12)),
    );
    const one = graph.constant(1);
    expect(at(y, given)).toEqual([value]);
    expect(at(grad(y, x), given)).toEqual([first]);
    expect(at(jvp([y], [x], [one])[0]!, given)).toEqual([first]);
    expect(at(grad(grad(y, x), x), given)).toEqual([second]);
    expect(at(jvp([grad(y, x)], [x], [one])[0]!, given)).toEqual([second]);
    expect(at(grad(jvp([y], [x], [one])[0]!, x), given)).toEqual([second]);
  });

  test('what is inside needs no derivative', () => {
    const rough = general<undefined>('rough', { shape: ([a]) => a!.shape, lower: (k) => k.load(0, k.at).floor() });
    const straight = customGradient((a) => rough(a, undefined), { vjp: (g) => [g] });
    expect(at(jvp([straight(mul(x, 3))], [x], [graph.constant(1)])[0]!, given)).toEqual([3]);
    expect(at(straight(mul(x, 3)), given)).toEqual([1]);
  });

  test('several inputs, zeros and integers among them', () => {
    const n = graph.input('n', [], 'int32');
    const y = customGradient((a, b) => mul(a, b), { vjp: (g, _y, _a, b) => [mul(g, b), null, null] });
    const [dx, dz] = grad(y(x, cos(x), n), [x, cos(x)]);
    expect(dx).toBe(cos(x));
    expect(String(dz)).toContain('constant(value: 0');
  });

  test('errors', () => {
    expect(() => customGradient((a) => a, {})).toThrow('customGradient: no rule is given; state vjp, jvp or both.');
    const short = customGradient((a) => a, { vjp: () => [] });
    expect(() => grad(short(x), x)).toThrow(
      'customGradient: the vjp gave 0 cotangents for 1 inputs; give one for each, null for zero.',
    );
  });
});

describe('composite', () => {
  const scaled = composite<readonly [Node], { by?: number }>('scaled', {
    defaults: { by: 2 },
    define: (x, { by = 2 }) => mul(sin(x), by),
  });
  const graph = float64();
  const x = graph.input('x', ['batch']);

  test('is one node with its definition\u2019s type, and makes nothing else', () => {
    const before = graph.nodes.length;
    const y = scaled(x, { by: 3 });
    expect(String(y)).toMatch(/= scaled\(%0, by: 3\) float64 \[batch\]/);
    expect(graph.nodes.length).toBe(before + 1);
    expect(scaled(x)).toBe(scaled(x, { by: 2 }));
  });

  test('refuses what is none of its options, and all where it has none', () => {
    const thrice = composite<readonly [Node]>('thrice', { define: (a) => mul(a, 3) });
    expect(() => scaled(x, { bye: 3 } as object)).toThrow('scaled: bye is no option; did you mean by? It takes by.');
    expect(() => thrice(x, { by: 3 } as object)).toThrow('thrice: by is no option; it takes none.');
    expect(scaled(x, { by: undefined } as object)).toBe(scaled(x));
  });

  test('has the derivative of its definition', () => {
    expect(grad(sum(scaled(x)), x)).toBe(grad(sum(mul(sin(x), 2)), x));
  });

  test('an error inside says the user\u2019s line', () => {
    const broken = composite<readonly [Node]>('broken', { define: (a) => sum(a, { axis: 7 }) });
    expect(() => broken(x)).toThrow(/^sum: there is no axis 7 in rank 1: axes go from -1 to 0\. \(forms\.test\.ts:\d+\)$/);
  });
});

describe('defineOp', () => {
  const graph = float64();
  const x = graph.input('x', [2]);
  const given = [[x, [0.5, -2]]] as const;

  test('unary and binary', () => {
    const cube = defineOp({ name: 'cube', kind: 'unary', partial: (_y, a) => mul(3, mul(a, a)), lower: (a) => a.mul(a).mul(a) });
    const less = defineOp({
      name: 'less',
      kind: 'binary',
      partials: [() => graph.constant([1, 1]), null],
      lower: (a, b) => a.sub(b),
    });
    expect(at(cube(x), given)).toEqual([0.125, -8]);
    expect(at(grad(sum(cube(x)), x), given)).toEqual([0.75, 12]);
    expect(at(less(x, 1), given)).toEqual([-0.5, -3]);
  });

  test('linear, with options', () => {
    const turn: DefinedFunction<{ readonly by: number }> = defineOp<{ readonly by: number }>({
      name: 'turn',
      kind: 'linear',
      defaults: { by: 1 },
      shape: ([a]) => a!.shape,
      adjoint: ({ attrs }, g) => turn(g, { by: -attrs.by }),
      lower: (k) => k.load(0, [k.at[0]!.plus(k.attrs.by + 2).mod(2)]),
    });
    expect(at(turn(x), given)).toEqual([-2, 0.5]);
    expect(at(turn(x, { by: 0 }), given)).toEqual([0.5, -2]);
    expect(at(grad(sum(mul(turn(x), [1, 10])), x), given)).toEqual([10, 1]);
  });

  test('general, with hand-written kernels alone: it runs on their backends, and says so elsewhere', () => {
    const sortedOn = (backend: string) =>
      defineOp({
        name: 'sorted',
        kind: 'general',
        shape: ([a]) => a!.shape,
        kernels: { [backend]: ([a], output) => output.set([...a!].sort((p, q) => p - q)) },
      });
    expect(sortedOn('js')(x).op.kind).toBe('custom');
    const run = (backend: string) => evaluate(mul(sortedOn(backend)(sin(x)), 2), { x: [0.5, -2] }).toArray();
    expect(run('interpreter')).toEqual([-2, 0.5].map((value) => Math.sin(value) * 2));
    expect(() => run('js')).toThrow(/^the backend 'interpreter' cannot run this program: no kernel for sorted/);
  });

  test('composite', () => {
    const twice = defineOp<readonly [Node]>({ name: 'twice', kind: 'composite', define: (a) => add(a, a) });
    expect(grad(sum(twice(x)), x)).toBe(grad(sum(add(x, x)), x));
  });

  const define = defineOp as (definition: object) => unknown;
  test.each<[object, string]>([
    [
      { name: '', kind: 'unary' },
      "defineOp: '' is no name for an op; write letters, digits and underscores, such as 'softClip'.",
    ],
    [
      { name: 'f', kind: 'f' },
      "defineOp: f is of kind 'f'; it must be one of unary, binary, linear, multilinear, general, composite.",
    ],
    [{ name: 'f', kind: 'unary' }, 'defineOp: f is unary and states no partial.'],
    [{ name: 'f', kind: 'linear' }, 'defineOp: f is linear and states no shape and no adjoint.'],
    [{ name: 'f', kind: 'unary', partial: null }, 'defineOp: f states neither lower nor kernels, so nothing could compute it.'],
    [
      { name: 'f', kind: 'composite', define: sin, kernels: {} },
      "defineOp: f is composite and states kernels; what has kernels of its own is 'general'.",
    ],
    [
      { name: 'f', kind: 'unary', partial: null, lowr: sin },
      'defineOp: f: lowr is no rule; did you mean lower? It takes name, kind, partial, lower, dtype, cost, unique, simplify, stabilise, stabiliseUse, kernels.',
    ],
    [
      { name: 'f', kind: 'general', shape: sin, lower: sin, default: {} },
      'defineOp: f: default is no rule; did you mean defaults? It takes name, kind, jvp, vjp, shape, lower, procedure, target, unordered, dtype, cost, unique, simplify, stabilise, stabiliseUse, kernels, form, defaults.',
    ],
  ])('error %#', (definition, message) => {
    expect(() => define(definition)).toThrow(message);
  });
});

describe('a rule that there is not', () => {
  const rules = { shape: sin, lower: sin, lowering: sin };
  test.each<[(name: string, rules: never) => unknown, object, string]>([
    [
      unary,
      { partial: null, stabilize: sin },
      'unary: f: stabilize is no rule; did you mean stabilise? It takes partial, lower, ',
    ],
    [binary, { partial: null }, 'binary: f: partial is no rule; did you mean partials? It takes partials, lower, '],
    [linear, { adjoint: sin, ...rules }, 'linear: f: lowering is no rule; did you mean lower? It takes adjoint, shape, lower, '],
    [multilinear, { adjoint: sin, ...rules }, 'multilinear: f: lowering is no rule; did you mean lower? It takes adjoint, '],
    [general, rules, 'general: f: lowering is no rule; did you mean lower? It takes jvp, vjp, shape, lower, '],
    [composite, { defin: sin }, 'composite: f: defin is no rule; did you mean define? It takes define, infer, defaults, '],
  ])('is refused %#', (form, given, message) => {
    expect(() => form('f', given as never)).toThrow(message);
  });
});

describe('unary', () => {
  test('builds a partial only for what varies', () => {
    let built = 0;
    const counted = unary('counted', {
      partial: (_y, a) => {
        built++;
        return cos(a);
      },
      lower: (a) => a.sin(),
    });
    const graph = float64();
    const [x, y] = [graph.input('x', []), graph.input('y', [])];
    grad(mul(counted(x), y), y);
    expect(built).toBe(0);
  });
});
