import { callOn, type Initialiser, mul, optionsOf, ShapeError, showShape } from '@tapegrad/core';
import { qr, randomNormal, reshape, transpose } from '@tapegrad/ops';

/**
 * A matrix with orthonormal columns, or rows where it has fewer of them, evenly from all such, times `gain` (1): Saxe et al., "Exact solutions to
 * the nonlinear dynamics of learning in deep linear neural networks", 2014. Of more than two axes, all but the first count as one.
 *
 * Throws `ShapeError` below two axes.
 *
 * @example
 * const recurrent = graph.parameter('recurrent', orthogonal([64, 64]));
 */
export function orthogonal(shape: readonly number[], options?: { gain?: number }): Initialiser {
  const { gain } = optionsOf('orthogonal', options, { gain: 1 });
  const [rows, ...rest] = shape;
  if (rows === undefined || rest.length === 0) {
    throw new ShapeError(`orthogonal: ${showShape(shape)} is no matrix; give at least two axes.`, { op: 'orthogonal' });
  }
  const columns = rest.reduce((a, b) => a * b, 1);
  const size = [Math.max(rows, columns), Math.min(rows, columns)];
  const build: Initialiser['build'] = (graph, dtype) =>
    callOn(graph, () => {
      const { q } = qr(randomNormal(size, { dtype }));
      return mul(reshape(rows < columns ? transpose(q) : q, shape), gain);
    });
  return { shape, build };
}
