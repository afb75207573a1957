import { Graph as CoreGraph, callOn } from '@tapegrad/core';
import * as ops from '@tapegrad/ops';

type Ops = { readonly [K in keyof typeof ops]: (typeof ops)[K] };

/** The ops as methods: each is the free function of that name, docstring and all. */
export interface Graph extends Ops {}

/**
 * An append-only list of operations, with every op as a method: `graph.add(a, b)` is `add(a, b)`. Operands may be numbers and nested arrays;
 * ops without a node among their operands (`graph.add(2, 2.5)`, draws, `iota`) need the method, which says whose graph is meant.
 *
 * @example
 * const graph = new Graph();
 * const x = graph.input('x', ['batch', 784]);
 * const w = graph.parameter('w', glorotUniform([784, 10]));
 * const y = graph.softmax(graph.matmul(x, w));
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the loop below gives the prototype every member of `Ops`.
export class Graph extends CoreGraph {}

for (const [name, op] of Object.entries(ops)) {
  // Not the free function itself: that has no `this`.
  function method(this: Graph, ...args: readonly unknown[]): unknown {
    return callOn(this, () => (op as (...args: readonly unknown[]) => unknown)(...args));
  }
  const value = Object.assign(Object.defineProperty(method, 'name', { value: name }), op);
  Object.defineProperty(Graph.prototype, name, { value, writable: true, configurable: true });
}
