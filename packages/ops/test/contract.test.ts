import { Graph, grad, type Node, reached, ShapeError, sum } from '@tapegrad/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contract, dot, einsum, linear, matmul, mul, outer } from '../src/index.js';
import { type Argument, checkDerivatives, expectClose, inputsOf, spread, valuesOf } from './derivatives.js';

/** Every assignment of the letters, one product each: what an equation means. */
function einsumByLoops(equation: string, operands: readonly Argument[]): number[] {
  const [left, right] = equation.split('->') as [string, string];
  const terms = left.split(',');
  const sizes = new Map<string, number>();
  terms.forEach((term, i) => {
    [...term].forEach((letter, axis) => {
      const size = operands[i]!.shape[axis]!;
      if (size !== 1 || !sizes.has(letter)) sizes.set(letter, size);
    });
  });
  const letters = [...right, ...[...sizes.keys()].filter((letter) => !right.includes(letter))];
  const count = (of: readonly string[]) => of.reduce((n, letter) => n * sizes.get(letter)!, 1);
  const result = new Array<number>(count([...right])).fill(0);
  for (let n = 0; n < count(letters); n++) {
    let rest = n;
    const at = new Map<string, number>();
    for (const letter of letters.toReversed()) {
      at.set(letter, rest % sizes.get(letter)!);
      rest = Math.floor(rest / sizes.get(letter)!);
    }
    const element = (term: string, { shape, data }: Argument) =>
      data[[...term].reduce((flat, letter, axis) => flat * shape[axis]! + Math.min(at.get(letter)!, shape[axis]! - 1), 0)]!;
    const target = [...right].reduce((flat, letter) => flat * sizes.get(letter)! + at.get(letter)!, 0);
    result[target]! += terms.reduce((product, term, i) => product * element(term, operands[i]!), 1);
  }
  return result;
}

function expectEinsum(equation: string, operands: readonly Argument[], meant = equation): void {
  const { inputs, feeds } = inputsOf(operands);
  expectClose(valuesOf(einsum(equation, ...inputs), feeds), einsumByLoops(meant, operands), equation, 1e-12);
}

const arguments_ = (...shapes: number[][]): Argument[] => shapes.map((shape, i) => spread(shape, [-1, 1], 5 * i));

describe('einsum', () => {
  it.each<[string, number[][], string?]>([
    [
      'ij,jk->ik',
      [
        [2, 3],
        [3, 4],
      ],
    ],
    [
      'ij,jk',
      [
        [2, 3],
        [3, 4],
      ],
      'ij,jk->ik',
    ],
    ['ba', [[2, 3]], 'ba->ab'],
    ['ii->i', [[3, 3]]],
    ['ii', [[3, 3]], 'ii->'],
    ['iji->j', [[2, 3, 2]]],
    [
      'iij,jj->i',
      [
        [2, 2, 3],
        [3, 3],
      ],
    ],
    [
      'ij,kl->l',
      [
        [2, 3],
        [2, 4],
      ],
    ],
    ['i,j->ij', [[2], [3]]],
    [
      'bhqd,bhkd->bhqk',
      [
        [2, 2, 3, 2],
        [2, 2, 4, 2],
      ],
    ],
    [
      'bi,bij,bj->b',
      [
        [2, 3],
        [2, 3, 4],
        [2, 4],
      ],
    ],
    [
      'ij,jk,kl,lm->im',
      [
        [2, 3],
        [3, 2],
        [2, 4],
        [4, 2],
      ],
    ],
    [
      'ij,ij->ij',
      [
        [1, 3],
        [2, 3],
      ],
    ],
    [
      'ij,ij->',
      [
        [2, 1],
        [2, 3],
      ],
    ],
    [',i->i', [[], [3]]],
    ['i->', [[0]]],
    [
      '...ij,...jk->...ik',
      [
        [2, 2, 3],
        [3, 4],
      ],
      'aij,jk->aik',
    ],
    ['i...->...', [[2, 3]], 'ij->j'],
    [
      '...i,...i',
      [
        [2, 3],
        [2, 3],
      ],
      'ai,ai->a',
    ],
  ])('%s', (equation, shapes, meant) => expectEinsum(equation, arguments_(...shapes), meant));

  it('agrees with loops on random equations', () => {
    const term = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 3 });
    const sizes = fc.record({ a: fc.nat(3), b: fc.integer({ min: 1, max: 3 }), c: fc.constant(1), d: fc.constant(2) });
    const equation = fc.tuple(fc.array(term, { minLength: 1, maxLength: 3 }), fc.nat(15), sizes);
    const holds = ([terms, mask, size]: [('a' | 'b' | 'c' | 'd')[][], number, Record<'a' | 'b' | 'c' | 'd', number>]) => {
      const output = [...new Set(terms.flat())].filter((_, i) => mask & (1 << i));
      const text = `${terms.map((letters) => letters.join('')).join(',')}->${output.join('')}`;
      expectEinsum(text, arguments_(...terms.map((letters) => letters.map((letter) => size[letter]))));
    };
    fc.assert(fc.property(equation, holds), { numRuns: 60 });
  });

  it('has derivatives', () => {
    const operands = arguments_([2, 2, 3], [3, 2], [2]);
    checkDerivatives((a, b, c) => einsum('iij,jk,k->ik', a, b, c), operands);
  });

  it.each([
    ['ij,jk->ik->x', "einsum: 'ij,jk->ik->x' has two arrows."],
    ['ij->ij', "einsum: 'ij->ij' has 1 operands, but 2 are given."],
    ['ijk,jk->i', "einsum: 'ijk,jk->i' gives 'ijk' to an operand of 2 axes."],
    ['ij,jk->ii', "einsum: 'ij,jk->ii' has 'i' twice in its output."],
    ['ij,jk->im', "einsum: 'ij,jk->im' has 'm' in its output, but in no operand."],
    ['ij,ji->ij', "einsum: 'ij,ji->ij' gives 'i' two sizes, 2 and 4."],
    ['i1,jk->i', "einsum: 'i1,jk->i' holds '1' where a letter is due."],
  ])('refuses %s', (equation, message) => {
    const { inputs } = inputsOf(arguments_([2, 3], [3, 4]));
    expect(() => einsum(equation, ...inputs)).toThrow(message);
  });
});

