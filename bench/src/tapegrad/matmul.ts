import { type Backend, Graph, matmul as multiply, Tensor } from 'tapegrad';
import type { Prepared } from '../system.js';
import type { Product } from '../work/matmul.js';
import { timedStaying } from './timed.js';

/** Operands and product stay on the backend. */
export function matmul(backend: Backend, { size, a, b }: Product): Promise<Prepared> {
  const shape = [size, size];
  const graph = new Graph();
  const left = graph.state('a', Tensor.from(a, { shape }));
  const right = graph.state('b', Tensor.from(b, { shape }));
  return timedStaying(backend, graph, multiply(left, right));
}
