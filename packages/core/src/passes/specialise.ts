import { bindAttrs } from '../graph/attrs.js';
import type { Graph } from '../graph/graph.js';
import { isConstant } from '../graph/leaves.js';
import type { Node } from '../graph/node.js';
import { replay } from '../graph/replay.js';
import type { Bindings } from '../tensor/dim.js';

/** Puts numbers in the place of named dims, in shapes and attrs: no later stage knows that names exist. */
export function specialise(roots: readonly Node[], bindings: Bindings, into: Graph): Node[] {
  return replay(roots, into, (node, inputs) => {
    const attrs = bindAttrs(node.attrs, bindings);
    // A constant's value may be a dim, which is rounded to the dtype when it becomes a number.
    if (isConstant(node)) {
      const { value, shape, dtype } = attrs as typeof node.attrs;
      return into.splat(value, shape, dtype);
    }
    return into.append(node.op, inputs, attrs);
  });
}
