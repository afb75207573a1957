import type { Node } from '../graph/node.js';
import { childrenOf } from '../loops/dependencies.js';
import { Builder, type Condition, type Expr } from '../loops/expression.js';
import { type Axis, flatten, Index } from '../loops/indices.js';
import { rangeAlong } from '../placement/pieces.js';
import { extentsOf, Frame, ownIndex, type Surroundings, sizesOf } from './frame.js';
import { plainAxes } from './seat.js';

/** At how many points a node reads each of its inputs: what an input would cost where it is computed at each of them. */
export function pointsRead(node: Node): number[] {
  const points = node.inputs.map(() => 0);
  if (!node.op.lower) return points;
  const builder = new Builder();
  const axes = new Map(plainAxes(extentsOf(node)).map((axis) => [axis.key, axis]));
  const load = (x: Node, at: readonly Index[]): Expr => builder.load(node.inputs.indexOf(x), x.dtype, flatten(at, sizesOf(x)));
  const around: Surroundings = { builder, load, recurrence: (_axis, factor, addend) => factor.mul(addend) };
  const value = node.op.lower(new Frame(node, ownIndex(node, [...axes.values()].map(Index.axis)), around));
  const seen = new Set<Expr>();
  const visit = (expr: Expr, conditions: readonly Condition[]): void => {
    if (seen.has(expr)) return;
    seen.add(expr);
    const { is } = expr;
    if (is.kind === 'reduce') for (const axis of is.axes) axes.set(axis.key, axis);
    if (is.kind === 'load')
      points[is.buffer]! += pointsAlong(
        [...is.address.axes].map((key) => axes.get(key)!),
        conditions,
      );
    const inside = is.kind === 'guard' ? [...conditions, ...is.conditions] : conditions;
    for (const child of childrenOf(expr)) visit(child, inside);
  };
  visit(value, []);
  return points;
}

/** How many points some axes span together, where conditions hold that depend on one of them alone. */
function pointsAlong(axes: readonly Axis[], conditions: readonly Condition[]): number {
  return axes.reduce((points, axis) => {
    const ranges = conditions.flatMap((condition) => {
      const range = rangeAlong(axis, condition);
      return range ? [range[1] - range[0]] : [];
    });
    return points * Math.min(axis.extent, ...ranges);
  }, 1);
}
