import { GraphError, ShapeError } from '../errors.js';
import { sameShape, showShape } from '../tensor/shape.js';
import type { Graph } from './graph.js';
import type { Node, Origin } from './node.js';
import { publicCall } from './public-call.js';

/**
 * The nodes that `roots` need, themselves included, oldest first; it does not go below nodes for which `stop` holds. Costs what is reached,
 * whatever the length of the graph.
 *
 * @example
 * const y = exp(mul(x, x));
 * console.log(reached([y]).map(({ op }) => op.name)); // [ 'input', 'mul', 'exp' ]
 */
export function reached(roots: readonly Node[], stop: (node: Node) => boolean = () => false): Node[] {
  const seen = new Set(roots);
  const stack = [...seen];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (stop(node)) continue;
    for (const x of node.inputs) {
      if (seen.has(x)) continue;
      seen.add(x);
      stack.push(x);
    }
  }
  return [...seen].sort((a, b) => a.id - b.id);
}

/**
 * The nodes after `sources` that `targets` need and that depend on a source, oldest first. A source is independent of the other sources.
 * What depends on a source is younger than it, so no more of the graph is looked at than its part since the oldest source.
 *
 * @example
 * const y = exp(mul(x, x));
 * console.log(between([x], [y]).map(({ op }) => op.name)); // [ 'mul', 'exp' ]
 */
export function between(sources: readonly Node[], targets: readonly Node[]): Node[] {
  const dependent = new Set(sources);
  const oldest = sources.reduce((id, source) => Math.min(id, source.id), Infinity);
  return reached(targets, (node) => node.id <= oldest || dependent.has(node)).filter((node) => {
    if (dependent.has(node) || !node.inputs.some((x) => dependent.has(x))) return false;
    dependent.add(node);
    return true;
  });
}

/** What a pass makes of a node whose inputs it has already rebuilt; null keeps the op. */
export type Rule = (node: Node, inputs: readonly Node[], into: Graph) => Node | null;

/** A rule that keeps a node's op, then rewrites what it got for as long as `rewrite` says something else. */
/* @__NO_SIDE_EFFECTS__ */
export function untilSettled(rewrite: (node: Node) => Node | null): Rule {
  return (node, inputs, into) => {
    let settled = keep(node, inputs, into);
    for (let next = rewrite(settled); next && next !== settled; next = rewrite(settled)) settled = next;
    return settled;
  };
}

/**
 * Rebuilds what `roots` reach in `into`, node by node, oldest first; sharing and pruning come with it. In the graph of the roots itself,
 * what does not change stays the same node. New nodes are made for the old ones, as their origins say. `leaves`, nodes of `into`, stay
 * as they are.
 *
 * @example
 * const copy = new Graph();
 * const [y] = replay([exp(x)], copy, (node, inputs) => copy.append(node.op, inputs, node.attrs) as Node);
 */
export function replay(roots: readonly Node[], into: Graph, rule: Rule, leaves: ReadonlySet<Node> = new Set()): Node[] {
  const isLeaf = (node: Node): boolean => leaves.has(node);
  const nodes = reached(roots, isLeaf).filter((node) => !isLeaf(node));
  return rebuild({ roots, nodes, into, rule, given: new Map(), originOf: madeFor });
}

/**
 * As `replay`, in the graph of the roots and only between `sources` and them: what does not depend on a source stays as it is. `given` says
 * what stands in the place of a source, the source itself unless it does.
 */
export function replayBetween(
  sources: readonly Node[],
  roots: readonly Node[],
  rule: Rule,
  given: ReadonlyMap<Node, Node> = new Map(),
): Node[] {
  return roots.length === 0
    ? []
    : rebuild({ roots, nodes: between(sources, roots), into: roots[0]!.graph, rule, given, originOf: madeFor });
}

interface Rebuilding {
  readonly roots: readonly Node[];
  /** What is rebuilt, oldest first. */
  readonly nodes: readonly Node[];
  readonly into: Graph;
  readonly rule: Rule;
  readonly given: ReadonlyMap<Node, Node>;
  readonly originOf: (node: Node) => Origin;
}

function rebuild({ roots, nodes, into, rule, given, originOf }: Rebuilding): Node[] {
  const made = new Map(given);
  const now = (node: Node): Node => made.get(node) ?? node;
  for (const node of nodes) {
    const inputs = node.inputs.map(now);
    const build = () => rule(node, inputs, into) ?? keep(node, inputs, into);
    made.set(node, into.making(originOf(node), build));
  }
  return roots.map(now);
}

function madeFor(node: Node): Origin {
  return { ...node.origin, from: node.origin.from ?? node };
}

/** The node with other inputs, in the graph `into`. */
export function keep(node: Node, inputs: readonly Node[], into: Graph): Node {
  if (node.graph === into && inputs.every((x, i) => x === node.inputs[i])) return node;
  return into.append(node.op, inputs, node.attrs);
}

/**
 * The nodes, with each key of `map` replaced by its value wherever they use it; the values are used as they are.
 *
 * @example
 * // the loss after a step of gradient descent, as a function of the learning rate
 * const [later] = replace([loss], new Map([[w, sub(w, mul(rate, grad(loss, w)))]]));
 */
export function replace(nodes: readonly Node[], map: ReadonlyMap<Node, Node>): Node[] {
  return publicCall(replace, () => {
    for (const [node, by] of map) checkReplacement(node, by);
    const into = nodes[0]?.graph;
    if (!into) return [];
    const dependent = between([...map.keys()], nodes);
    return rebuild({ roots: nodes, nodes: dependent, into, rule: () => null, given: map, originOf: (node) => node.origin });
  });
}

function checkReplacement(node: Node, by: Node): void {
  if (node.graph !== by.graph) {
    throw new GraphError(`replace: %${node.id} and %${by.id} belong to two graphs; build both on one graph.`, { op: 'replace' });
  }
  if (sameShape(node.shape, by.shape) && node.dtype === by.dtype) return;
  throw new ShapeError(
    `replace: %${node.id} is ${node.dtype} ${showShape(node.shape)}, and %${by.id} in its place is ${by.dtype} ${showShape(by.shape)}; they must agree.`,
    { op: 'replace' },
  );
}
