import type { Node } from '../graph/node.js';
import { Builder, type Combine, type Expr } from '../loops/expression.js';
import { type Axis, flatten, Index } from '../loops/indices.js';
import { extentsOf, Frame, ownIndex, type Surroundings, sizesOf } from './frame.js';

/** What a reduction combines, and how. */
export interface OnlyReduction {
  readonly combine: Combine;
  /** The sizes of the axes that it runs over. */
  readonly extents: readonly number[];
  /** The axes of the node, and the reduction at their index. */
  readonly axes: readonly Axis[];
  readonly value: Expr;
}

/** A frame that remembers the reductions that it is asked for. */
class Recorder extends Frame {
  readonly asked: { readonly combine: Combine; readonly extents: readonly number[]; readonly value: Expr }[] = [];

  override reduce(combine: Combine, extents: readonly number[], body: (...at: Index[]) => Expr): Expr {
    const value = super.reduce(combine, extents, body);
    this.asked.push({ combine, extents, value });
    return value;
  }
}

/** The reduction that a node's lowering is; null where it is more than that, or none. */
export function onlyReduction(node: Node): OnlyReduction | null {
  const { kind, lower } = node.op;
  if (!lower || (kind !== 'reduction' && kind !== 'contraction')) return null;
  const builder = new Builder();
  const load = (x: Node, at: readonly Index[]): Expr => builder.load(node.inputs.indexOf(x), x.dtype, flatten(at, sizesOf(x)));
  const around: Surroundings = { builder, load, recurrence: (_axis, factor, addend) => factor.mul(addend) };
  const axes = extentsOf(node).map((extent, i) => ({ key: `p${i}x${extent}`, extent }));
  const frame = new Recorder(node, ownIndex(node, axes.map(Index.axis)), around);
  const value = node.op.lower!(frame);
  const [only, ...more] = frame.asked;
  return only && more.length === 0 && only.value === value ? { ...only, axes } : null;
}
