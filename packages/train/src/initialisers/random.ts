import { add, callOn, type Initialiser, mul, optionsOf, ShapeError, showShape, where } from '@tapegrad/core';
import { abs, clamp, le, randomNormal, randomUniform } from '@tapegrad/ops';

/**
 * Uniform in `low … high`, -0.05 … 0.05 unless said.
 *
 * @example
 * const kernel = graph.parameter('kernel', uniform([784, 10], { low: -0.1, high: 0.1 }));
 */
export function uniform(shape: readonly number[], options?: { low?: number; high?: number }): Initialiser {
  const { low, high } = optionsOf('uniform', options, { low: -0.05, high: 0.05 });
  return { shape, build: (graph, dtype) => callOn(graph, () => randomUniform(shape, { low, high, dtype })) };
}

/**
 * Normal with this mean and standard deviation, 0 and 0.05 unless said.
 *
 * @example
 * const kernel = graph.parameter('kernel', normal([784, 10], { std: 0.02 }));
 */
export function normal(shape: readonly number[], options?: { mean?: number; std?: number }): Initialiser {
  const { mean, std } = optionsOf('normal', options, { mean: 0, std: 0.05 });
  return { shape, build: (graph, dtype) => callOn(graph, () => randomNormal(shape, { mean, std, dtype })) };
}

/** How many draws one value is given to lie within two deviations: it fails once in 10¹¹. */
const DRAWS = 8;

/**
 * Normal with this mean and deviation, 0 and 0.05 unless said, of which all beyond two deviations are drawn again; the deviation of what is left is
 * 0.88 of that.
 *
 * @example
 * const kernel = graph.parameter('kernel', truncatedNormal([784, 10], { std: 0.02 }));
 */
export function truncatedNormal(shape: readonly number[], options?: { mean?: number; std?: number }): Initialiser {
  const { mean, std } = optionsOf('truncatedNormal', options, { mean: 0, std: 0.05 });
  const build: Initialiser['build'] = (graph, dtype) =>
    callOn(graph, () => {
      const draws = Array.from({ length: DRAWS }, () => randomNormal(shape, { dtype }));
      const within = draws.reduceRight((rest, drawn) => where(le(abs(drawn), 2), drawn, rest));
      return add(mul(clamp(within, { min: -2, max: 2 }), std), mean);
    });
  return { shape, build };
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

/**
 * Uniform in ±√(3 / fanIn), for layers before a SELU or tanh: LeCun et al., "Efficient BackProp", 1998. Fans as for `glorotUniform`.
 *
 * @example
 * const kernel = graph.parameter('kernel', lecunUniform([784, 128]));
 */
export function lecunUniform(shape: readonly number[]): Initialiser {
  return symmetric(shape, 3 / fans('lecunUniform', shape).fanIn);
}

/**
 * Normal with deviation √(1 / fanIn). Fans and source as for `lecunUniform`.
 *
 * @example
 * const kernel = graph.parameter('kernel', lecunNormal([784, 128]));
 */
export function lecunNormal(shape: readonly number[]): Initialiser {
  return normal(shape, { std: Math.sqrt(1 / fans('lecunNormal', shape).fanIn) });
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
