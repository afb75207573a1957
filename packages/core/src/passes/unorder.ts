import type { Graph } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import { keep, replay } from '../graph/replay.js';
import { expand } from './expand.js';

/**
 * For targets whose kernels compute each element on its own: replaces recurrences, scatters and procedures by what their ops say of them
 * without order. What has no such form stays, and is refused later. Composites in these forms are expanded, but for `keeps`.
 */
export function unorder(roots: readonly Node[], into: Graph, keeps: ReadonlySet<string>): Node[] {
  const free = replay(roots, into, (node, inputs) => {
    const { unordered } = node.op;
    return unordered ? unordered(keep(node, inputs, into)) : null;
  });
  return expand(free, into, keeps);
}
