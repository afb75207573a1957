import { castValue, type Initialiser } from '@tapegrad/core';

/**
 * One value everywhere.
 *
 * @example
 * const slope = graph.parameter('slope', constant([16], 0.25));
 */
export function constant(shape: readonly number[], value: number): Initialiser {
  return { shape, build: (graph, dtype) => graph.splat(castValue(value, dtype), shape, dtype) };
}

/**
 * 0 everywhere.
 *
 * @example
 * const b = graph.parameter('b', zeros([10]));
 */
export function zeros(shape: readonly number[]): Initialiser {
  return constant(shape, 0);
}

/**
 * 1 everywhere.
 *
 * @example
 * const gamma = graph.parameter('gamma', ones([64]));
 */
export function ones(shape: readonly number[]): Initialiser {
  return constant(shape, 1);
}
