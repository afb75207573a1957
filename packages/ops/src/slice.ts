import {
  addDims,
  type Condition,
  type Dim,
  type DimLike,
  dim,
  floorDivide,
  graphOf,
  isConstant,
  linear,
  type Node,
  nodeOf,
  normaliseAxes,
  type Operand,
  optionsOf,
  quoteDim,
  type Shape,
  ShapeError,
  sameShape,
  showShape,
  subtractDims,
  withOp,
} from '@tapegrad/core';

/** `[start, stop, step]` of an axis as Python writes it: null or missing means the default. */
export type Range = readonly [start?: DimLike | null, stop?: DimLike | null, step?: number | null];

/** Where the elements of the smaller side are in the larger: element `i` of an axis is at `start + i*step`. */
interface Placement {
  readonly start: readonly Dim[];
  readonly step: readonly number[];
}

interface SliceAttrs extends Placement {
  readonly size: Shape;
}

interface EmbedAttrs extends Placement {
  readonly shape: Shape;
}

/** Checks that `size` elements from `start` by `step` lie within `within`, wherever that can be known. */
function checkFit(op: string, { start, step }: Placement, size: Shape, within: Shape): void {
  size.forEach((count, axis) => {
    const first = start[axis]!;
    const room = within[axis]!;
    if (typeof count !== 'number' || count === 0) return;
    const last = addDims(first, (count - 1) * step[axis]!);
    const outside =
      count < 0 || [first, last].some((at) => typeof at === 'number' && typeof room === 'number' && (at < 0 || at >= room));
    if (!outside) return;
    throw new ShapeError(
      `${op}: ${count} elements from ${quoteDim(first)} by ${step[axis]} do not lie within axis ${axis} of ${showShape(within)}.`,
      { op },
    );
  });
}

const sliceForm = linear<SliceAttrs>('slice', {
  shape: ([x], attrs) => {
    checkFit('slice', attrs, attrs.size, x!.shape);
    return attrs.size;
  },
  adjoint: ({ inputs: [x], attrs: { start, step } }, g) => embed(g, { start, step, shape: x!.shape }),
  lower: (k) =>
    k.load(
      0,
      k.at.map((at, axis) => at.times(k.attrs.step[axis]!).plus(k.attrs.start[axis] as number)),
    ),
});

const embedForm = linear<EmbedAttrs>('embed', {
  kind: 'guarded',
  cost: 1,
  shape: ([x], attrs) => {
    checkFit('embed', attrs, x!.shape, attrs.shape);
    return attrs.shape;
  },
  adjoint: ({ inputs: [x], attrs: { start, step } }, g) => sliceAt(g, { start, step, size: x!.shape }),
  lower: (k) => {
    const size = k.shapeOf(0);
    const offsets = k.at.map((at, axis) => {
      const start = k.attrs.start[axis] as number;
      return k.attrs.step[axis]! > 0 ? at.plus(-start) : at.times(-1).plus(start);
    });
    const steps = k.attrs.step.map(Math.abs);
    const conditions = offsets.flatMap((offset, axis): Condition[] => {
      const step = steps[axis]!;
      const reach: Condition = [offset, 0, (size[axis]! - 1) * step + 1];
      return step === 1 ? [reach] : [reach, [offset.mod(step), 0, 1]];
    });
    const from = offsets.map((offset, axis) => offset.div(steps[axis]!));
    return k.guard(conditions, () => k.load(0, from), 0);
  },
});

/** A slice whose every axis is given in full: `size` elements from `start` by `step`. For authors of ops. */
export function sliceAt(x: Node, { start, step, size }: SliceAttrs): Node {
  if (isConstant(x)) return x.graph.splat(x.attrs.value, size, x.dtype);
  const whole = sameShape(size, x.shape) && start.every((at, axis) => at === 0 && step[axis] === 1);
  return whole ? x : sliceForm(x, { start, step, size });
}

/**
 * Puts the elements of `x` into zeros of `shape`: element `i` of an axis goes to `start + i*step`. The adjoint of a slice, which is its own;
 * for authors of ops. Throws `ShapeError` where they do not fit.
 *
 * @formula y[start + step·i] = x[i], and 0 elsewhere
 * @derivative x̄[i] = ȳ[start + step·i]
 * @example
 * const spread = embed(x, { start: [0], step: [2], shape: [5] }); // [1, 2, 3] gives [1, 0, 2, 0, 3]
 */
