import type { Graph } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import type { Lowering, Op } from '../graph/op.js';
import { keep, replay } from '../graph/replay.js';
import { type Combine, combiningOp, type Expr, identityOf } from '../loops/expression.js';
import type { Index } from '../loops/indices.js';
import { type OnlyReduction, onlyReduction } from '../loops/only-reduction.js';
import type { Stages } from '../loops/target.js';
import { countOf } from '../tensor/shape.js';

/**
 * Does long reductions to few results in stages, as few results mean few threads: first over blocks, as many threads as there are
 * blocks, then over what came of these. Only ops whose lowering is one reduction and nothing else have such a form.
 */
export function stageReductions(roots: readonly Node[], into: Graph, stages: Stages): Node[] {
  return replay(roots, into, (node, inputs) => staged(keep(node, inputs, into), stages));
}

function staged(node: Node, stages: Stages): Node {
  const { length, threads } = stages;
  const only = countOf(node.shape) < threads ? onlyReduction(node) : null;
  const count = only ? countOf(only.extents) : 0;
  if (!only || count <= length) return node;
  const axis = only.extents.indexOf(Math.max(...only.extents));
  const extent = only.extents[axis]!;
  const least = Math.ceil(extent / Math.max(1, Math.floor((extent * length) / count)));
  if (least === 1) return node;
  const partial = node.graph.append(blockOp(node, only, axis, blocksOf(extent, least)), node.inputs, undefined) as Node;
  return staged(node.graph.append(restOp(only.combine), [partial], undefined) as Node, stages);
}

/** How many blocks an axis is cut into: if possible equal ones. */
function blocksOf(extent: number, least: number): number {
  for (let blocks = least; blocks <= 2 * least; blocks++) if (extent % blocks === 0) return blocks;
  return least;
}

/** What a node's op combines, by blocks of one axis: these are the last axis of the result. What equal blocks leave over is one more element for each of the first. */
function blockOp(node: Node, { combine, extents }: OnlyReduction, axis: number, blocks: number): Op<undefined> {
  const extent = extents[axis]!;
  const size = Math.floor(extent / blocks);
  const left = extent % blocks;
  return {
    name: `${node.op.name} by blocks`,
    kind: node.op.kind,
    cost: node.op.cost,
    unique: true,
    infer: () => ({ shape: [...node.shape, blocks], dtype: node.dtype }),
    lower: (k) => {
      const block = k.at.at(-1)!;
      const inBlock: Lowering['reduce'] = (_combine, sizes, body) => {
        const part = (length: number, start: Index): Expr =>
          k.reduce(combine, sizes.with(axis, length), (...at) => body(...at.with(axis, start.plus(at[axis]!))));
        const whole = part(size, block.times(size));
        if (left === 0) return whole;
        const more = k.guard([[block, 0, left]], () => part(1, block.plus(blocks * size)), identityOf(combine, node.dtype));
        return whole.apply(combiningOp(combine), more);
      };
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
