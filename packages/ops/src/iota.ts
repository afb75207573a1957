import {
  asPublic,
  cast,
  type DimLike,
  type DType,
  type Graph,
  graphOf,
  type Node,
  nodeOf,
  normaliseAxis,
  type Op,
  type Operand,
  optionsOf,
  type Shape,
  toShape,
  withOp,
} from '@tapegrad/core';
import { eq } from './compare.js';
import { unsqueeze } from './reshape.js';

interface IotaAttrs {
  readonly shape: Shape;
  readonly axis: number;
}

const iotaOp: Op<IotaAttrs> = {
  name: 'iota',
  kind: 'view',
  cost: 0,
  unique: false,
  infer: (_inputs, { shape }) => ({ shape, dtype: 'int32' }),
  lower: (k) => k.index(k.at[k.attrs.axis]!),
};

/** The index along an axis as a node of a graph. For authors of ops. */
export function iotaOn(graph: Graph, shape: Shape, axis: number): Node {
  return graph.append(iotaOp, [], { shape, axis: normaliseAxis('iota', axis, shape.length) }) as Node;
}

/**
 * At every index of `shape`, the index along `axis`, as int32. Called as a method of a graph. Throws `ShapeError` where there is no such axis.
 *
 * @formula y[…, i, …] = i
 * @derivative none, integers
 * @example
 * const positions = graph.iota(['batch', 'seq'], { axis: 1 }); // 0, 1, 2, … in each row
 */
export const iota = withOp(iotaOp, (shape: readonly DimLike[], options?: { axis?: number }): Node => {
  const { axis } = optionsOf('iota', options, { axis: 0 });
  return iotaOn(graphOf('iota', []), toShape('iota', shape), axis);
});

/**
 * A new last axis of `classes` that is 1 at the position that `index` names and 0 elsewhere; all 0 where the index is out of range. The dtype
 * is the graph's unless said.
 *
 * @formula y[…, c] = 1 where c = index[…], else 0
 * @derivative 0
 * @example
 * const targets = oneHot(labels, 10); // [32] gives [32, 10]
 */
export const oneHot = asPublic('oneHot', (index: Operand, classes: DimLike, options?: { dtype?: DType }): Node => {
  const { dtype } = optionsOf('oneHot', options, { dtype: undefined });
  const graph = graphOf('oneHot', [index]);
  const node = nodeOf(index, graph, 'int32');
  const shape = [...node.shape, ...toShape('oneHot', [classes])];
  return cast(eq(iotaOn(graph, shape, -1), unsqueeze(node, { axis: -1 })), dtype ?? graph.dtype);
});
