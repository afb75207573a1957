import { add, mul, type Node, optionsOf, where } from '@tapegrad/core';
import { cos, div, exp, floor, lt, minimum, pow, sub } from '@tapegrad/ops';
import type { Schedule } from '../optimisers/common.js';

/**
 * `base · factor^⌊step / every⌋`.
 *
 * @example
 * const updates = sgd(loss, parameters, { learningRate: stepDecay(0.1, { every: 30, factor: 0.1 }) });
 */
export function stepDecay(base: number, options: { every: number; factor: number }): Schedule {
  const { every, factor } = optionsOf('stepDecay', options, { every: undefined, factor: undefined });
  return (step) => mul(base, powerOf(factor, floor(div(step, every))));
}

/**
 * `base · factor^step`.
 *
 * @example
 * const updates = sgd(loss, parameters, { learningRate: exponentialDecay(0.1, { factor: 0.999 }) });
 */
export function exponentialDecay(base: number, options: { factor: number }): Schedule {
  const { factor } = optionsOf('exponentialDecay', options, { factor: undefined });
  return (step) => mul(base, powerOf(factor, step));
}

/**
 * Half a cosine from `base` to `minimum` over `steps`, and back: Loshchilov & Hutter, "SGDR: Stochastic Gradient Descent with Warm
 * Restarts", 2017, without restarts.
 *
 * @example
 * const updates = sgd(loss, parameters, { learningRate: cosineDecay(0.1, { steps: 1000 }) });
 */
export function cosineDecay(base: number, options: { steps: number; minimum?: number }): Schedule {
  const { steps, minimum: low } = optionsOf('cosineDecay', options, { steps: undefined, minimum: 0 });
  return (step) => glide(low, base, div(step, steps));
}

/**
 * A line from `start · base` to `base` over `steps`, then `base`.
 *
 * @example
 * const updates = sgd(loss, parameters, { learningRate: linearWarmup(0.1, { steps: 100 }) });
 */
export function linearWarmup(base: number, options: { steps: number; start?: number }): Schedule {
  const { steps, start } = optionsOf('linearWarmup', options, { steps: undefined, start: 0 });
  return (step) => mul(base, add(start, mul((1 - start) / steps, minimum(step, steps))));
}

/**
 * `base · (1 - step / steps)^power`, and 0 after `steps`.
 *
 * @example
 * const updates = sgd(loss, parameters, { learningRate: polynomialDecay(0.1, { steps: 1000, power: 2 }) });
 */
export function polynomialDecay(base: number, options: { steps: number; power?: number }): Schedule {
  const { steps, power } = optionsOf('polynomialDecay', options, { steps: undefined, power: 1 });
  return (step) => mul(base, pow(sub(1, div(minimum(step, steps), steps)), power));
}

/** Options of {@link oneCycle}. */
export interface OneCycleOptions {
  /** Length of the whole cycle. */
  readonly steps: number;
  /** Part of it that rises (0.3). */
  readonly rise?: number;
  /** The first rate is the highest divided by this (25). */
  readonly startDivisor?: number;
  /** The last rate is the first divided by this (10,000). */
  readonly endDivisor?: number;
}

/**
 * Half a cosine up to `highest`, then half a cosine down: Smith & Topin, "Super-Convergence", 2018; PyTorch's `OneCycleLR`.
 *
 * @example
 * const updates = sgd(loss, parameters, { learningRate: oneCycle(0.1, { steps: 1000 }) });
 */
export function oneCycle(highest: number, options: OneCycleOptions): Schedule {
  const { steps, rise, startDivisor, endDivisor } = optionsOf('oneCycle', options, {
    steps: undefined,
    rise: 0.3,
    startDivisor: 25,
    endDivisor: 1e4,
  });
  const first = highest / startDivisor;
  const last = first / endDivisor;
  const top = rise * steps - 1;
  const end = steps - 1;
  return (step) => {
    const up = glide(highest, first, div(step, top));
    const down = glide(last, highest, div(sub(step, top), end - top));
    return where(lt(step, top), up, down);
  };
}

/** Half a cosine from `from` at 0 to `to` at 1. */
function glide(to: number, from: number, at: Node): Node {
  return add(to, mul((from - to) / 2, add(1, cos(mul(Math.PI, at)))));
}

function powerOf(base: number, exponent: Node): Node {
  return exp(mul(Math.log(base), exponent));
}
