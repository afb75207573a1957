import { Graph } from '../graph/graph.js';
import { reached } from '../graph/replay.js';
import { expand } from '../passes/expand.js';
import { checkSupport } from '../tape/support.js';
import type { Backend } from './backend.js';
import { nodesOf, type Roots } from './roots.js';

/**
 * Checks every op and dtype of a program against what the backend can do, before sizes are known. Throws one `BackendError` that lists
 * all misses.
 */
export function checkTarget(roots: Roots, { target, name }: Backend): void {
  const nodes = nodesOf(roots);
  const apart = new Graph({ dtype: nodes[0]?.graph.dtype ?? 'float32' });
  checkSupport(reached(expand(nodes, apart, target.keeps)), { target, backendName: name });
}
