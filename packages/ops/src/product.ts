import {
  broadcastTo,
  droppedShape,
  general,
  graphOf,
  keptShape,
  lowerReduction,
  mul,
  type Node,
  nodeOf,
  normaliseAxes,
  type Op,
  type Operand,
  optionsOf,
  type ReductionOptions,
  reshapeTo,
  sizeOf,
  sum,
  withOp,
} from '@tapegrad/core';
import { backInto } from './contract.js';
import { productOfOthers } from './recurrence.js';
import { transpose } from './transpose.js';

interface Attrs {
  readonly axes: readonly number[];
}

const prodOp: Op<Attrs> = general<Attrs>('prod', {
  kind: 'reduction',
  dtype: ([x]) => (x!.dtype === 'bool' ? 'int32' : x!.dtype),
  shape: ([x], { axes }) => droppedShape(x!.shape, axes),
  jvp: (node, [t]) => (t ? sum(mul(t, partials(node)), { axis: node.attrs.axes }) : null),
  vjp: (node, g) => {
    const { shape } = node.inputs[0]!;
    return mul(broadcastTo(reshapeTo(g, keptShape(shape, node.attrs.axes)), shape), partials(node));
  },
  lower: (k) => lowerReduction(k, 'product', (x) => (x.dtype === 'bool' ? x.cast('int32') : x)),
}).op;

/** For each element the product of the others that are reduced with it, whose axes are laid out as one. */
function partials({ inputs: [x], attrs: { axes } }: Node<Attrs>): Node {
  const { shape } = x!;
  const order = [...shape.keys()].filter((axis) => !axes.includes(axis)).concat(axes);
  const last = transpose(x!, order);
  const kept = droppedShape(shape, axes);
  const others = productOfOthers(reshapeTo(last, [...kept, sizeOf(axes.map((axis) => shape[axis]!))]), kept.length);
  return backInto(reshapeTo(others, last.shape), order);
}

/**
 * Product over axes. A float keeps its dtype, bool gives int32; the product of no elements is 1. Its derivatives are exact where factors
 * are 0.
 *
 * @formula y = Πᵢ xᵢ
 * @derivative ∂y/∂xᵢ = the product of the others
 * @example
 * const volume = prod(sides, { axis: -1 });
 */
export const prod = withOp(prodOp, (x: Operand, options?: ReductionOptions): Node => {
  const { axis, keepDims } = optionsOf('prod', options, { axis: undefined, keepDims: false });
  const node = nodeOf(x, graphOf('prod', [x]));
  const axes = normaliseAxes('prod', axis, node.shape.length);
  const y = axes.length === 0 && node.dtype !== 'bool' ? node : (node.graph.append(prodOp, [node], { axes }) as Node);
  return keepDims ? reshapeTo(y, keptShape(node.shape, axes)) : y;
});
