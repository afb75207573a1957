import { inspect } from 'node:util';
import { Graph as CoreGraph, type Node, type Operand } from '@tapegrad/core';
import * as ops from '@tapegrad/ops';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { Graph } from '../src/graph.js';

describe('Graph', () => {
  it('has every op as a method, which appends the same node as the free function', () => {
    const graph = new Graph();
    const a = graph.input('a', [2, 3]);
    const b = graph.input('b', [3]);
    expect(graph.add(a, b)).toBe(ops.add(a, b));
    expect(Object.keys(ops).filter((name) => typeof Reflect.get(graph, name) !== 'function')).toEqual([]);
  });

  it('takes numbers and arrays alone, as the method says whose graph is meant', () => {
    const graph = new Graph();
    const sum = graph.add(2, 2.5);
    expect(sum.graph).toBe(graph);
    expect(graph.add([1, 2], 0.5).shape).toEqual([2]);
    expect(() => ops.add(2, 2.5)).toThrow('add: no node among its operands. Call it as a method of a graph: graph.add(…).');
  });

  it('points to the line of the user who called the method', () => {
    const graph = new Graph();
    const a = graph.input('a', [2]);
    expect(() => graph.add(a, graph.input('b', [3]))).toThrow(/\(graph\.test\.ts:\d+\)$/);
    expect(graph.mul(a, a).origin.site?.location).toMatch(/^graph\.test\.ts:\d+$/);
  });

  it('leaves the class of core as it is', () => {
    expect(new Graph()).toBeInstanceOf(CoreGraph);
    expect('add' in CoreGraph.prototype).toBe(false);
  });

  it('prints in a line', () => {
    const graph = new Graph();
    expect(String(graph)).toBe('Graph float32: 0 nodes');
    graph.mul(graph.input('x', [2]), graph.parameter('w', 1));
    expect(inspect(graph)).toBe('Graph float32: 4 nodes; x, w');
  });

  it('has no op whose name a graph uses itself', () => {
    const own = Object.getOwnPropertyNames(CoreGraph.prototype);
    expect(Object.keys(ops).filter((name) => own.includes(name) || name in new CoreGraph())).toEqual([]);
  });

  it('has methods typed as the free functions are', () => {
    expectTypeOf<Graph['add']>().toEqualTypeOf<typeof ops.add>();
    expectTypeOf<Graph['add']>().toBeCallableWith(2, [1, 2]);
    expectTypeOf<ReturnType<Graph['add']>>().toEqualTypeOf<Node>();
    expectTypeOf<Parameters<Graph['add']>>().toEqualTypeOf<[Operand, Operand]>();
    // @ts-expect-error: there is no such op
    new Graph().addd;
  });
});
