import {
  castValue,
  DtypeError,
  exactIn,
  graphOf,
  isFloat,
  type Node,
  nodeOf,
  type Operand,
  optionsOf,
  withOp,
} from '@tapegrad/core';
import { gt, lt } from './compare.js';
import { or } from './logical.js';
import { numbers } from './support/dtypes.js';
import { gated } from './support/gated.js';

/** The bounds of {@link clamp}; a missing one bounds nothing. */
export interface ClampOptions {
  /** The least value, −Infinity unless said. */
  readonly min?: number;
  /** The greatest value, Infinity unless said. */
  readonly max?: number;
}

/** Where x is outside, as bool; null where there is no bound. */
function outside(x: Node, { min, max }: ClampOptions): Node | null {
  const below = min === undefined ? null : lt(x, min);
  const above = max === undefined ? null : gt(x, max);
  return below && above ? or(below, above) : (below ?? above);
}

const clampOp = gated<ClampOptions>('clamp', {
  dtype: numbers('clamp'),
  stops: (y, x) => outside(x, y.attrs)!,
  lower: (k) => {
    const { min, max } = k.attrs;
    const x = k.load(0, k.at);
    const raised = min === undefined ? x : x.max(k.constant(min));
    return max === undefined ? raised : raised.min(k.constant(max));
  },
});

/** A bound as the dtype holds it. */
function bound(value: number | undefined, x: Node): number | undefined {
  if (value === undefined) return undefined;
  if (!isFloat(x.dtype) && !exactIn(value, x.dtype)) {
    throw new DtypeError(`clamp: ${x.dtype} does not hold the bound ${value}. Give a whole number in its range.`, {
      op: 'clamp',
    });
  }
  return castValue(value, x.dtype);
}

/**
 * Each element, no less than `min` and no more than `max`; NaN stays. Same shape and dtype out. Its derivative is 1 on both bounds and
 * between them. Throws `DtypeError` for bools, and for bounds that an integer dtype does not hold.
 *
 * @formula y = min(max(x, low), high)
 * @derivative 1 where low ≤ x ≤ high, else 0
 * @example
 * const safe = clamp(p, { min: 1e-7, max: 1 - 1e-7 });
 */
export const clamp = withOp(clampOp, (x: Operand, options?: ClampOptions): Node => {
  const said = optionsOf('clamp', options, { min: undefined, max: undefined });
  const graph = graphOf('clamp', [x]);
  const node = nodeOf(x, graph);
  const min = bound(said.min, node);
  const max = bound(said.max, node);
  if (min === undefined && max === undefined) return node;
  return graph.append(clampOp, [node], { ...(min !== undefined && { min }), ...(max !== undefined && { max }) });
});
