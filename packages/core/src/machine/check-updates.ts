import { GraphError } from '../errors.js';
import { isState } from '../graph/leaves.js';
import type { Node } from '../graph/node.js';
import type { Update } from '../tape/updates.js';
import { sameShape, showShape } from '../tensor/shape.js';

/** Refuses updates of what is no state, of one state twice, and values of another type. */
export function checkUpdates(updates: readonly Update[]): void {
  const seen = new Set<Node>();
  for (const { state, value } of updates) {
    if (!isState(state)) throw refuse(state, `${state.op.name} %${state.id} is no state; only parameters and state are updated.`);
    const { name } = state.attrs;
    if (seen.has(state)) throw refuse(value, `'${name}' has two updates; a state takes one value a run.`);
    seen.add(state);
    if (value.dtype !== state.dtype || !sameShape(value.shape, state.shape)) {
      const got = `${value.dtype} ${showShape(value.shape)}`;
      throw refuse(value, `the value for '${name}' is ${got}; the state is ${state.dtype} ${showShape(state.shape)}.`);
    }
  }
}

function refuse(node: Node, message: string): GraphError {
  return new GraphError(`updates: ${message}`, { op: 'updates', site: node.origin.site ?? undefined });
}
