import {
  droppedShape,
  type Expr,
  flatten,
  general,
  type Lowering,
  lowerReduction,
  type Node,
  type Operand,
  spread,
  withOp,
} from '@tapegrad/core';
import { checkNotEmpty, reducing } from './support/reduction.js';

interface AxesAttrs {
  readonly axes: readonly number[];
}

interface PositionOptions {
  /** The axis to search; the flat, row-major position in all of `x` unless said. */
  readonly axis?: number;
  /** Keeps the reduced axes with size 1. */
  readonly keepDims?: boolean;
}

/** The least position of an element that is the extreme, or NaN: if any is, the extreme is NaN and equals nothing. */
function lowerPosition(k: Lowering<AxesAttrs>, combine: 'max' | 'min'): Expr {
  const shape = k.shapeOf(0);
  const { axes } = k.attrs;
  const extents = axes.map((axis) => shape[axis]!);
  const extreme = lowerReduction(k, combine);
  const none = k.constant(extents.reduce((a, b) => a * b, 1));
  return k.reduce('min', extents, (...at) => {
    const x = k.load(0, spread(k.at, axes, at, shape.length));
    return x
      .eq(extreme)
      .or(x.ne(x))
      .select(k.index(flatten(at, extents)), none);
  });
}

function position(name: 'argmax' | 'argmin', combine: 'max' | 'min') {
  return general<AxesAttrs>(name, {
    kind: 'reduction',
    cost: 3,
    dtype: () => 'int32',
    shape: ([x], { axes }) => {
      checkNotEmpty(name, x!, axes);
      return droppedShape(x!.shape, axes);
    },
    lower: (k) => lowerPosition(k, combine),
  });
}

const ofLargest = position('argmax', 'max');
const ofSmallest = position('argmin', 'min');

/**
 * Where the largest element is along `axis`, or in all of `x` in row-major order, as int32: the first of several, and the first NaN if there
 * is one. Throws `ShapeError` where there are no elements.
 *
 * @formula y = the least i with xᵢ = maxⱼ xⱼ
 * @derivative none, the result is a position
 * @example
 * const predicted = argmax(logits, { axis: 1 }); // [32, 10] gives [32]
 */
export const argmax = withOp(ofLargest, (x: Operand, options?: PositionOptions): Node => {
  return reducing('argmax', x, options, (node, axes) => ofLargest(node, { axes }));
});

/**
 * Where the smallest element is along `axis`, or in all of `x` in row-major order, as int32: the first of several, and the first NaN if there
 * is one. Throws `ShapeError` where there are no elements.
 *
 * @formula y = the least i with xᵢ = minⱼ xⱼ
 * @derivative none, the result is a position
 * @example
 * const nearest = argmin(distances, { axis: 1 }); // [32, 10] gives [32]
 */
export const argmin = withOp(ofSmallest, (x: Operand, options?: PositionOptions): Node => {
  return reducing('argmin', x, options, (node, axes) => ofSmallest(node, { axes }));
});
