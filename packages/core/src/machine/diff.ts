import { Graph } from '../graph/graph.js';
import { isConstant, isInput, isState, type StateAttrs } from '../graph/leaves.js';
import { type Node, usersNode } from '../graph/node.js';
import { reached, replay } from '../graph/replay.js';
import { specialise } from '../passes/specialise.js';
import type { Bindings } from '../tensor/dim.js';
import type { TypedArray } from '../tensor/dtype.js';
import type { Backend } from './backend.js';
import { type Difference, differenceOf } from './difference.js';
import type { Fed } from './feeds.js';
import { runOnce } from './run-once.js';
import type { StateNode } from './states.js';

/** What {@link Program.diff} compares. */
export interface DiffOptions {
  /** How many units in the last place two results of one op may differ, 64 unless said. */
  readonly ulps?: number;
}

export interface Compared {
  readonly nodes: readonly Node[];
  readonly bindings: Bindings;
  readonly fed: ReadonlyMap<string, Fed>;
  /** The present value of a state. */
  readonly read: (state: StateNode) => TypedArray | Promise<TypedArray>;
}

/**
 * Compares two backends op by op: each op is given the same operands on both, those that the first computes, so that errors do not add up,
 * and the op that differs is the one to blame. Resolves to the oldest node that differs by more than is allowed, or null.
 */
export async function diffBackends(program: Compared, first: Backend, second: Backend, ulps: number): Promise<Difference | null> {
  const { nodes, feeds } = await withoutState(program);
  const computed = reached(nodes).filter(({ op }) => op.kind !== 'leaf');
  const values = await runOnce(first, byId(computed), feeds);
  for (const node of reached(nodes)) if (isInput(node)) values.set(String(node.id), feeds.get(node.attrs.name)!);
  const { alone, operands } = apart(computed, values);
  const others = await runOnce(second, byId(computed, alone), operands);
  for (const node of computed) {
    const results = [values.get(String(node.id))!, others.get(String(node.id))!] as const;
    const operands = node.inputs.flatMap((x) => values.get(String(x.id)) ?? []);
    const found = differenceOf(node, { results, operands }, [first.name, second.name]);
    if (found && found.ulps > ulps) return found;
  }
  return null;
}

/** The program in numbers, with its states as inputs of their present values. */
async function withoutState({ nodes, bindings, fed, read }: Compared) {
  const sized = new Graph({ dtype: nodes[0]?.graph.dtype ?? 'float32' });
  const roots = specialise(nodes, bindings, sized);
  const states = reached(roots).filter(isState);
  const feeds = new Map([...fed].map(([name, { values }]) => [name, values]));
  for (const state of states) {
    const own = usersNode(state as Node) as Node<StateAttrs>;
    feeds.set(state.attrs.name, await read(own));
  }
  const into = new Graph({ dtype: sized.dtype });
  const stateless = replay(roots, into, (node) =>
    isState(node) ? into.input(node.attrs.name, node.shape as readonly number[], node.dtype) : null,
  );
  return { nodes: stateless, feeds };
}

/** Each node by itself, over inputs that hold its operands; constants stay what they are. */
function apart(nodes: readonly Node[], values: ReadonlyMap<string, TypedArray>) {
  const graph = new Graph({ dtype: nodes[0]?.graph.dtype ?? 'float32' });
  const placed = new Map<Node, Node>();
  const operands = new Map<string, TypedArray>();
  const made = (x: Node): Node => {
    const held = values.get(String(x.id));
    if (!held || isConstant(x)) return graph.append(x.op, [], x.attrs) as Node;
    operands.set(`%${x.id}`, held);
    return graph.input(`%${x.id}`, x.shape as readonly number[], x.dtype);
  };
  const operand = (x: Node): Node => {
    const known = placed.get(x) ?? made(x);
    placed.set(x, known);
    return known;
  };
  const alone = new Map(nodes.map((node) => [node, graph.append(node.op, node.inputs.map(operand), node.attrs) as Node]));
  return { alone, operands };
}

function byId(nodes: readonly Node[], as: ReadonlyMap<Node, Node> = new Map()): Record<string, Node> {
  return Object.fromEntries(nodes.map((node) => [String(node.id), as.get(node) ?? node]));
}
