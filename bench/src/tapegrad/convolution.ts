import { type Backend, conv2d, Graph, grad, mul, sum, Tensor } from 'tapegrad';
import type { Prepared } from '../system.js';
import type { Convolution } from '../work/convolution.js';
import { timedStaying } from './timed.js';

/** Images, kernels and result stay on the backend. */
export function convolve(backend: Backend, work: Convolution): Promise<Prepared> {
  const { batch, channels, outputs, size, kernel, stride, padding, groups, places, part } = work;
  const graph = new Graph();
  const x = graph.state('images', Tensor.from(work.images, { shape: [batch, channels, size, size] }));
  const w = graph.state('kernels', Tensor.from(work.kernels, { shape: [outputs, channels / groups, kernel, kernel] }));
  const y = conv2d(x, w, { stride, padding, groups });
  if (part === 'forward') return timedStaying(backend, graph, y);
  const given = graph.state('gradient', Tensor.from(work.gradient, { shape: [batch, outputs, places, places] }));
  return timedStaying(backend, graph, grad(sum(mul(y, given)), part === 'images' ? x : w));
}
