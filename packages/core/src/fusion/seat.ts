import type { Node } from '../graph/node.js';
import { Builder, type Expr } from '../loops/expression.js';
import { type Axis, flatten, Index } from '../loops/indices.js';
import { extentsOf, Frame, ownIndex, type Surroundings, sizesOf } from './frame.js';

/** Where a member of a kernel stands. */
export interface Seat {
  /** The axis of each of its dims, but for those of size 1. */
  readonly axes: readonly Axis[];
  /** Those that not all members of the kernel have. */
  readonly own: readonly Axis[];
  /** How many stages must be over before it can be computed. */
  readonly stage: number;
}

/** One read of a node, by dims. */
export interface Read {
  readonly node: Node;
  readonly at: readonly Index[];
}

/** The axes of a node by itself. */
export function plainAxes(extents: readonly number[]): Axis[] {
  return extents.map((extent, i) => ({ key: `p${i}x${extent}`, extent }));
}

/** What a node reads of buffers, itself and by what is computed on the way, over its own plain axes. */
export function readsOf(node: Node, isBuffer: (node: Node) => boolean): Read[] {
  const builder = new Builder();
  const reads: Read[] = [];
  const known = new Map<string, Expr>();
  const load = (x: Node, asked: readonly Index[]): Expr => {
    const sizes = sizesOf(x);
    const at = asked.map((index, d) => (sizes[d] === 1 ? Index.of(0) : index));
    const key = `${x.id}|${at.map((index) => index.key).join('|')}`;
    let value = known.get(key);
    if (!value) {
      if (isBuffer(x)) {
        reads.push({ node: x, at });
        value = builder.load(x.id, x.dtype, flatten(at, sizes));
      } else value = x.op.lower!(new Frame(x, at, around));
      known.set(key, value);
    }
    return value;
  };
  const around: Surroundings = { builder, load, recurrence: (_axis, factor, addend) => factor.mul(addend) };
  node.op.lower!(new Frame(node, ownIndex(node, plainAxes(extentsOf(node)).map(Index.axis)), around));
  return reads;
}
