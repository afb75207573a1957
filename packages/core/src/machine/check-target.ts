import { Graph } from '../graph/graph.js';
import { reached } from '../graph/replay.js';
import { expand } from '../passes/expand.js';
import { checkSupport } from '../tape/support.js';
import type { DType } from '../tensor/dtype.js';
import type { Backend } from './backend.js';
import { nodesOf, type Roots } from './roots.js';

/**
 * Checks every op and dtype of a program against what the backend can do, before sizes are known. Throws one `BackendError` that lists
 * all misses. Returns the dtypes.
 */
export function checkTarget(roots: Roots, { target, name }: Backend): ReadonlySet<DType> {
  const nodes = nodesOf(roots);
  const apart = new Graph({ dtype: nodes[0]?.graph.dtype ?? 'float32' });
  const expanded = reached(expand(nodes, apart, target.keeps));
  checkSupport(expanded, { target, backendName: name });
  return new Set(expanded.map(({ dtype }) => dtype));
}
