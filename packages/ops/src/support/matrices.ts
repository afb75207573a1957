import {
  add,
  cast,
  type Dim,
  type Graph,
  graphOf,
  mul,
  type Node,
  nodeOf,
  type Operand,
  ShapeError,
  sameDim,
  showShape,
} from '@tapegrad/core';
import { eq } from '../compare.js';
import { iotaOn } from '../iota.js';
import { transpose } from '../transpose.js';
import { floats } from './dtypes.js';

/** The number of rows of square matrices. Throws `ShapeError` for what is none. */
export function orderOf(op: string, { shape }: Node): Dim {
  if (shape.length >= 2 && sameDim(shape.at(-1)!, shape.at(-2)!)) return shape.at(-1)!;
  throw new ShapeError(`${op}: takes square matrices, not ${showShape(shape)}.`, { op });
}

/** An operand as matrices of floats. Throws `ShapeError` below two axes, `DtypeError` for what is no float. */
export function matricesOf(op: string, a: Operand): Node {
  const node = nodeOf(a, graphOf(op, [a]));
  floats(op)([node]);
  if (node.shape.length >= 2) return node;
  throw new ShapeError(`${op}: takes matrices, not ${showShape(node.shape)}.`, { op });
}

/** An operand as square matrices of floats. Throws `ShapeError` for what is not square, `DtypeError` for what is no float. */
export function squareMatricesOf(op: string, a: Operand): Node {
  const node = nodeOf(a, graphOf(op, [a]));
  floats(op)([node]);
  orderOf(op, node);
  return node;
}

/** The leading axes of matrices. */
export function batchOf({ shape }: Node): readonly Dim[] {
  return shape.slice(0, -2);
}

/** Matrices with rows and columns exchanged. */
export function transposed(x: Node): Node {
  const rank = x.shape.length;
  return transpose(x, [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2]);
}

export function symmetrised(x: Node): Node {
  return mul(add(x, transposed(x)), 0.5);
}

/** True on the diagonal of an n×n matrix. */
export function onDiagonal(graph: Graph, n: Dim): Node {
  return eq(iotaOn(graph, [n, n], 0), iotaOn(graph, [n, n], 1));
}

/** The identity matrix of the order and dtype of square matrices. */
export function identityLike(a: Node): Node {
  return cast(onDiagonal(a.graph, a.shape.at(-1)!), a.dtype);
}
