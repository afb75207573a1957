import type { Graph } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import { keep, type Rule, replay } from '../graph/replay.js';

/**
 * Rewrites what overflows or cancels, such as log(1 + exp(x)), by the rules that ops state. It must come before differentiation: a loss
 * repaired afterwards has the right value and a NaN gradient. And before `expand`, as log(softmax(x)) is seen while softmax is one node.
 */
export function stabilise(roots: readonly Node[], into: Graph): Node[] {
  return replay(roots, into, stabiliseNode);
}

/** A rewritten node may fall under another rule; each rule leads to another op, so this ends. */
export const stabiliseNode: Rule = (node, inputs, into) => {
  let stable = keep(node, inputs, into);
  for (let next = stable.op.stabilise?.(stable); next && next !== stable; next = stable.op.stabilise?.(stable)) stable = next;
  return stable;
};