/** The equation of a matrix product by NumPy's rule, for operands of these ranks. */
function matmulEquation(m: number, n: number): string {
  const lead = (rank: number) => 'abcd'.slice(4 - Math.max(rank - 2, 0));
  const [first, second] = [m === 1 ? 'k' : `${lead(m)}mk`, n === 1 ? 'k' : `${lead(n)}kn`];
  const result = `${lead(Math.max(m, n))}${m === 1 ? '' : 'm'}${n === 1 ? '' : 'n'}`;
  return `${first},${second}->${result}`;
}

describe('matmul', () => {
  const shapes: [number[], number[]][] = [
    [
      [2, 3],
      [3, 4],
    ],
    [[3], [3]],
    [[3], [3, 4]],
    [[2, 3], [3]],
    [[2, 2, 3], [3]],
    [[3], [2, 3, 4]],
    [
      [2, 2, 3],
      [3, 4],
    ],
    [
      [2, 3],
      [2, 2, 3, 4],
    ],
    [
      [3, 2, 2],
      [3, 2, 4],
    ],
    [
      [1, 2, 2],
      [3, 2, 4],
    ],
    [
      [2, 1, 2, 3],
      [4, 3, 2],
    ],
    [
      [2, 1, 2, 3],
      [1, 4, 3, 2],
    ],
    [
      [1, 1, 2, 3],
      [1, 3, 2],
    ],
    [
      [2, 0],
      [0, 3],
    ],
    [
      [0, 2],
      [2, 3],
    ],
    [
      [2, 1],
      [1, 3],
    ],
  ];
  it.each(shapes)('multiplies %j by %j as NumPy does', (a, b) => {
    const operands = arguments_(a, b);
    const { inputs, feeds } = inputsOf(operands);
    const wanted = einsumByLoops(matmulEquation(a.length, b.length), operands);
    expectClose(valuesOf(matmul(inputs[0]!, inputs[1]!), feeds), wanted, 'matmul', 1e-12);
  });

  it.each(shapes)('has derivatives for %j by %j', (a, b) => checkDerivatives(matmul, arguments_(a, b)));

  it('gives a weight its gradient in one contraction over all leading axes', () => {
    const graph = new Graph();
    const x = graph.input('x', [32, 128, 64]);
    const w = graph.input('w', [64, 256]);
    const gradient = grad(sum(matmul(x, w)), w);
    const products = reached([gradient]).filter((node: Node) => node.op === contract.op);
    expect(products.map(String)).toEqual([expect.stringContaining('batch: [], contracted: [[0, 0], [1, 1]]) float32 [64, 256]')]);
  });

  it('takes named dims', () => {
    const graph = new Graph();
    const x = graph.input('x', ['batch', 'seq', 8]);
    const y = matmul(x, graph.input('w', [8, 4]));
    expect(y.shape.join()).toBe('batch,seq,4');
    expect(matmul(x, graph.input('z', ['batch', 8, 'seq'])).shape.join()).toBe('batch,seq,seq');
  });

  it('counts bools as 0 and 1, and keeps integers', () => {
    const graph = new Graph();
    const x = graph.constant([[true, true, false]]);
    const y = matmul(x, graph.constant([[1], [2], [4]], 'int32'));
    expect([y.dtype, ...valuesOf(y)]).toEqual(['int32', 3]);
    expect(valuesOf(matmul(x, graph.constant([[true], [true], [true]])))).toEqual([2]);
  });

  it.each([
    [[32, 784], [100, 10], 'matmul: inner axes differ: [32, 784] times [100, 10]. 784 must equal 100.'],
    [[2, 3], [2], 'matmul: inner axes differ: [2, 3] times [2]. 3 must equal 2.'],
    [[2, 2, 3], [3, 3, 4], 'matmul: leading axes [2] and [3] do not broadcast: 2 and 3 differ.'],
    [[], [3], 'matmul: shapes [] and [3]: a scalar has no axis to multiply along. Use mul.'],
  ])('refuses %j by %j', (a, b, message) => {
    const { inputs } = inputsOf(arguments_(a, b));
    expect(() => matmul(inputs[0]!, inputs[1]!)).toThrow(ShapeError);
    expect(() => matmul(inputs[0]!, inputs[1]!)).toThrow(message);
  });
});

