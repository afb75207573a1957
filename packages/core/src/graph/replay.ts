import type { Graph } from './graph.js';
import type { Node } from './node.js';

/** The nodes that `roots` need, themselves included, oldest first. Costs what is reached, whatever the length of the graph. */
export function reached(roots: readonly Node[]): Node[] {
  const seen = new Set(roots);
  const stack = [...seen];
  for (let node = stack.pop(); node; node = stack.pop()) {
    for (const x of node.inputs) {
      if (seen.has(x)) continue;
      seen.add(x);
      stack.push(x);
    }
  }
  return [...seen].sort((a, b) => a.id - b.id);
}

/** The nodes after `sources` that `targets` need and that depend on a source, oldest first. */
export function between(sources: readonly Node[], targets: readonly Node[]): Node[] {
  const dependent = new Set(sources);
  return reached(targets).filter((node) => {
    if (dependent.has(node) || !node.inputs.some((x) => dependent.has(x))) return false;
    dependent.add(node);
    return true;
  });
}

/** What a pass makes of a node whose inputs it has already rebuilt; null keeps the op. */
export type Rule = (node: Node, inputs: readonly Node[], into: Graph) => Node | null;

/**
 * Rebuilds what `roots` reach in `into`, node by node, oldest first; sharing and pruning come with it. In the graph of the roots itself,
 * what does not change stays the same node. Origins are carried along.
 */
export function replay(roots: readonly Node[], into: Graph, rule: Rule): Node[] {
  const made = new Map<Node, Node>();
  for (const node of reached(roots)) {
    const inputs = node.inputs.map((x) => made.get(x)!);
    const { site, of, from } = node.origin;
    const build = () => rule(node, inputs, into) ?? keep(node, inputs, into);
    made.set(node, into.making({ site, of, from: from ?? node }, build));
  }
  return roots.map((root) => made.get(root)!);
}

function keep(node: Node, inputs: readonly Node[], into: Graph): Node {
  if (node.graph === into && inputs.every((x, i) => x === node.inputs[i])) return node;
  return into.append(node.op, inputs, node.attrs);
}

/** The nodes, with each key of `map` replaced by its value wherever they use it. */
export function replace(nodes: readonly Node[], map: ReadonlyMap<Node, Node>): Node[] {
  const graph = nodes[0]?.graph;
  return graph ? replay(nodes, graph, (node) => map.get(node) ?? null) : [];
}
