import { GraphError } from '../errors.js';
import { Graph } from '../graph/graph.js';
import { isState } from '../graph/leaves.js';
import { Node } from '../graph/node.js';
import { reached, replay } from '../graph/replay.js';
import { add } from '../primitives/forms.js';
import type { Update } from '../tape/updates.js';
import { checkUpdates } from '../tape/updates.js';
import type { Outputs } from './results.js';

/** What one program computes and changes. */
export interface Roots {
  readonly outputs: Outputs;
  readonly updates: readonly Update[];
}

/** All nodes that a program names. */
export function nodesOf({ outputs, updates }: Roots): Node[] {
  return [...Object.values(outputs), ...updates.flatMap(({ state, value }) => [state, value])];
}

/** Refuses what is no node of the machine's graph, and updates that do not fit their states. */
export function checkRoots(graph: Graph, { outputs, updates }: Roots): void {
  for (const [name, node] of Object.entries(outputs)) checkNode(graph, `output '${name}'`, node);
  updates.forEach(({ state, value }, i) => {
    checkNode(graph, `the state of update ${i}`, state);
    checkNode(graph, `the value of update ${i}`, value);
  });
  checkUpdates(updates);
}

function checkNode(graph: Graph, what: string, node: unknown): void {
  if (!(node instanceof Node)) throw new GraphError(`compile: ${what} is no node.`, { op: 'compile' });
  if (node.graph === graph) return;
  throw new GraphError(`compile: ${what}, ${node.op.name} %${node.id}, belongs to another graph than the machine's.`, {
    op: 'compile',
  });
}

/** Lets a program that draws advance the step of the draws by one, unless it updates that itself. Nothing is added to the user's graph. */
export function advanceDraws(roots: Roots): Roots {
  const { outputs, updates } = roots;
  const nodes = nodesOf(roots);
  const step = reached(nodes).find((node) => isState(node) && node.attrs.role === 'step');
  if (!step || updates.some(({ state }) => state === step)) return roots;
  const apart = new Graph({ dtype: step.graph.dtype });
  const copies = replay([...nodes, step], apart, () => null);
  const names = Object.keys(outputs);
  const copy = (i: number): Node => copies[i] as Node;
  const ownStep = copy(nodes.length);
  return {
    outputs: Object.fromEntries(names.map((name, i) => [name, copy(i)])),
    updates: [
      ...updates.map((_, i) => ({ state: copy(names.length + 2 * i), value: copy(names.length + 2 * i + 1) })),
      { state: ownStep, value: add(ownStep, 1) },
    ],
  };
}
