import type { Site } from '../errors.js';
import type { DType } from '../tensor/dtype.js';
import { inspect } from '../tensor/print.js';
import { type Shape, showShape } from '../tensor/shape.js';
import { detailsOf } from './attrs.js';
import type { Graph } from './graph.js';
import type { Op } from './op.js';

/** What one call of a checkpointed function makes, inside of another such call or of none. */
export interface Region {
  readonly outer: Region | null;
}

/**
 * Where a node comes from: the user's line, the node whose derivative it is part of, the user's node that a pass made it for, and the
 * innermost checkpointed call that made it.
 */
export interface Origin {
  readonly site: Site | null;
  readonly of: Node | null;
  readonly from: Node | null;
  readonly region: Region | null;
}

/** One operation applied to earlier nodes of one graph. Nothing about a node ever changes. */
export class Node<A = unknown> {
  readonly graph: Graph;
  readonly id: number;
  readonly op: Op<A>;
  readonly inputs: readonly Node[];
  readonly attrs: A;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly origin: Origin;

  constructor(
    graph: Graph,
    id: number,
    op: Op<A>,
    inputs: readonly Node[],
    attrs: A,
    shape: Shape,
    dtype: DType,
    origin: Origin,
  ) {
    this.graph = graph;
    this.id = id;
    this.op = op;
    this.inputs = inputs;
    this.attrs = attrs;
    this.shape = shape;
    this.dtype = dtype;
    this.origin = origin;
  }

  /** One line: `%4 = add(%1, %3) float32 [batch, 10]`. */
  toString(): string {
    const args = [...this.inputs.map((x) => `%${x.id}`), ...detailsOf(this)];
    return `%${this.id} = ${this.op.name}(${args.join(', ')}) ${this.dtype} ${showShape(this.shape)}`;
  }

  [inspect](): string {
    return `Node ${this.toString()}`;
  }
}

/** The user's node that a node of a compiled program was made for. */
export function usersNode(node: Node): Node {
  return node.origin.from ?? node;
}

/** What people read of a node: `tanh %5`, or `exp of softmax %7` for a part of what the user made. */
export function nameOfNode(node: Node): string {
  const user = usersNode(node);
  const name = `${user.op.name} %${user.id}`;
  return user.op === node.op ? name : `${node.op.name} of ${name}`;
}
