import { avgPool2d, type Backend, Graph, grad, maxPool2d, mul, sum, Tensor } from 'tapegrad';
import type { Prepared } from '../system.js';
import type { Pool } from '../work/pool.js';
import { timedStaying } from './timed.js';

/** Images and result stay on the backend. */
export function pool(backend: Backend, work: Pool): Promise<Prepared> {
  const { kind, batch, channels, size, kernel, stride, padding, places, part } = work;
  const graph = new Graph();
  const x = graph.state('images', Tensor.from(work.images, { shape: [batch, channels, size, size] }));
  const y = (kind === 'max' ? maxPool2d : avgPool2d)(x, { kernel, stride, padding });
  if (part === 'forward') return timedStaying(backend, graph, y);
  const given = graph.state('gradient', Tensor.from(work.gradient, { shape: [batch, channels, places, places] }));
  return timedStaying(backend, graph, grad(sum(mul(y, given)), x));
}
