import { grad } from '../differentiate/derivatives.js';
import type { Node } from '../graph/node.js';
import { publicCall } from '../graph/public-call.js';
import { optionsOf } from '../options.js';
import { strides } from '../tensor/shape.js';
import type { Feeds } from './feeds.js';
import { type GradientEntry, GradientReport } from './gradient-report.js';
import { twinOf } from './twin.js';

/** How {@link checkGradients} looks, and how closely. */
export interface CheckGradientsOptions {
  readonly feeds?: Feeds;
  /** How far an element is moved to each side, relative to its size where that is above 1; 1e-5 unless said. */
  readonly step?: number;
  /** The largest error that passes, relative to the gradient where that is above 1; 1e-6 unless said. */
  readonly tolerance?: number;
  /** How many elements of each node are tried, spread over it; 100 unless said. */
  readonly elements?: number;
}

const DEFAULTS = { feeds: {}, step: 1e-5, tolerance: 1e-6, elements: 100 };

/**
 * Compares the gradients of a scalar with central differences, in float64 whatever the graph's dtypes, on the interpreter. State has its
 * first values. The nodes may be inputs, parameters, or any others, which are then varied for themselves.
 *
 * Throws as `grad` and `evaluate` do. The report says whether all agree (`ok`), and prints.
 *
 * @example
 * const report = checkGradients(loss, [w, b], { feeds: { x, y } });
 * if (!report.ok) console.log(report);
 */
export function checkGradients(loss: Node, nodes: Node | readonly Node[], options?: CheckGradientsOptions): GradientReport {
  return publicCall(checkGradients, () => {
    const { feeds, step, tolerance, elements } = optionsOf('checkGradients', options, DEFAULTS);
    const inputs = isList(nodes) ? nodes : [nodes];
    const twin = twinOf([loss, ...grad(loss, inputs)], inputs, feeds);
    const start = twin.points.map(({ data }) => data as Float64Array);
    const gradients = twin.compute(inputs.map((_, i) => i + 1))(start);
    const value = twin.compute([0]);
    const valueAt = (values: readonly Float64Array[]): number => value(values)[0]![0]!;
    const rounding = (4 * Number.EPSILON * Math.abs(valueAt(start))) / step;
    const check = (i: number, k: number): GradientEntry => {
      const point = start[i]![k]!;
      const by = step * Math.max(1, Math.abs(point));
      const moved = (to: number): number => valueAt(start.with(i, start[i]!.with(k, to)));
      const numeric = (moved(point + by) - moved(point - by)) / (2 * by);
      const analytic = gradients[i]![k]!;
      const scale = Math.max(1, Math.abs(analytic), Math.abs(numeric));
      const error = Math.abs(analytic - numeric) / scale;
      const element = indexOf(k, twin.points[i]!.shape);
      return { node: inputs[i]!, element, analytic, numeric, error, agrees: error <= tolerance + rounding / scale };
    };
    const entries = inputs.flatMap((_, i) => spread(start[i]!.length, elements).map((k) => check(i, k)));
    return new GradientReport(entries, tolerance);
  });
}

function isList(nodes: Node | readonly Node[]): nodes is readonly Node[] {
  return Array.isArray(nodes);
}

/** At most `count` positions among `size`, evenly spread. */
function spread(size: number, count: number): number[] {
  const taken = Math.min(size, count);
  return Array.from({ length: taken }, (_, i) => Math.floor((i * size) / taken));
}

function indexOf(position: number, shape: readonly number[]): number[] {
  const steps = strides(shape);
  return shape.map((size, axis) => Math.floor(position / steps[axis]!) % size);
}
