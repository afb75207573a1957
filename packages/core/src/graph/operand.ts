import { GraphError } from '../errors.js';
import type { DType } from '../tensor/dtype.js';
import type { TensorLike } from '../tensor/tensor.js';
import { callingGraph } from './calling.js';
import type { Graph } from './graph.js';
import { Node } from './node.js';

/** What an op takes: a node, or a number, nested array, typed array or tensor that becomes a constant. */
export type Operand = Node | TensorLike;

/**
 * The one graph of the nodes among the operands, or the graph whose method is being called.
 *
 * @example
 * console.log(graphOf('add', [2, x]) === x.graph); // true
 */
export function graphOf(op: string, operands: readonly Operand[]): Graph {
  const nodes = operands.filter((operand) => operand instanceof Node);
  const graph = callingGraph() ?? nodes[0]?.graph;
  for (const node of nodes) if (node.graph !== graph) throw otherGraph(op, node);
  if (graph) return graph;
  throw new GraphError(`${op}: no node among its operands. Call it as a method of a graph: graph.${op}(…).`, { op });
}

/**
 * The operand as a node of `graph`, of `dtype` if one is given; else of the dtype that it states, and numbers of the graph's.
 *
 * @example
 * const half = nodeOf(0.5, graph, 'float64');
 */
export function nodeOf(operand: Operand, graph: Graph, dtype?: DType): Node {
  if (operand instanceof Node) return operand;
  return graph.constant(operand, dtype);
}

/** The error for a node that is used in a graph that is not its own. */
export function otherGraph(op: string, node: Node): GraphError {
  return new GraphError(`${op}: ${node.op.name} %${node.id} belongs to another graph; build both sides on one graph.`, { op });
}
