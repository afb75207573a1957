import {
  broadcastTo,
  droppedShape,
  general,
  keptShape,
  lowerReduction,
  type Node,
  type Operand,
  type ReductionOptions,
  reshapeTo,
  sum,
  where,
  withOp,
  zerosLike,
} from '@tapegrad/core';
import { div } from './arithmetic.js';
import { gt, lt } from './compare.js';
import { checkNotEmpty, reducing } from './support/reduction.js';

interface AxesAttrs {
  readonly axes: readonly number[];
}

/** A value of the result at every element that it came from. */
function spreadOver(y: Node, x: Node, axes: readonly number[]): Node {
  return broadcastTo(reshapeTo(y, keptShape(x.shape, axes)), x.shape);
}

/**
 * An extreme over axes. What `loses` is not the extreme; all the others share its derivative equally. Where the extreme is NaN nothing
 * loses, so that there is always somebody to share.
 */
function extreme(name: 'max' | 'min', loses: (x: Node, y: Node) => Node) {
  const shares = ({ inputs, attrs: { axes } }: Node<AxesAttrs>, y: Node) => {
    const x = inputs[0]!;
    const lost = loses(x, spreadOver(y, x, axes));
    const count = sum(where(lost, zerosLike(x), x.graph.splat(1, x.shape, x.dtype)), { axis: axes });
    return { lost, count };
  };
  return general<AxesAttrs>(name, {
    kind: 'reduction',
    shape: ([x], { axes }) => {
      checkNotEmpty(name, x!, axes);
      return droppedShape(x!.shape, axes);
    },
    jvp: (y, [dx]) => {
      if (!dx) return null;
      const { lost, count } = shares(y, y as Node);
      return div(sum(where(lost, zerosLike(dx), dx), { axis: y.attrs.axes }), count);
    },
    vjp: (y, g) => {
      const x = y.inputs[0]!;
      const { lost, count } = shares(y, y as Node);
      return where(lost, zerosLike(x), spreadOver(div(g, count), x, y.attrs.axes));
    },
    lower: (k) => lowerReduction(k, name),
  });
}

const largest = extreme('max', lt);
const smallest = extreme('min', gt);

/**
 * The largest element over axes; NaN where one is. Same dtype; ties share the derivative equally. Throws `ShapeError` where there are no
 * elements.
 *
 * @formula y = maxᵢ xᵢ
 * @derivative 1/n where xᵢ is one of the n greatest, else 0
 * @example
 * const peaks = max(signal, { axis: -1 }); // [32, 100] gives [32]
 */
export const max = withOp(largest, (x: Operand, options?: ReductionOptions): Node => {
  return reducing('max', x, options, (node, axes) => largest(node, { axes }));
});

/**
 * The smallest element over axes; NaN where one is. Same dtype; ties share the derivative equally. Throws `ShapeError` where there are no
 * elements.
 *
 * @formula y = minᵢ xᵢ
 * @derivative 1/n where xᵢ is one of the n least, else 0
 * @example
 * const lows = min(signal, { axis: -1 }); // [32, 100] gives [32]
 */
export const min = withOp(smallest, (x: Operand, options?: ReductionOptions): Node => {
  return reducing('min', x, options, (node, axes) => smallest(node, { axes }));
});