describe('products of vectors and layers', () => {
  it('dot, outer and linear agree with einsum', () => {
    const operands = arguments_([3], [3], [4, 3], [4], [2, 2, 3]);
    const { inputs, feeds } = inputsOf(operands);
    const [a, b, w, bias, x] = inputs as [Node, Node, Node, Node, Node];
    expectClose(valuesOf(dot(a, b), feeds), einsumByLoops('i,i->', operands.slice(0, 2)), 'dot', 1e-12);
    expectClose(valuesOf(outer(a, bias), feeds), einsumByLoops('i,j->ij', [operands[0]!, operands[3]!]), 'outer', 1e-12);
    const product = einsumByLoops('abi,oi->abo', [operands[4]!, operands[2]!]);
    const wanted = product.map((value, i) => value + operands[3]!.data[i % 4]!);
    expectClose(valuesOf(linear(x, w, bias), feeds), wanted, 'linear', 1e-12);
    expectClose(valuesOf(linear(x, w), feeds), product, 'linear', 1e-12);
  });

  it('have derivatives', () => {
    checkDerivatives(dot, arguments_([3], [3]));
    checkDerivatives(outer, arguments_([3], [2]));
    checkDerivatives((x, w, b) => linear(x, w, b), arguments_([2, 3], [4, 3], [4]));
  });

  it('refuse what does not fit', () => {
    const { inputs } = inputsOf(arguments_([2, 3], [4]));
    const [a, b] = inputs as [Node, Node];
    expect(() => dot(a, b)).toThrow('dot: takes two vectors of one length, not [2, 3] and [4]. matmul multiplies matrices.');
    expect(() => outer(a, b)).toThrow('outer: takes two vectors, not [2, 3] and [4]. Reshape them first.');
    expect(() => linear(b, a)).toThrow('linear: takes x […, inputs] and w [outputs, inputs], not [4] and [2, 3].');
  });
});

describe('contract', () => {
  it('orders batch axes, free axes of the first, free axes of the second', () => {
    const operands = arguments_([2, 3, 4], [5, 4, 2]);
    const { inputs, feeds } = inputsOf(operands);
    const y = contract(inputs[0]!, inputs[1]!, { batch: [[0, 2]], contracted: [[2, -2]] });
    expect(y.shape).toEqual([2, 3, 5]);
    expectClose(valuesOf(y, feeds), einsumByLoops('bik,jkb->bij', operands), 'contract', 1e-12);
  });

  it('has derivatives to third order, whatever the roles of the axes', () => {
    const call = (a: Node, b: Node) =>
      contract(a, b, {
        batch: [[1, 2]],
        contracted: [
          [3, 0],
          [0, 3],
        ],
      });
    const operands = arguments_([2, 2, 2, 3], [3, 2, 2, 2]);
    checkDerivatives(call, operands);
    checkDerivatives((a, b) => {
      const y = call(a, b);
      return grad(sum(mul(y, mul(y, y))), a);
    }, operands);
  });

  it('refuses pairs that do not fit', () => {
    const { inputs } = inputsOf(arguments_([2, 3], [3, 4]));
    const [a, b] = inputs as [Node, Node];
    expect(() => contract(a, b, { contracted: [[0, 0]] })).toThrow(
      'contract: axis 0 of [2, 3] meets axis 0 of [3, 4], but 2 and 3 differ.',
    );
    expect(() => contract(a, b, { batch: [[1, 0]], contracted: [[1, 0]] })).toThrow(
      'contract: axis 1 of [2, 3] is in two pairs; an axis is batch, contracted or free.',
    );
  });
});
