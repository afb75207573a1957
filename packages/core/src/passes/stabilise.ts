import type { Graph } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import { replay, untilSettled } from '../graph/replay.js';

/**
 * Rewrites what overflows or cancels, such as log(1 + exp(x)), by the rules that ops state. It must come before differentiation: a loss
 * repaired afterwards has the right value and a NaN gradient. And before `expand`, as log(softmax(x)) is seen while softmax is one node.
 */
export function stabilise(roots: readonly Node[], into: Graph): Node[] {
  return replay(roots, into, stabiliseNode);
}

/** A rewritten node may fall under another rule; each rule leads to another op, so this ends. */
export const stabiliseNode = untilSettled(stabler);

/** By the node's own rule, or that of an op that it uses. */
function stabler(node: Node): Node | null {
  const own = node.op.stabilise?.(node);
  if (own) return own;
  for (const x of node.inputs) {
    const better = x.op.stabiliseUse?.(node, x);
    if (better) return better;
  }
  return null;
}
