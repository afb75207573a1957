import { GraphError } from '../errors.js';
import { type InputAttrs, isInput, isState, type StateAttrs } from '../graph/leaves.js';
import type { Node } from '../graph/node.js';
import type { Op } from '../graph/op.js';
import { sameShape, showShape } from '../tensor/shape.js';

/** The new value of a state, taken over at the end of a run. All updates of a program are simultaneous. */
export interface Update {
  readonly state: Node;
  readonly value: Node;
}

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

/** A value as it is, in memory of its own. */
export const copyOp: Op<undefined> = {
  name: 'copy',
  kind: 'view',
  cost: 0,
  unique: false,
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  lower: (k) => k.load(0, k.at),
};

function copyOf(node: Node): Node {
  return node.graph.making(
    { ...node.origin, from: node.origin.from ?? node },
    () => node.graph.append(copyOp, [node], undefined) as Node,
  );
}

/**
 * Outputs and updates such that no commit overwrites what another needs: a leaf that becomes the value of a state, and an output that is
 * an updated state, are copied. A state that is its own new value needs no update.
 */
export function settle(outputs: readonly Node[], updates: readonly Update[]): { outputs: Node[]; updates: Update[] } {
  const changing = updates.filter(({ state, value }) => state !== value);
  const updated = new Set(changing.map(({ state }) => state));
  return {
    outputs: outputs.map((node) => (updated.has(node) ? copyOf(node) : node)),
    updates: changing.map(({ state, value }) => ({ state, value: value.op.kind === 'leaf' ? copyOf(value) : value })),
  };
}

/** The name of an input or a state. */
export function nameOf(node: Node): string {
  if (isInput(node) || isState(node)) return (node as Node<InputAttrs | StateAttrs>).attrs.name;
  return `%${node.id}`;
}
