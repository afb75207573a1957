import { callOn, type Initialiser, ShapeError, showShape } from '@tapegrad/core';
import { randomNormal, randomUniform } from '@tapegrad/ops';

/**
 * Uniform in `low … high`, -0.05 … 0.05 unless said.
 *
 * @example
 * const kernel = graph.parameter('kernel', uniform([784, 10], { low: -0.1, high: 0.1 }));
 */
export function uniform(shape: readonly number[], { low = -0.05, high = 0.05 } = {}): Initialiser {
  return { shape, build: (graph, dtype) => callOn(graph, () => randomUniform(shape, { low, high, dtype })) };
}

/**
 * Normal with this mean and standard deviation, 0 and 0.05 unless said.
 *
 * @example
 * const kernel = graph.parameter('kernel', normal([784, 10], { std: 0.02 }));
 */
export function normal(shape: readonly number[], { mean = 0, std = 0.05 } = {}): Initialiser {
  return { shape, build: (graph, dtype) => callOn(graph, () => randomNormal(shape, { mean, std, dtype })) };
}

/**
 * Uniform in ±√(6 / (fanIn + fanOut)): Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
 * For matrices `[in, out]`, and for kernels of convolutions `[out, in, …]`, where the window's size multiplies both fans.
 *
 * @example
 * const w = graph.parameter('w', glorotUniform([784, 10]));
 */
export function glorotUniform(shape: readonly number[]): Initialiser {
  const { fanIn, fanOut } = fans('glorotUniform', shape);
  return symmetric(shape, 6 / (fanIn + fanOut));
}

/**
 * Normal with deviation √(2 / (fanIn + fanOut)). Fans and source as for `glorotUniform`.
 *
 * @example
 * const kernel = graph.parameter('kernel', glorotNormal([784, 10]));
 */
export function glorotNormal(shape: readonly number[]): Initialiser {
  const { fanIn, fanOut } = fans('glorotNormal', shape);
  return normal(shape, { std: Math.sqrt(2 / (fanIn + fanOut)) });
}

/**
 * Uniform in ±√(6 / fanIn), for layers before a ReLU: He et al., "Delving Deep into Rectifiers", 2015. Fans as for `glorotUniform`.
 *
 * @example
 * const w = graph.parameter('w', heUniform([784, 128]));
 */
export function heUniform(shape: readonly number[]): Initialiser {
  return symmetric(shape, 6 / fans('heUniform', shape).fanIn);
}

/**
 * Normal with deviation √(2 / fanIn). Fans and source as for `heUniform`.
 *
 * @example
 * const kernel = graph.parameter('kernel', heNormal([784, 10]));
 */
export function heNormal(shape: readonly number[]): Initialiser {
  return normal(shape, { std: Math.sqrt(2 / fans('heNormal', shape).fanIn) });
}

function symmetric(shape: readonly number[], squaredBound: number): Initialiser {
  const bound = Math.sqrt(squaredBound);
  return uniform(shape, { low: -bound, high: bound });
}

/** How many values feed one result, and how many results one value feeds. */
function fans(name: string, shape: readonly number[]): { fanIn: number; fanOut: number } {
  const [first, second, ...window] = shape;
  if (first === undefined || second === undefined) {
    throw new ShapeError(`${name}: ${showShape(shape)} has no fans; give a matrix [in, out] or a kernel [out, in, …].`, {
      op: name,
    });
  }
  const size = window.reduce((a, b) => a * b, 1);
  return window.length === 0 ? { fanIn: first, fanOut: second } : { fanIn: second * size, fanOut: first * size };
}
