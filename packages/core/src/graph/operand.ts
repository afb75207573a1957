import { GraphError } from '../errors.js';
import type { DType } from '../tensor/dtype.js';
import type { TensorLike } from '../tensor/tensor.js';
import { callingGraph } from './calling.js';
import type { Graph } from './graph.js';
import { Node } from './node.js';

/** What an op takes: a node, or a number, nested array, typed array or tensor that becomes a constant. */
export type Operand = Node | TensorLike;

/** The graph of the first node among the operands, or the graph whose method is being called. */
export function graphOf(op: string, operands: readonly Operand[]): Graph {
  for (const operand of operands) if (operand instanceof Node) return operand.graph;
  const graph = callingGraph();
  if (graph) return graph;
  throw new GraphError(`${op}: no node among its operands. Call it as a method of a graph: graph.${op}(…).`, { op });
}

/** The operand as a node of `graph`. A plain number takes `dtype`; arrays and tensors keep the dtype that they state. */
export function nodeOf(operand: Operand, graph: Graph, dtype?: DType): Node {
  if (operand instanceof Node) return operand;
  return graph.constant(operand, dtype);
}
