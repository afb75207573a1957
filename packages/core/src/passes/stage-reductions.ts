import type { Graph } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import type { Lowering, Op } from '../graph/op.js';
import { keep, replay } from '../graph/replay.js';
import { type Combine, identityOf } from '../loops/expression.js';
import type { Index } from '../loops/indices.js';
import { type OnlyReduction, onlyReduction } from '../loops/only-reduction.js';
import type { KernelLimits } from '../loops/target.js';
import { countOf } from '../tensor/shape.js';

/**
 * Does long reductions to few results in stages, as on a GPU few results mean few threads: first over blocks, as many threads as there are
 * blocks, then over what came of these. Only ops whose lowering is one reduction and nothing else have such a form.
 */
export function stageReductions(roots: readonly Node[], into: Graph, { reduction }: KernelLimits): Node[] {
  return replay(roots, into, (node, inputs) => staged(keep(node, inputs, into), reduction));
}

function staged(node: Node, limits: KernelLimits['reduction']): Node {
  const { length, threads } = limits;
  const only = countOf(node.shape) < threads ? onlyReduction(node) : null;
  if (!only || countOf(only.extents) <= length) return node;
  const axis = only.extents.indexOf(Math.max(...only.extents));
  const size = Math.max(1, Math.floor((only.extents[axis]! * length) / countOf(only.extents)));
  const blocks = Math.ceil(only.extents[axis]! / size);
  if (blocks === 1) return node;
  const partial = node.graph.append(blockOp(node, only, { axis, size, blocks }), node.inputs, undefined) as Node;
  return staged(node.graph.append(restOp(only.combine), [partial], undefined) as Node, limits);
}

interface Blocks {
  /** Which of the reduced axes is cut. */
  readonly axis: number;
  readonly size: number;
  readonly blocks: number;
}

/** What a node's op combines, by blocks: these are the last axis of the result. */
function blockOp(node: Node, { combine, extents }: OnlyReduction, { axis, size, blocks }: Blocks): Op<undefined> {
  const extent = extents[axis]!;
  return {
    name: `${node.op.name} by blocks`,
    kind: node.op.kind,
    cost: node.op.cost,
    unique: true,
    infer: () => ({ shape: [...node.shape, blocks], dtype: node.dtype }),
    lower: (k) => {
      const start = k.at.at(-1)!.times(size);
      const inBlock: Lowering['reduce'] = (_combine, sizes, body) =>
        k.reduce(combine, sizes.with(axis, size), (...at) => {
          const position = start.plus(at[axis]!);
          return k.guard([[position, 0, extent]], () => body(...at.with(axis, position)), identityOf(combine, node.dtype));
        });
      return node.op.lower!(loweringOf(node, k, k.at.slice(0, -1), inBlock));
    },
  };
}

/** The lowering of a node, as part of another op's. */
function loweringOf(node: Node, k: Lowering<undefined>, at: readonly Index[], reduce: Lowering['reduce']): Lowering {
  return {
    node,
    attrs: node.attrs,
    at,
    shape: node.shape as readonly number[],
    shapeOf: (input) => k.shapeOf(input),
    load: (input, index) => k.load(input, index),
    constant: (value, dtype = node.dtype) => k.constant(value, dtype),
    index: (index, dtype) => k.index(index, dtype),
    indexFrom: (value, extent) => k.indexFrom(value, extent),
    reduce,
    recurrence: (axis, factor, addend) => k.recurrence(axis, factor, addend),
    guard: (conditions, body, otherwise) => k.guard(conditions, body, otherwise),
  };
}

/** Combines what blocks gave: the last axis. */
function restOp(combine: Combine): Op<undefined> {
  return {
    name: `${combine} of blocks`,
    kind: 'reduction',
    cost: 1,
    unique: true,
    infer: ([x]) => ({ shape: x!.shape.slice(0, -1), dtype: x!.dtype }),
    lower: (k) => k.reduce(combine, [k.shapeOf(0).at(-1)!], (block) => k.load(0, [...k.at, block])),
  };
}
