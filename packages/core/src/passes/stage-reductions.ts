import { type OnlyReduction, onlyReduction } from '../fusion/only-reduction.js';
import { blocksForCopies } from '../fusion/product-blocks.js';
import type { Graph } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import type { Lowering, Op } from '../graph/op.js';
import { keep, replay } from '../graph/replay.js';
import { type Combine, combiningOp, type Expr, identityOf } from '../loops/expression.js';
import type { Index } from '../loops/indices.js';
import { expressionsOf } from '../loops/inspect.js';
import { PANEL_BYTES } from '../loops/statement.js';
import { stepAlong } from '../placement/lanes.js';
import type { Stages } from '../placement/target.js';
import { bytesOf } from '../tensor/dtype.js';
import { countOf } from '../tensor/shape.js';

/**
 * Does long reductions to few results in stages, as few results mean few threads: first over blocks, as many threads as there are
 * blocks, then over what came of these. So it does sums of products that read too much to copy it at once. Only ops whose lowering is one
 * reduction and nothing else have such a form.
 */
export function stageReductions(roots: readonly Node[], into: Graph, stages: Stages): Node[] {
  return replay(roots, into, (node, inputs) => staged(keep(node, inputs, into), stages));
}

function staged(node: Node, stages: Stages): Node {
  const few = hasFew(node, stages) || isProductOfFew(node, stages);
  const only = few || readsMuch(node) ? onlyReduction(node) : null;
  const cut = only && (cutForThreads(node, only, stages) ?? cutForCopies(node, only) ?? cutOfProduct(node, only, stages));
  if (!cut) return node;
  const partial = node.graph.append(blockOp(node, only, cut.axis, cut.blocks), node.inputs, undefined) as Node;
  return staged(node.graph.append(restOp(only.combine), [partial], undefined) as Node, stages);
}

/** About the shortest block of a product: some of those in which it is added up. */
const SHORTEST = 1024;

/** An axis of a reduction, and into how many blocks it is cut. */
interface Cut {
  readonly axis: number;
  readonly blocks: number;
}

function hasFew({ op, shape }: Node, { threads, neighbours = 0 }: Stages): boolean {
  const results = countOf(shape);
  return results < threads || (results < neighbours && op.kind === 'reduction');
}

/** Few results are of blocks; more are where they are neighbours, which one thread computes together: then a block is one of all of them. */
function cutForThreads(node: Node, only: OnlyReduction, stages: Stages): Cut | null {
  const { extents } = only;
  const results = countOf(node.shape);
  const together = results >= stages.threads;
  if (!hasFew(node, stages) || (together && !areNeighbours(only))) return null;
  const count = countOf(extents);
  // What comes of the blocks is little beside what they are made of.
  const length = together ? Math.max(stages.length / results, results) : stages.length;
  if (count <= length) return null;
  const axis = extents.indexOf(Math.max(...extents));
  const extent = extents[axis]!;
  const least = Math.ceil(extent / Math.max(1, Math.floor((extent * length) / count)));
  return least === 1 ? null : { axis, blocks: blocksOf(extent, least) };
}

/** Is what neighbouring results are made of side by side in memory? */
function areNeighbours({ axes, value }: OnlyReduction): boolean {
  const last = axes.findLast(({ extent }) => extent > 1);
  return (
    last !== undefined && expressionsOf([value]).some(({ is }) => is.kind === 'load' && stepAlong(is.address, last.key) === 1)
  );
}

function isProductOfFew({ op, shape }: Node, { products }: Stages): boolean {
  return op.kind === 'contraction' && products !== undefined && countOf(shape) <= products.results;
}

/** A tile of results is one thread's, so that few tiles leave others idle. Only one long axis is cut: short ones are those of windows. */
function cutOfProduct(node: Node, { extents }: OnlyReduction, stages: Stages): Cut | null {
  if (!isProductOfFew(node, stages)) return null;
  const extent = Math.max(...extents);
  const terms = countOf(node.shape) * countOf(extents);
  const least = Math.min(Math.ceil(terms / stages.products!.terms), Math.floor(extent / SHORTEST));
  return least < 2 ? null : { axis: extents.indexOf(extent), blocks: blocksOf(extent, least) };
}

/** Is it a product of more than a panel holds? */
function readsMuch({ op, inputs }: Node): boolean {
  return op.kind === 'contraction' && inputs.some(({ shape, dtype }) => countOf(shape) * bytesOf(dtype) > PANEL_BYTES);
}

/** What comes of the blocks is little beside what is added up, and takes no more memory than what is read. */
function cutForCopies({ shape, inputs }: Node, only: OnlyReduction): Cut | null {
  const count = countOf(shape);
  const cut = count <= countOf(only.extents) ? blocksForCopies(only) : null;
  const read = inputs.reduce((sum, input) => sum + countOf(input.shape), 0);
  return cut && cut.blocks * count <= read ? cut : null;
}

/** How many blocks an axis is cut into: if possible equal ones. */
function blocksOf(extent: number, least: number): number {
  for (let blocks = least; blocks <= 2 * least; blocks++) if (extent % blocks === 0) return blocks;
  return least;
}

/**
 * What a node's op combines, by blocks of one axis: these are the first axis of the result, so that what a block reads is near for all of it.
 * What equal blocks leave over is one more element for each of the first.
 */
function blockOp(node: Node, { combine, extents }: OnlyReduction, axis: number, blocks: number): Op<undefined> {
  const extent = extents[axis]!;
  const size = Math.floor(extent / blocks);
  const left = extent % blocks;
  return {
    name: `${node.op.name} by blocks`,
    kind: node.op.kind,
    cost: node.op.cost,
    unique: true,
    infer: () => ({ shape: [blocks, ...node.shape], dtype: node.dtype }),
    lower: (k) => {
      const [block, ...at] = k.at as [Index, ...Index[]];
      const inBlock: Lowering['reduce'] = (_combine, sizes, body) => {
        const part = (length: number, start: Index): Expr =>
          k.reduce(combine, sizes.with(axis, length), (...at) => body(...at.with(axis, start.plus(at[axis]!))));
        const whole = part(size, block.times(size));
        if (left === 0) return whole;
        const more = k.guard([[block, 0, left]], () => part(1, block.plus(blocks * size)), identityOf(combine, node.dtype));
        return whole.apply(combiningOp(combine), more);
      };
      return node.op.lower!(loweringOf(node, k, at, inBlock));
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

/** Combines what blocks gave: the first axis. */
function restOp(combine: Combine): Op<undefined> {
  return {
    name: `${combine} of blocks`,
    kind: 'reduction',
    cost: 1,
    unique: true,
    infer: ([x]) => ({ shape: x!.shape.slice(1), dtype: x!.dtype }),
    lower: (k) => k.reduce(combine, [k.shapeOf(0)[0]!], (block) => k.load(0, [block!, ...k.at])),
  };
}