export const embed = withOp(embedForm, (x: Operand, options: EmbedAttrs): Node => {
  const { start, step, shape } = optionsOf('embed', options, { start: undefined, step: undefined, shape: undefined });
  const graph = graphOf('embed', [x]);
  const node = nodeOf(x, graph);
  if (isConstant(node, 0)) return graph.splat(0, shape, node.dtype);
  const whole = sameShape(node.shape, shape) && start.every((at, axis) => at === 0 && step[axis] === 1);
  return whole ? node : embedForm(node, { start, step, shape });
});

/** The position that a bound names on an axis, within `low … high`; on a named axis a bound is taken to lie within it. */
function position(bound: DimLike | null | undefined, otherwise: Dim, size: Dim, low: number, high: Dim): Dim {
  if (bound === null || bound === undefined) return otherwise;
  const given = dim(bound);
  const at = typeof given === 'number' && given < 0 ? addDims(size, given) : given;
  if (typeof at !== 'number' || typeof high !== 'number') return at;
  return Math.min(Math.max(at, low), high);
}

/** The start, step and size of one axis, by Python's rules. */
function resolve(range: Range, size: Dim, axis: number): { start: Dim; step: number; size: Dim } {
  const step = range[2] ?? 1;
  if (!Number.isInteger(step) || step === 0) {
    throw new ShapeError(`slice: axis ${axis} has step ${step}; a step is a whole number other than 0.`, { op: 'slice' });
  }
  const forward = step > 0;
  const last = subtractDims(size, 1);
  const start = forward ? position(range[0], 0, size, 0, size) : position(range[0], last, size, -1, last);
  const stop = forward ? position(range[1], size, size, 0, size) : position(range[1], -1, size, -1, last);
  const distance = forward ? subtractDims(stop, start) : subtractDims(start, stop);
  const count = floorDivide(addDims(distance, Math.abs(step) - 1), Math.abs(step));
  const empty = typeof count === 'number' && count <= 0;
  return empty ? { start: 0, step: 1, size: 0 } : { start, step, size: count };
}

/**
 * A part of `x`: one `[start, stop, step]` per leading axis, by Python's rules: bounds that are negative count from the end, null or missing
 * ones are the default, those beyond the end are cut, and a negative step walks backwards. Axes not mentioned stay whole. On a named axis,
 * bounds must lie within it. Throws `ShapeError` for more ranges than axes and for a step that is 0 or no whole number.
 *
 * @formula y[i] = x[start + step·i]
 * @derivative x̄[start + step·i] = ȳ[i], and 0 elsewhere
 * @example
 * const inner = slice(x, [[1, -1], [null, null, 2]]); // [5, 6] gives [3, 3]
 */
export const slice = withOp(sliceForm, (x: Operand, ranges: readonly Range[]): Node => {
  const graph = graphOf('slice', [x]);
  const node = nodeOf(x, graph);
  if (ranges.length > node.shape.length) {
    throw new ShapeError(`slice: ${ranges.length} ranges for ${showShape(node.shape)}: give at most one per axis.`, {
      op: 'slice',
    });
  }
  const axes = node.shape.map((size, axis) => resolve(ranges[axis] ?? [], size, axis));
  return sliceAt(node, {
    start: axes.map(({ start }) => start),
    step: axes.map(({ step }) => step),
    size: axes.map(({ size }) => size),
  });
});

/**
 * Turns axes around: those of `axis`, or all unless said. Same shape out. Throws `ShapeError` where there is no such axis.
 *
 * @formula y[i] = x[n − 1 − i]
 * @derivative x̄ = ȳ flipped
 * @example
 * const mirrored = flip(image, { axis: -1 });
 */
export const flip = withOp(sliceForm, (x: Operand, options?: { axis?: number | readonly number[] }): Node => {
  const { axis } = optionsOf('flip', options, { axis: undefined });
  const graph = graphOf('flip', [x]);
  const node = nodeOf(x, graph);
  const turned = new Set(normaliseAxes('flip', axis, node.shape.length).filter((i) => node.shape[i] !== 0));
  return sliceAt(node, {
    start: node.shape.map((size, i) => (turned.has(i) ? subtractDims(size, 1) : 0)),
    step: node.shape.map((_, i) => (turned.has(i) ? -1 : 1)),
    size: node.shape,
  });
});
